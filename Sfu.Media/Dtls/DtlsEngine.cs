using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sfu.Media.Interop;
using Sfu.Media.Wire;

namespace Sfu.Media.Dtls;

/// <summary>Judges the peer's certificate, given as DER, in the middle of the handshake.</summary>
internal delegate DtlsVerdict DtlsJudge(ReadOnlySpan<byte> certificateDer);

/// <summary>
/// One SSL object of OpenSSL with its datagram BIO: the owner of a handshake's native memory. It knows calls and results, but
/// nothing of states and fingerprints. One thread at a time.
/// </summary>
internal sealed unsafe class DtlsEngine : IDisposable
{
    private readonly DtlsRole _role;
    private readonly DatagramQueue _outgoing;
    private readonly DtlsJudge _judge;

    // What a server has sent since the last input: in the end, its last flight.
    private readonly List<byte[]> _flight = [];

    private readonly GCHandle _handle;
    private nint _ssl;

    // The datagram being received; valid only inside Receive.
    private byte* _input;
    private int _inputLength;

    // The newest protected record that was sent: its number, and how far its nonce is from it.
    private ulong _sentSequence;
    private ulong _nonceOffset;

    /// <exception cref="InvalidOperationException">OpenSSL has no memory, or refuses the session.</exception>
    public DtlsEngine(nint context, DtlsRole role, int mtuBytes, DtlsClockMode clock, DatagramQueue outgoing, DtlsJudge judge)
    {
        _role = role;
        _outgoing = outgoing;
        _judge = judge;
        MtuBytes = mtuBytes;
        Clock = new DtlsClock(clock);
        LibCryptoBio.ClearErrors();
        _ssl = LibSsl.New(context);
        if (_ssl == 0)
        {
            throw Error("SSL_new");
        }

        _handle = GCHandle.Alloc(this);
        var bio = DtlsCallbacks.CreateBio(_handle);
        if (bio == 0)
        {
            LibSsl.Free(_ssl);
            _handle.Free();
            throw Error("BIO_new");
        }

        LibSsl.SetBio(_ssl, bio, bio);
        DtlsCallbacks.InstallOnSession(_ssl, _handle);
        _ = LibSsl.Control(_ssl, LibSsl.CtrlSetMtu, mtuBytes, null);
        if (role == DtlsRole.Client)
        {
            LibSsl.SetConnectState(_ssl);
        }
        else
        {
            LibSsl.SetAcceptState(_ssl);
        }
    }

    public int MtuBytes { get; }

    public DtlsClock Clock { get; }

    /// <summary>Whether anything was ever sent.</summary>
    public bool HasSent { get; private set; }

    /// <summary>The description of the fatal alert that the peer has sent, if any.</summary>
    public byte? PeerAlert { get; private set; }

    /// <summary>OpenSSL's code of the error that made a step fail.</summary>
    public nuint ErrorCode { get; private set; }

    /// <summary>The profile that the peers have agreed on, or 0.</summary>
    public ushort SelectedSrtpProfile
    {
        get
        {
            var profile = LibSsl.GetSelectedSrtpProfile(_ssl);
            return profile is null ? (ushort)0 : (ushort)profile->Id;
        }
    }

    public static InvalidOperationException Error(string call) =>
        new($"{call} failed: {LibCryptoBio.Describe(LibCryptoBio.GetError()) ?? "no reason given"}.");

    /// <summary>Lends a datagram to the BIO for the calls that follow. Precondition: the memory stays until <see cref="EndInput"/>.</summary>
    public void BeginInput(byte* datagram, int length)
    {
        _input = datagram;
        _inputLength = length;
        _flight.Clear();
    }

    public void EndInput()
    {
        _input = null;
        _inputLength = 0;
    }

    public DtlsStep Handshake()
    {
        LibCryptoBio.ClearErrors();
        var result = LibSsl.DoHandshake(_ssl);
        return result == 1 ? DtlsStep.Done : Classify(result);
    }

    /// <summary>Reads one record of application data. Also what makes OpenSSL repeat its last flight when the peer did not get it.</summary>
    public DtlsStep Read(Span<byte> destination, out int length)
    {
        LibCryptoBio.ClearErrors();
        fixed (byte* buffer = destination)
        {
            length = LibSsl.Read(_ssl, buffer, destination.Length);
        }

        if (length > 0)
        {
            return DtlsStep.Done;
        }

        var step = Classify(length);
        length = 0;
        return step;
    }

    public DtlsStep Write(ReadOnlySpan<byte> data)
    {
        LibCryptoBio.ClearErrors();
        fixed (byte* buffer = data)
        {
            var result = LibSsl.Write(_ssl, buffer, data.Length);
            return result > 0 ? DtlsStep.Done : Classify(result);
        }
    }

    /// <summary>Queues close_notify, if the handshake is done.</summary>
    public void Shutdown()
    {
        LibCryptoBio.ClearErrors();
        _ = LibSsl.Shutdown(_ssl);
    }

    /// <summary>Follows OpenSSL's timer after any of the steps above.</summary>
    public void ObserveClock(MediaTime now) => Clock.Observe(_ssl, now);

    /// <inheritdoc cref="DtlsClock.Expire"/>
    public bool ExpireClock(MediaTime now) => Clock.Expire(_ssl, now);

    /// <summary>The seconds left by OpenSSL's own measure; 0 when its timer is stopped.</summary>
    public long SecondsUntilWallTimeout()
    {
        LibSsl.TimeValue left;
        return LibSsl.Control(_ssl, LibSsl.CtrlDtlsGetTimeout, 0, &left) == 1 ? left.Seconds : 0;
    }

    /// <summary>Fills <paramref name="destination"/> from the exporter of RFC 5705 without context.</summary>
    public bool TryExport(ReadOnlySpan<byte> label, Span<byte> destination)
    {
        LibCryptoBio.ClearErrors();
        fixed (byte* output = destination)
        fixed (byte* name = label)
        {
            return LibSsl.ExportKeyingMaterial(_ssl, output, (nuint)destination.Length, name, (nuint)label.Length, null, 0, 0) == 1;
        }
    }

    /// <summary>
    /// Makes the connection that goes on without OpenSSL, once the handshake is done. Null when the suite is one whose records only
    /// OpenSSL protects here, or it does not give out its secrets.
    /// </summary>
    public DtlsConnection? TryDetach()
    {
        if (_sentSequence == 0 || !DtlsSuite.TryGet(LibSsl.CipherGetProtocolId(LibSsl.GetCurrentCipher(_ssl)), out var suite))
        {
            return null;
        }

        Span<byte> secret = stackalloc byte[DtlsKeyBlock.MasterSecretBytes];
        Span<byte> block = stackalloc byte[2 * (suite.KeyBytes + suite.IvBytes)];
        try
        {
            return TryDeriveKeys(suite, secret, block) ? Detach(suite, block) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(block);
        }
    }

    /// <summary>Frees the SSL object and its BIO. Safe twice.</summary>
    public void Dispose()
    {
        if (_ssl == 0)
        {
            return;
        }

        LibSsl.Free(_ssl);
        _ssl = 0;
        _handle.Free();
    }

    /// <summary>Called by the BIO: the datagram at hand, once. A datagram longer than the buffer loses its end.</summary>
    internal int TakeInput(Span<byte> buffer)
    {
        var length = Math.Min(_inputLength, buffer.Length);
        if (length > 0)
        {
            new ReadOnlySpan<byte>(_input, length).CopyTo(buffer);
            EndInput();
        }

        return length;
    }

    /// <summary>Called by the BIO: a datagram to send.</summary>
    internal void Emit(ReadOnlySpan<byte> datagram)
    {
        HasSent = true;
        _ = _outgoing.TryEnqueue(datagram);
        if (_role == DtlsRole.Server)
        {
            _flight.Add(datagram.ToArray());
        }

        while (DtlsRecord.TryTake(ref datagram, out var record))
        {
            if (record.Epoch > 0 && record.Fragment.Length >= DtlsRecord.ExplicitNonceBytes)
            {
                _sentSequence = record.Sequence;
                _nonceOffset = unchecked(BinaryPrimitives.ReadUInt64BigEndian(record.Fragment) - record.Sequence);
            }
        }
    }

    /// <summary>Called by the verifier.</summary>
    /// <returns>An X509_V_… number.</returns>
    internal int JudgeCertificate(nint certificate)
    {
        var length = LibCryptoX509.EncodeCertificate(certificate, null);
        if (length <= 0)
        {
            return LibCryptoX509.VerifyErrorCertificateRejected;
        }

        var der = new byte[length];
        fixed (byte* start = der)
        {
            var cursor = start;
            if (LibCryptoX509.EncodeCertificate(certificate, &cursor) != length)
            {
                return LibCryptoX509.VerifyErrorCertificateRejected;
            }
        }

        return _judge(der) switch
        {
            DtlsVerdict.Accept => LibCryptoX509.VerifyOk,
            DtlsVerdict.RejectHandshake => LibCryptoX509.VerifyErrorApplication,
            _ => LibCryptoX509.VerifyErrorCertificateRejected,
        };
    }

    /// <summary>Called by the alert listener.</summary>
    internal void OnFatalAlert(byte description) => PeerAlert = description;

    private bool TryDeriveKeys(DtlsSuite suite, Span<byte> secret, Span<byte> block)
    {
        Span<byte> client = stackalloc byte[DtlsKeyBlock.RandomBytes];
        Span<byte> server = stackalloc byte[DtlsKeyBlock.RandomBytes];

        // OpenSSL writes no more than the lengths that it is given.
        fixed (byte* secretOut = secret, clientOut = client, serverOut = server)
        {
            if (LibSsl.SessionGetMasterKey(LibSsl.GetSession(_ssl), secretOut, (nuint)secret.Length) != (nuint)secret.Length
                || LibSsl.GetClientRandom(_ssl, clientOut, (nuint)client.Length) != (nuint)client.Length
                || LibSsl.GetServerRandom(_ssl, serverOut, (nuint)server.Length) != (nuint)server.Length)
            {
                return false;
            }
        }

        DtlsKeyBlock.Derive(suite.PrfHash, secret, client, server, block);
        return true;
    }

    private DtlsConnection Detach(DtlsSuite suite, ReadOnlySpan<byte> block)
    {
        var clientKey = block[..suite.KeyBytes];
        var serverKey = block.Slice(suite.KeyBytes, suite.KeyBytes);
        var clientIv = block.Slice(2 * suite.KeyBytes, suite.IvBytes);
        var serverIv = block[^suite.IvBytes..];
        var isClient = _role == DtlsRole.Client;

        // OpenSSL counts its GCM nonces from a random number on: counting on from there, none is used twice.
        return new DtlsConnection(
            DtlsRecordKey.Create(suite, isClient ? serverKey : clientKey, isClient ? serverIv : clientIv, seals: false, 0),
            DtlsRecordKey.Create(suite, isClient ? clientKey : serverKey, isClient ? clientIv : serverIv, seals: true, _nonceOffset),
            _sentSequence + 1,
            [.. _flight]);
    }

    private DtlsStep Classify(int result)
    {
        switch (LibSsl.GetError(_ssl, result))
        {
            case LibSsl.ErrorWantRead or LibSsl.ErrorWantWrite:
                return DtlsStep.WantsInput;
            case LibSsl.ErrorZeroReturn:
                return DtlsStep.PeerClosed;
            default:
                ErrorCode = LibCryptoBio.GetError();
                LibCryptoBio.ClearErrors();
                return DtlsStep.Failed;
        }
    }
}

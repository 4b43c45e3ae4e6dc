using System.Runtime.InteropServices;
using Sfu.Media.Interop;
using Sfu.Media.Wire;

namespace Sfu.Media.Dtls;

/// <summary>Judges the peer's certificate, given as DER, in the middle of the handshake.</summary>
internal delegate DtlsVerdict DtlsJudge(ReadOnlySpan<byte> certificateDer);

/// <summary>
/// One SSL object of OpenSSL with its datagram BIO: the owner of a session's native memory. It knows calls and results, but
/// nothing of states and fingerprints. One thread at a time.
/// </summary>
internal sealed unsafe class DtlsEngine : IDisposable
{
    private const int MaxOutgoingBytes = 64 * 1024;

    private static int s_live;

    private readonly DtlsJudge _judge;
    private readonly GCHandle _handle;
    private nint _ssl;

    // The datagram being received; valid only inside Receive.
    private byte* _input;
    private int _inputLength;

    /// <exception cref="InvalidOperationException">OpenSSL has no memory, or refuses the session.</exception>
    public DtlsEngine(nint context, DtlsRole role, int mtuBytes, DtlsClockMode clock, DtlsJudge judge)
    {
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

        Interlocked.Increment(ref s_live);
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

    /// <summary>SSL objects alive in this process.</summary>
    public static int LiveCount => Volatile.Read(ref s_live);

    public int MtuBytes { get; }

    public DtlsClock Clock { get; }

    public DatagramQueue Outgoing { get; } = new(MaxOutgoingBytes);

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
        Outgoing.Dispose();
        Interlocked.Decrement(ref s_live);
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
        _ = Outgoing.TryEnqueue(datagram);
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

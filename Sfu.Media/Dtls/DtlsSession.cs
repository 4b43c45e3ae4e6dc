using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Sfu.Media.Interop;
using Sfu.Media.Wire;

namespace Sfu.Media.Dtls;

/// <summary>
/// One DTLS-SRTP association (RFC 5764): datagrams and time go in, datagrams, keys and state come out. OpenSSL does the handshake;
/// what follows is done without it (<see cref="DtlsConnection"/>), and its memory is given back. One thread at a time.
/// </summary>
/// <remarks>
/// <para>
/// The owner passes every DTLS datagram to <see cref="Receive"/>, calls <see cref="OnTimeout"/> when <see cref="NextTimeout"/> has come,
/// and after each call of any method drains <see cref="TryTakeOutgoing"/> and looks at <see cref="State"/>. A step may take up to
/// a millisecond of CPU while the state is <see cref="DtlsState.Connecting"/>, and microseconds afterwards.
/// </para>
/// <para>
/// The peer's certificate is judged within the handshake, so the handshake cannot finish, on either side, before the
/// fingerprints are known and one of them matches. A server without fingerprints answers the ClientHello and then holds what
/// comes; a client holds everything. Held datagrams are bounded; the peer's retransmissions replace what was dropped.
/// </para>
/// <para>Time is virtual as far as OpenSSL allows; see <see cref="DtlsClock"/>.</para>
/// </remarks>
public sealed unsafe class DtlsSession : IDisposable
{
    /// <summary>No datagram to send is longer.</summary>
    public const int MaxDatagramBytes = 1200;

    /// <summary>The most application data that one datagram carries: what the longest record overhead, that of AES-CBC, leaves.</summary>
    public const int MaxApplicationDataBytes = MaxDatagramBytes - 65;

    internal const int MaxOutgoingBytes = 64 * 1024;

    private const int MaxInboundBytes = 16 * 1024;
    private const int MaxHeldBytes = 32 * 1024;
    private const int MaxApplicationQueueBytes = 256 * 1024;

    // RFC 7983 §7: the first byte of DTLS among the protocols on a transport.
    private const byte FirstContentType = 20;
    private const byte LastContentType = 63;

    private static int s_live;

    private readonly DatagramQueue _outgoing = new(MaxOutgoingBytes);
    private readonly DatagramQueue _applicationData = new(MaxApplicationQueueBytes);
    private readonly byte[] _keyingMaterial = new byte[DtlsSrtpProfile.MaxKeyingMaterialBytes];

    // The handshake's, and the whole session's with a suite that only OpenSSL protects.
    private DtlsEngine? _engine;
    private DatagramQueue? _held;
    private DtlsFingerprint[] _fingerprints = [];

    // After the handshake.
    private DtlsConnection? _connection;

    private bool _knowsFingerprints;
    private byte[]? _remoteCertificateDer;
    private DtlsFailure _verdict;
    private bool _disposed;

    /// <exception cref="InvalidOperationException">OpenSSL has no memory for another session.</exception>
    public DtlsSession(DtlsContext context, DtlsRole role)
    {
        ArgumentNullException.ThrowIfNull(context);
        Role = role;
        _engine = context.CreateEngine(role, _outgoing, Judge);
        Interlocked.Increment(ref s_live);
    }

    /// <summary>Sessions of this process that are not disposed yet.</summary>
    public static int LiveCount => Volatile.Read(ref s_live);

    public DtlsRole Role { get; }

    /// <summary>Whether the client's half of <see cref="KeyingMaterial"/> is the one this side sends with.</summary>
    public bool LocalIsClient => Role == DtlsRole.Client;

    public DtlsState State { get; private set; }

    /// <summary>Why <see cref="State"/> is Failed.</summary>
    public DtlsFailure Failure { get; private set; }

    /// <summary>The description of the peer's fatal alert (RFC 5246 §7.2), if it sent one.</summary>
    public byte? PeerAlert => _engine is null ? _connection?.PeerAlert : _engine.PeerAlert;

    /// <summary>The failure in words for a log, with OpenSSL's reason; null when nothing failed. Allocates.</summary>
    public string? FailureText => Failure switch
    {
        DtlsFailure.None => null,
        DtlsFailure.PeerAlert => $"{Failure} {PeerAlert}",
        DtlsFailure.ProtocolError => $"{Failure}: {LibCryptoBio.Describe(_engine?.ErrorCode ?? 0) ?? "no reason given"}",
        _ => Failure.ToString(),
    };

    /// <summary>When <see cref="OnTimeout"/> is due. Changes with every call.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>The SRTP profile's number on the wire (<see cref="DtlsSrtpProfile"/>); 0 before the session was Connected.</summary>
    public ushort SrtpProfileId { get; private set; }

    /// <summary>
    /// The SRTP keys in the order of RFC 5764 §4.2: client key, server key, client salt, server salt. Empty before the session was
    /// Connected, after its disposal, and in a session that failed before. The span is the session's own memory: copy it.
    /// </summary>
    public ReadOnlySpan<byte> KeyingMaterial =>
        SrtpProfileId == 0 || _disposed ? [] : _keyingMaterial.AsSpan(0, DtlsSrtpProfile.KeyingMaterialBytes(SrtpProfileId));

    /// <summary>The peer's certificate, once it matched a fingerprint. Allocates.</summary>
    public string? RemoteCertificatePem =>
        _remoteCertificateDer is null ? null : PemEncoding.WriteString("CERTIFICATE", _remoteCertificateDer);

    /// <summary>
    /// Says which certificates the peer may show: one that matches any of these (RFC 8122 §5 lets a peer list several, for several
    /// certificates or hashes; matching one proves who the peer is, since no supported hash lets anybody make a second certificate
    /// for it). Datagrams that were waiting for this are handled now.
    /// </summary>
    /// <returns>False, with nothing changed, when the list is empty or fingerprints were given before: they do not change in a session's life.</returns>
    public bool SetRemoteFingerprints(IReadOnlyList<DtlsFingerprint> fingerprints, MediaTime now)
    {
        ArgumentNullException.ThrowIfNull(fingerprints);
        if (fingerprints.Count == 0 || _knowsFingerprints)
        {
            return false;
        }

        _knowsFingerprints = true;
        _fingerprints = [.. fingerprints];
        ReplayHeld(now);
        return true;
    }

    /// <summary>Begins: a client queues its ClientHello, a server listens. Does nothing a second time.</summary>
    public void Start(MediaTime now)
    {
        if (State != DtlsState.New || _disposed)
        {
            return;
        }

        State = DtlsState.Connecting;
        if (Role == DtlsRole.Client)
        {
            Advance(_engine!, now);
        }
    }

    /// <summary>
    /// Takes a datagram from the network. What is not DTLS, too long, or comes when the session is not between its start and its
    /// end is ignored.
    /// </summary>
    public void Receive(ReadOnlySpan<byte> datagram, MediaTime now)
    {
        if (_disposed
            || datagram.Length is < DtlsRecord.HeaderBytes or > MaxInboundBytes
            || datagram[0] is < FirstContentType or > LastContentType)
        {
            return;
        }

        if (State == DtlsState.Connecting && !_knowsFingerprints && (Role == DtlsRole.Client || _engine!.HasSent))
        {
            _held ??= new DatagramQueue(MaxHeldBytes);
            _ = _held.TryEnqueue(datagram);
            return;
        }

        Process(datagram, now);
    }

    /// <summary>Takes the next datagram to send. The destination holds at least <see cref="MaxDatagramBytes"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public bool TryTakeOutgoing(Span<byte> destination, out int length)
    {
        if (destination.Length < MaxDatagramBytes)
        {
            throw new ArgumentException("The destination is shorter than the longest datagram.", nameof(destination));
        }

        return _outgoing.TryDequeue(destination, out length);
    }

    /// <summary>Retransmits the flight that the peer has not answered, or gives the handshake up after 30 s. Does nothing when it is not due.</summary>
    public void OnTimeout(MediaTime now)
    {
        if (State != DtlsState.Connecting || now < NextTimeout || _disposed)
        {
            return;
        }

        if (_engine!.ExpireClock(now))
        {
            NextTimeout = _engine.Clock.Deadline;
        }
        else
        {
            Fail(DtlsFailure.TimedOut);
        }
    }

    /// <summary>Queues application data (for SCTP, RFC 8261), 1 … <see cref="MaxApplicationDataBytes"/> bytes, as one datagram.</summary>
    /// <returns>False when the session is not Connected or the length is out of range.</returns>
    public bool SendApplicationData(ReadOnlySpan<byte> data, MediaTime now)
    {
        if (State != DtlsState.Connected || _disposed || data.Length is 0 or > MaxApplicationDataBytes)
        {
            return false;
        }

        var step = _connection is null ? _engine!.Write(data)
            : _connection.Send(data, _outgoing) ? DtlsStep.Done
            : DtlsStep.Failed;
        if (step == DtlsStep.Failed)
        {
            Fail(DtlsFailure.ProtocolError);
        }

        return step == DtlsStep.Done;
    }

    /// <summary>Takes the next record of application data that has arrived. One longer than the destination stays, and the answer is false.</summary>
    public bool TryTakeApplicationData(Span<byte> destination, out int length) => _applicationData.TryDequeue(destination, out length);

    /// <summary>Ends the session: a connected one queues close_notify. A session that has ended stays what it is.</summary>
    public void Close(MediaTime now)
    {
        if (State is DtlsState.Failed or DtlsState.Closed || _disposed)
        {
            return;
        }

        if (State == DtlsState.Connected)
        {
            SayGoodbye();
        }

        End(DtlsState.Closed);
    }

    /// <summary>Frees the native memory and wipes the keys; what is queued is lost. Safe twice.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (State != DtlsState.Failed)
        {
            State = DtlsState.Closed;
        }

        NextTimeout = MediaTime.Never;
        _engine?.Dispose();
        _connection?.Dispose();
        _held?.Dispose();
        _outgoing.Dispose();
        _applicationData.Dispose();
        Interlocked.Decrement(ref s_live);
        CryptographicOperations.ZeroMemory(_keyingMaterial);
    }

    private void ReplayHeld(MediaTime now)
    {
        if (_held is not { IsEmpty: false } held)
        {
            return;
        }

        var datagram = new byte[MaxInboundBytes];
        while (held.TryDequeue(datagram, out var length))
        {
            Process(datagram.AsSpan(0, length), now);
        }
    }

    private void Process(ReadOnlySpan<byte> datagram, MediaTime now)
    {
        if (State is not (DtlsState.Connecting or DtlsState.Connected))
        {
            return;
        }

        if (_connection is null)
        {
            ProcessByEngine(datagram, now);
            if (_connection is not null)
            {
                // OpenSSL took the handshake's messages out of it. What stands behind them has not been read yet.
                Follow(_connection.Receive(datagram, completesHandshake: true, _applicationData, _outgoing));
            }
        }
        else
        {
            Follow(_connection.Receive(datagram, completesHandshake: false, _applicationData, _outgoing));
        }
    }

    private void ProcessByEngine(ReadOnlySpan<byte> datagram, MediaTime now)
    {
        var engine = _engine!;
        fixed (byte* start = datagram)
        {
            engine.BeginInput(start, datagram.Length);
            try
            {
                Advance(engine, now);
            }
            finally
            {
                engine.EndInput();
            }
        }
    }

    private void Follow(DtlsStep step)
    {
        if (step == DtlsStep.PeerClosed)
        {
            // RFC 5246 §7.2.1: answered with the own close_notify.
            SayGoodbye();
            End(DtlsState.Closed);
        }
        else if (step == DtlsStep.Failed)
        {
            Fail(DtlsFailure.ProtocolError);
        }
    }

    private void SayGoodbye()
    {
        if (_connection is null)
        {
            _engine!.Shutdown();
        }
        else
        {
            _connection.SendCloseNotify(_outgoing);
        }
    }

    private void Advance(DtlsEngine engine, MediaTime now)
    {
        if (State == DtlsState.Connecting)
        {
            switch (engine.Handshake())
            {
                case DtlsStep.Done:
                    Connect(engine);
                    break;
                case DtlsStep.PeerClosed:
                    End(DtlsState.Closed);
                    break;
                case DtlsStep.Failed:
                    Fail(DtlsFailure.ProtocolError);
                    break;
                case DtlsStep.WantsInput:
                    break;
            }
        }

        if (_connection is not null)
        {
            return;
        }

        if (State == DtlsState.Connected)
        {
            ReadApplicationData(engine);
        }

        if (State is DtlsState.Connecting or DtlsState.Connected)
        {
            engine.ObserveClock(now);
            NextTimeout = engine.Clock.Deadline;
        }
    }

    private void Connect(DtlsEngine engine)
    {
        // Judge has seen to both; an abbreviated handshake, which would pass it by, cannot be negotiated.
        var profile = engine.SelectedSrtpProfile;
        if (_remoteCertificateDer is null || !DtlsSrtpProfile.IsKnown(profile)
            || !engine.TryExport("EXTRACTOR-dtls_srtp"u8, _keyingMaterial.AsSpan(0, DtlsSrtpProfile.KeyingMaterialBytes(profile))))
        {
            Fail(_remoteCertificateDer is null ? DtlsFailure.FingerprintMismatch : DtlsFailure.NoSrtpProfile);
            return;
        }

        SrtpProfileId = profile;
        State = DtlsState.Connected;
        _fingerprints = [];
        _held?.Dispose();
        _held = null;
        _connection = engine.TryDetach();
        if (_connection is not null)
        {
            NextTimeout = MediaTime.Never;
            engine.Dispose();
            _engine = null;
        }
    }

    [SkipLocalsInit]
    private void ReadApplicationData(DtlsEngine engine)
    {
        Span<byte> record = stackalloc byte[MaxInboundBytes];
        while (true)
        {
            var step = engine.Read(record, out var length);
            switch (step)
            {
                case DtlsStep.Done:
                    _ = _applicationData.TryEnqueue(record[..length]);
                    break;
                case DtlsStep.PeerClosed:
                case DtlsStep.Failed:
                    Follow(step);
                    return;
                default:
                    return;
            }
        }
    }

    /// <summary>Judges the handshake when the peer's certificate is there: by then the SRTP profile is chosen as well.</summary>
    private DtlsVerdict Judge(ReadOnlySpan<byte> certificateDer)
    {
        if (_engine!.SelectedSrtpProfile == 0)
        {
            _verdict = DtlsFailure.NoSrtpProfile;
            return DtlsVerdict.RejectHandshake;
        }

        foreach (var fingerprint in _fingerprints)
        {
            if (fingerprint.Matches(certificateDer))
            {
                _remoteCertificateDer = certificateDer.ToArray();
                return DtlsVerdict.Accept;
            }
        }

        _verdict = DtlsFailure.FingerprintMismatch;
        return DtlsVerdict.Reject;
    }

    private void Fail(DtlsFailure failure)
    {
        Failure = _verdict != DtlsFailure.None ? _verdict
            : PeerAlert is not null ? DtlsFailure.PeerAlert
            : failure;
        End(DtlsState.Failed);
    }

    private void End(DtlsState state)
    {
        State = state;
        NextTimeout = MediaTime.Never;
        _held?.Dispose();
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sfu.Media.Dtls;
using Sfu.Media.Net;
using Sfu.Media.Rtcp;
using Sfu.Media.Srtp;
using Sfu.Media.Stun;

namespace Sfu.Bench.Load;

/// <summary>
/// A client's transport: full, controlling ICE with consent refresh, DTLS as client, SRTP, receiver reports. Load thread only, except
/// where it says otherwise.
/// </summary>
internal sealed class LoadTransport : IDisposable
{
    private const long CheckIntervalNs = 200_000_000;
    private const long ConsentIntervalNs = 4_000_000_000;
    private const long ReportIntervalNs = 1_000_000_000;
    private const int MaxReports = 31;

    // Given.
    private readonly LoadPeer _peer;

    // Owned.
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _scratch = new byte[2048];
    private readonly byte[] _transaction = new byte[StunMessage.TransactionIdBytes];
    private readonly string _localPassword = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
    private readonly uint _reporterSsrc = (uint)Random.Shared.NextInt64(1, uint.MaxValue);
    private SinkStream[] _sinks = [];
    private SourceStream[] _sources = [];
    private DtlsSession? _dtls;
    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;
    private TcpPath? _tcp;

    // State.
    private Native.Address _remote;
    private byte[] _username = [];
    private byte[] _password = [];
    private bool _checked;
    private bool _disposed;
    private long _nextCheck = long.MaxValue;
    private long _nextReport = long.MaxValue;
    private ushort _transportSequence;

    public LoadTransport(LoadPeer peer, LocalAddress local)
    {
        _peer = peer;
        Local = local;
        LocalIp = local.NetworkOrder;
        LocalUfrag = string.Create(CultureInfo.InvariantCulture, $"b{local.Peer}x{local.Transport:x4}");
    }

    public LocalAddress Local { get; }

    public uint LocalIp { get; }

    public string LocalUfrag { get; }

    public string LocalPassword => _localPassword;

    public IReadOnlyList<SinkStream> Sinks => _sinks;

    public IReadOnlyList<SourceStream> Sources => _sources;

    public TcpPath? Tcp => _tcp;

    /// <summary>Any thread. Done when the SRTP keys are there.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Takes what comes, decrypted; null: it is for this transport's streams.</summary>
    public IMediaListener? Listener { get; set; }

    public ushort NextTransportSequence() => _transportSequence++;

    /// <summary>Any thread. Checks, shakes hands, and is connected.</summary>
    public Task ConnectAsync(RemoteEnd remote)
    {
        _peer.Post(() => Start(remote));
        return Connected;
    }

    /// <summary>Connects without ICE and DTLS, to who was given the same keys.</summary>
    public void UseKeys(SrtpKeys keys, Native.Address remote)
    {
        _remote = remote;
        SetKeys(keys);
    }

    public void Add(SinkStream sink) => _sinks = [.. _sinks, sink];

    public void Add(SourceStream source) => _sources = [.. _sources, source];

    public void OnTime(long nowNs)
    {
        if (_nextCheck <= nowNs)
        {
            _nextCheck = nowNs + (_checked ? ConsentIntervalNs : CheckIntervalNs);
            SendCheck();
            _peer.FlushSocket();
        }

        if (_dtls is { } dtls && dtls.NextTimeout <= MediaClock.Now)
        {
            dtls.OnTimeout(MediaClock.Now);
            FlushDtls(dtls);
        }

        // None while nothing flows: another peer may be measured then.
        if (_nextReport <= nowNs && _peer.IsFlowing)
        {
            _nextReport = nowNs + ReportIntervalNs;
            SendReport();
        }

        _tcp?.Flush();
    }

    public void OnPacket(Span<byte> packet, long arrivedNs)
    {
        // RFC 7983 §7.
        switch (packet.IsEmpty ? (byte)255 : packet[0])
        {
            case < 4:
                OnStun(packet);
                break;
            case >= 20 and <= 63:
                OnDtls(packet);
                break;
            case >= 128 and <= 191:
                OnMedia(packet, arrivedNs);
                break;
            default:
                _peer.Unexpected++;
                break;
        }
    }

    public bool SendRtp(ReadOnlySpan<byte> packet, int headerBytes)
    {
        if (_sender is null)
        {
            return false;
        }

        var room = Begin();
        var length = _sender.ProtectRtp(packet, headerBytes, room);
        if (length <= 0)
        {
            return false;
        }

        Commit(room, length);
        return true;
    }

    public void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (_sender is not null)
        {
            var room = Begin();
            var length = _sender.ProtectRtcp(compound, room);
            if (length > 0)
            {
                Commit(room, length);
            }
        }
    }

    public void Flush() => _peer.FlushSocket();

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _connected.TrySetCanceled();
            _dtls?.Dispose();
            _sender?.Dispose();
            _receiver?.Dispose();
            _tcp?.Dispose();
        }
    }

    private void Start(RemoteEnd remote)
    {
        Span<byte> address = stackalloc byte[16];
        remote.Address.WriteAddress(address);
        _remote = new Native.Address
        {
            Family = Native.AF_INET,
            Port = BinaryPrimitives.ReverseEndianness(remote.Address.Port),
            Ip = BinaryPrimitives.ReadUInt32LittleEndian(address[12..]),
        };
        _username = Encoding.ASCII.GetBytes($"{remote.Ufrag}:{LocalUfrag}");
        _password = Encoding.ASCII.GetBytes(remote.Password);
        _dtls = new DtlsSession(_peer.Dtls, DtlsRole.Client);
        _dtls.SetRemoteFingerprints(remote.Fingerprints, MediaClock.Now);
        if (remote.IsTcp)
        {
            _tcp = new TcpPath(LocalIp, _remote);
            _peer.OnTcpConnected(this);
        }

        _nextCheck = 0;
    }

    private void SendCheck()
    {
        RandomNumberGenerator.Fill(_transaction);
        var room = Begin();
        var writer = new StunWriter(room, StunClass.Request, StunMethod.Binding, _transaction);
        writer.Write(StunAttribute.Username, _username);
        writer.WriteUInt32(StunAttribute.Priority, 0x7E00_00FF);
        writer.WriteUInt64(StunAttribute.IceControlling, 0x4242_4242_4242_4242);
        writer.Write(StunAttribute.UseCandidate, []);
        writer.WriteMessageIntegrity(_password);
        writer.WriteFingerprint();
        Commit(room, writer.Finish());
    }

    private void OnStun(ReadOnlySpan<byte> packet)
    {
        if (!StunMessage.TryParse(packet, out var message))
        {
            _peer.Unexpected++;
            return;
        }

        if (message.Class == StunClass.Request)
        {
            Answer(message);
        }
        else if (message.Class == StunClass.SuccessResponse && !_checked && _dtls is { } dtls && message.CheckMessageIntegrity(_password))
        {
            _checked = true;
            _nextCheck = _peer.NowNs + Random.Shared.NextInt64(ConsentIntervalNs);
            dtls.Start(MediaClock.Now);
            FlushDtls(dtls);
        }
        else if (message.Class == StunClass.ErrorResponse)
        {
            _connected.TrySetException(new InvalidOperationException($"ICE: the check was refused with {message.ErrorCode}."));
        }
    }

    /// <summary>A full ICE agent checks too.</summary>
    private void Answer(in StunMessage request)
    {
        var room = Begin();
        var writer = new StunWriter(room, StunClass.SuccessResponse, StunMethod.Binding, request.TransactionId);
        writer.WriteXorMappedAddress(Sfu.Media.Wire.IpEndpoint.FromIPv4(
            BinaryPrimitives.ReverseEndianness(_remote.Ip), BinaryPrimitives.ReverseEndianness(_remote.Port)));
        writer.WriteMessageIntegrity(Encoding.ASCII.GetBytes(_localPassword));
        writer.WriteFingerprint();
        Commit(room, writer.Finish());
        _peer.FlushSocket();
    }

    private void OnDtls(ReadOnlySpan<byte> packet)
    {
        if (_dtls is not { } dtls)
        {
            return;
        }

        dtls.Receive(packet, MediaClock.Now);
        FlushDtls(dtls);
        if (dtls.State == DtlsState.Connected && _sender is null)
        {
            var keys = SrtpKeys.FromExporter((SrtpProfile)dtls.SrtpProfileId, dtls.KeyingMaterial, dtls.LocalIsClient);
            SetKeys(keys);
            keys.Clear();
        }
        else if (dtls.State is DtlsState.Failed or DtlsState.Closed)
        {
            _connected.TrySetException(new InvalidOperationException($"DTLS: {dtls.State} {dtls.FailureText}"));
        }
    }

    private void SetKeys(SrtpKeys keys)
    {
        _sender = new SrtpSender(keys);
        _receiver = new SrtpReceiver(keys);
        _connected.TrySetResult();
    }

    private void OnMedia(Span<byte> packet, long arrivedNs)
    {
        if (_receiver is null || packet.Length < 12)
        {
            return;
        }

        if (Listener is { } listener)
        {
            listener.OnProtected(packet, arrivedNs, _receiver);
            return;
        }

        if (RtcpPacket.IsRtcp(packet))
        {
            OnRtcp(packet);
            return;
        }

        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        foreach (var sink in _sinks)
        {
            if (sink.Ssrc == ssrc)
            {
                sink.OnPacket(packet, arrivedNs, _receiver, _peer.Delays);
                return;
            }
        }

        _peer.Unexpected++;
    }

    /// <summary>Publishers heed key frame requests; nothing else of RTCP is acted on.</summary>
    private void OnRtcp(Span<byte> packet)
    {
        if (_sources.Length == 0 || _receiver!.UnprotectRtcp(packet, out var length) != SrtpStatus.Ok)
        {
            return;
        }

        var reader = new RtcpReader(packet[..length]);
        while (reader.TryNext(out var part))
        {
            if (PictureLossIndication.TryParse(part, out var loss))
            {
                Array.Find(_sources, source => source.Ssrc == loss.MediaSsrc)?.RequestKeyFrame();
            }
        }
    }

    private void SendReport()
    {
        if (_sinks.Length == 0)
        {
            return;
        }

        Span<ReportBlock> blocks = stackalloc ReportBlock[Math.Min(_sinks.Length, MaxReports)];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = _sinks[i].Report();
        }

        Span<byte> compound = stackalloc byte[1024];
        var writer = new RtcpWriter(compound);
        if (writer.TryAddReceiverReport(_reporterSsrc, blocks))
        {
            SendRtcp(writer.Written);
            _peer.FlushSocket();
        }
    }

    /// <summary>Starts the reports, spread over their interval.</summary>
    public void StartReports() => _nextReport = _peer.NowNs + Random.Shared.NextInt64(ReportIntervalNs);

    private void FlushDtls(DtlsSession dtls)
    {
        while (true)
        {
            var room = Begin();
            if (!dtls.TryTakeOutgoing(room, out var length))
            {
                break;
            }

            Commit(room, length);
        }

        _peer.FlushSocket();
    }

    private Span<byte> Begin() => _tcp is null ? _peer.Socket.Begin() : _scratch;

    private void Commit(Span<byte> room, int length)
    {
        if (_tcp is null)
        {
            _peer.Socket.Commit(length, LocalIp, _remote);
        }
        else
        {
            _tcp.Send(room[..length]);
        }
    }
}

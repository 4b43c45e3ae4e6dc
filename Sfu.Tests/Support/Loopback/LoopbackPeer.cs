using System.Buffers.Binary;
using System.Text;
using Sfu.Media.Control;
using Sfu.Media.Dtls;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Stun;
using Sfu.Media.Wire;
using DtlsRole = Sfu.Media.Dtls.DtlsRole;

namespace Sfu.Tests.Support.Loopback;

/// <summary>
/// A client: full ICE as far as a lite server sees it, DTLS, SRTP. It sends what a test tells it to and remembers, decrypted,
/// what it gets.
/// </summary>
internal sealed class LoopbackPeer : IMediaPeer, IDisposable
{
    private static readonly TransportSettings Settings = new(true, false, true, false, 600_000, 30, 8, TupleLimitPolicy.Evict);

    private readonly LoopbackWorld _world;
    private readonly DtlsSession _dtls;
    private readonly byte[] _buffer = new byte[2048];
    private MediaTime _nextCheck = MediaTime.Never;
    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;
    private bool _dtlsStarted;
    private byte _transaction;

    public LoopbackPeer(LoopbackWorld world, IpEndpoint local, bool isDtlsClient)
    {
        _world = world;
        Local = local;
        _dtls = new DtlsSession(LoopbackWorld.PeerContext, isDtlsClient ? DtlsRole.Client : DtlsRole.Server);
        Transport = world.NewTransport();
        world.Command(directory => directory.OpenTransport(Transport, world.ServerHandle, Settings, Events));
    }

    public IpEndpoint Local { get; }

    public TransportHandle Transport { get; }

    public RecordingTransportEvents Events { get; } = new();

    public MediaTime Now => _world.Now;

    public bool IsConnected => _sender is not null;

    public DtlsState DtlsState => _dtls.State;

    /// <summary>Whether it answers a NACK, and what it sent, for that.</summary>
    public Dictionary<(uint Ssrc, ushort Sequence), byte[]> Sent { get; } = [];

    /// <summary>Plain RTP packets as they came.</summary>
    public List<byte[]> Rtp { get; } = [];

    /// <summary>Plain compound RTCP packets as they came.</summary>
    public List<byte[]> Rtcp { get; } = [];

    public Action<byte[]>? OnRtcp { get; set; }

    public bool Checking { get; set; } = true;

    public MediaTime NextTimeout => MediaTime.Min(_nextCheck, _dtls.NextTimeout);

    /// <summary>Begins ICE checks and gives the node the DTLS parameters.</summary>
    public void Join(Sfu.Media.Ortc.DtlsRole? role = null)
    {
        _dtls.SetRemoteFingerprints(
            [.. Events.Dtls!.Fingerprints.Select(static f => new Sfu.Media.Dtls.DtlsFingerprint(f.Algorithm, f.Value))], _world.Now);
        _nextCheck = _world.Now;
        Connect(role ?? (_dtls.LocalIsClient ? Sfu.Media.Ortc.DtlsRole.Client : Sfu.Media.Ortc.DtlsRole.Server));
    }

    public void Connect(Sfu.Media.Ortc.DtlsRole role, long requestId = 1, string? fingerprint = null) => _world.Command(Transport, home => home.Connect(
        requestId,
        new DtlsParameters
        {
            Role = role,
            Fingerprints = fingerprint is null ? LoopbackWorld.PeerFingerprints : [new Sfu.Media.Ortc.DtlsFingerprint("sha-256", fingerprint)],
        }));

    public ProducerHandle Produce(ProducerSettings settings, long requestId = 2)
    {
        var handle = _world.NewProducer();
        _world.Command(directory => directory.AddProducer(Transport, requestId, handle, settings));
        return handle;
    }

    public ConsumerHandle Consume(ProducerHandle producer, ConsumerSettings settings, long requestId = 3)
    {
        var handle = _world.NewConsumer();
        _world.Command(directory => directory.AddConsumer(Transport, requestId, handle, producer, settings));
        return handle;
    }

    public void SendRtp(ReadOnlySpan<byte> packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        Sent[(view.Ssrc, view.SequenceNumber)] = packet.ToArray();
        _world.SendToNode(this, Protect(packet));
    }

    public byte[]? FindSent(uint ssrc, ushort sequence) => Sent.GetValueOrDefault((ssrc, sequence));

    public byte[] Protect(ReadOnlySpan<byte> packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        var length = _sender!.ProtectRtp(packet, view.HeaderLength, _buffer);
        return _buffer[..length];
    }

    public void SendRtcp(ReadOnlySpan<byte> compound) => _world.SendToNode(this, ProtectRtcp(compound));

    public byte[] ProtectRtcp(ReadOnlySpan<byte> compound)
    {
        var length = _sender!.ProtectRtcp(compound, _buffer);
        return _buffer[..length];
    }

    /// <summary>The same without a copy. Allocates nothing.</summary>
    /// <returns>What lies in the room.</returns>
    public int ProtectRtcp(ReadOnlySpan<byte> compound, Span<byte> room) => _sender!.ProtectRtcp(compound, room);

    public void SendRaw(ReadOnlySpan<byte> datagram) => _world.SendToNode(this, datagram);

    public void CloseDtls()
    {
        _dtls.Close(_world.Now);
        Flush();
    }

    public void SendCheck(bool nominate = true, string? password = null)
    {
        Span<byte> request = stackalloc byte[256];
        Span<byte> transaction = stackalloc byte[12];
        transaction.Fill(++_transaction);
        var writer = new StunWriter(request, StunClass.Request, StunMethod.Binding, transaction);
        writer.Write(StunAttribute.Username, Encoding.ASCII.GetBytes($"{Events.Ice!.UsernameFragment}:peer"));
        writer.WriteUInt32(StunAttribute.Priority, 1);
        writer.WriteUInt64(StunAttribute.IceControlling, 7);
        if (nominate)
        {
            writer.Write(StunAttribute.UseCandidate, []);
        }

        writer.WriteMessageIntegrity(Encoding.ASCII.GetBytes(password ?? Events.Ice.Password));
        writer.WriteFingerprint();
        _world.SendToNode(this, request[..writer.Finish()]);
    }

    public void OnTime(MediaTime now)
    {
        if (_nextCheck <= now)
        {
            _nextCheck = now.PlusMs(Checking ? 2500 : 1_000_000);
            if (Checking)
            {
                SendCheck();
            }
        }

        if (_dtls.NextTimeout <= now)
        {
            _dtls.OnTimeout(now);
            Flush();
        }
    }

    public void OnDatagram(byte[] datagram, MediaTime now)
    {
        switch (datagram[0])
        {
            case < 4:
                if (!_dtlsStarted)
                {
                    _dtlsStarted = true;
                    _dtls.Start(now);
                    Flush();
                }

                break;
            case <= 63:
                _dtls.Receive(datagram, now);
                Flush();
                if (_dtls.State == Sfu.Media.Dtls.DtlsState.Connected && _sender is null)
                {
                    var keys = SrtpKeys.FromExporter((SrtpProfile)_dtls.SrtpProfileId, _dtls.KeyingMaterial, _dtls.LocalIsClient);
                    _sender = new SrtpSender(keys);
                    _receiver = new SrtpReceiver(keys);
                }

                break;
            default:
                OnMedia(datagram);
                break;
        }
    }

    public void Dispose()
    {
        _dtls.Dispose();
        _sender?.Dispose();
        _receiver?.Dispose();
    }

    private void OnMedia(byte[] datagram)
    {
        if (_receiver is null)
        {
            return;
        }

        if (RtcpPacket.IsRtcp(datagram))
        {
            if (_receiver.UnprotectRtcp(datagram, out var length) == SrtpStatus.Ok)
            {
                Rtcp.Add(datagram[..length]);
                OnRtcp?.Invoke(datagram[..length]);
            }
        }
        else if (RtpPacket.TryParseHeader(datagram, out var header) &&
            _receiver.UnprotectRtp(datagram, header.HeaderLength, out var length) == SrtpStatus.Ok)
        {
            Rtp.Add(datagram[..length]);
        }
    }

    private void Flush()
    {
        while (_dtls.TryTakeOutgoing(_buffer, out var length))
        {
            _world.SendToNode(this, _buffer.AsSpan(0, length));
        }
    }
}

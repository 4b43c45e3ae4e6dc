using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sfu.Media.Dtls;
using Sfu.Media.Ice;
using Sfu.Media.Net;
using Sfu.Media.Rtcp;
using Sfu.Media.Srtp;
using Sfu.Media.Stun;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Support;

/// <summary>A client on a real socket, UDP or TCP: ICE, DTLS as client, and an ear for how it ends.</summary>
internal sealed class SocketPeer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_always = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private readonly bool _tcp;
    private readonly DtlsSession _dtls = new(LoopbackWorld.PeerContext, DtlsRole.Client);
    private readonly byte[] _buffer = new byte[4096];
    private readonly Sfu.Media.Wire.FrameReader _frames = new();

    public SocketPeer(TransportProtocol protocol)
    {
        _tcp = protocol == TransportProtocol.Tcp;
        _socket = new Socket(AddressFamily.InterNetwork, _tcp ? SocketType.Stream : SocketType.Dgram, _tcp ? ProtocolType.Tcp : ProtocolType.Udp);
    }

    /// <summary>What ended, in order: <c>close_notify</c>, then for TCP <c>connection</c>.</summary>
    public List<string> Endings { get; } = [];

    /// <summary>RTP packets that came, whatever is in them.</summary>
    public int RtpReceived { get; private set; }

    /// <summary>Hears of each RTP packet when it has come; on whatever thread listens.</summary>
    public Action? RtpCame { get; set; }

    public static Sfu.Media.Ortc.DtlsParameters DtlsParameters =>
        new() { Role = Sfu.Media.Ortc.DtlsRole.Client, Fingerprints = LoopbackWorld.PeerFingerprints };

    /// <summary>Checks, shakes hands, and is connected. The node must have the <see cref="DtlsParameters"/>.</summary>
    public async Task ConnectAsync(IceParameters ice, IEnumerable<IceCandidate> candidates, Sfu.Media.Ortc.DtlsParameters node)
    {
        var candidate = candidates.First(c => c.Protocol == (_tcp ? "tcp" : "udp"));
        await _socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(candidate.Ip), candidate.Port));
        Send(Checks.Request(ice));
        var fingerprints = node.Fingerprints.Select(static f => new DtlsFingerprint(f.Algorithm, f.Value)).ToArray();
        Assert.True(_dtls.SetRemoteFingerprints(fingerprints, MediaClock.Now));
        await PumpAsync(() => _dtls.State == DtlsState.Connected);
    }

    /// <summary>What protects this client's media. Once, and when it is connected.</summary>
    public SrtpSender NewSender() =>
        new(SrtpKeys.FromExporter((SrtpProfile)_dtls.SrtpProfileId, _dtls.KeyingMaterial, _dtls.LocalIsClient));

    /// <summary>Listens until so many RTP packets have come, from the beginning on.</summary>
    public Task ReceiveRtpAsync(int packets) => PumpAsync(() => RtpReceived >= packets);

    /// <summary>Listens until it is told to stop.</summary>
    public Task ListenAsync(CancellationToken stop) => PumpAsync(() => stop.IsCancellationRequested, s_always);

    /// <summary>Listens until the node has said goodbye and, with TCP, hung up.</summary>
    public Task EndAsync() => PumpAsync(() => Endings.Contains(_tcp ? "connection" : "close_notify"));

    public void Send(ReadOnlySpan<byte> packet)
    {
        try
        {
            if (!_tcp)
            {
                _socket.Send(packet);
                return;
            }

            var frame = new byte[2 + packet.Length];
            BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)packet.Length);
            packet.CopyTo(frame.AsSpan(2));
            _socket.Send(frame);
        }
        catch (SocketException)
        {
            // The node may have gone: what it said before is still to be read.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _dtls.Dispose();
    }

    private Task PumpAsync(Func<bool> done) => PumpAsync(done, s_patience);

    private async Task PumpAsync(Func<bool> done, TimeSpan patience)
    {
        var deadline = MediaClock.Now.PlusMs((long)patience.TotalMilliseconds);
        while (!done())
        {
            Assert.True(MediaClock.Now < deadline, $"Stuck in {_dtls.State}, {string.Join(", ", Endings)}.");
            var length = await ReceiveAsync();
            if (length == 0 && _tcp)
            {
                Endings.Add("connection");
                return;
            }

            if (length > 0)
            {
                Take(_buffer.AsSpan(0, length));
            }

            if (_dtls.NextTimeout <= MediaClock.Now)
            {
                _dtls.OnTimeout(MediaClock.Now);
            }

            Flush();
        }
    }

    /// <returns>Bytes received; −1 when it is time to look at the clock.</returns>
    private async Task<int> ReceiveAsync()
    {
        using var tick = new CancellationTokenSource(s_tick);
        try
        {
            return await _socket.ReceiveAsync(_buffer, tick.Token);
        }
        catch (OperationCanceledException)
        {
            return -1;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset && _tcp)
        {
            return 0;
        }
    }

    private void Take(Span<byte> bytes)
    {
        if (!_tcp)
        {
            OnPacket(bytes);
            return;
        }

        while (_frames.TryRead(ref bytes, out var frame) == Sfu.Media.Wire.FrameStatus.Frame)
        {
            OnPacket(frame);
        }
    }

    private void OnPacket(ReadOnlySpan<byte> packet)
    {
        if (packet.Length > 0 && packet[0] is >= 128 and <= 191)
        {
            if (!RtcpPacket.IsRtcp(packet))
            {
                RtpReceived++;
                RtpCame?.Invoke();
            }

            return;
        }

        if (StunMessage.IsStun(packet))
        {
            _dtls.Start(MediaClock.Now);
            return;
        }

        var before = _dtls.State;
        _dtls.Receive(packet, MediaClock.Now);
        if (_dtls.State == DtlsState.Closed && before != DtlsState.Closed)
        {
            Endings.Add("close_notify");
        }
    }

    private void Flush()
    {
        var datagram = new byte[2048];
        while (_dtls.TryTakeOutgoing(datagram, out var length))
        {
            Send(datagram.AsSpan(0, length));
        }
    }
}

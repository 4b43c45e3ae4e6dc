using System.Diagnostics;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Net;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Unit.Net;

/// <summary>Forwarding from TCP to TCP costs the garbage collector nothing, on the real thread and sockets.</summary>
public sealed class TcpAllocationSpecs : IDisposable
{
    private const int WarmUp = 4000;
    private const int Measured = 1000;
    private const int Windows = 3;

    // As many as the queues hold that the client does not read meanwhile.
    private const int Burst = 50;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly MediaPlane _plane = MediaPlane.Start(new MediaPlaneOptions { Threads = 1 });
    private readonly ServerHandle _server;
    private ushort _sequence;
    private uint _timestamp;
    private long _allocated;

    public TcpAllocationSpecs() => _server = _plane.NewServerHandle();

    public void Dispose() => _plane.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forwarding_over_tcp_allocates_nothing(bool rtx)
    {
        var opened = new AwaitableEvents();
        _plane.OpenServer(_server, new ServerSettings([new ListenInfo(TransportProtocol.Tcp, "127.0.0.1", null, 0)]), opened);
        await opened.Opened.Task.WaitAsync(s_patience);
        var (publishing, publisher) = await ConnectAsync();
        var (consuming, subscriber) = await ConnectAsync();
        using var first = publisher;
        using var second = subscriber;
        using var sender = publisher.NewSender();
        var producer = _plane.NewProducerHandle();
        _plane.AddProducer(publishing, 2, producer, TestMedia.Video());

        // Nobody gives feedback here: the path carries it all the same.
        _plane.SetBitrateLimits(consuming, new BitrateLimits(MinOutgoing: 100_000_000));
        _plane.AddConsumer(consuming, 3, _plane.NewConsumerHandle(), producer, TestMedia.VideoConsumer(rtx));
        await AllocatedAsync();
        await ForwardAsync(publisher, sender, subscriber, WarmUp);

        // What happens once, a table that grows or code that the runtime prepares, is no cost of packets: those would show in every window.
        var allocated = long.MaxValue;
        for (var window = 0; window < Windows && allocated > 0; window++)
        {
            var before = await AllocatedAsync();
            await ForwardAsync(publisher, sender, subscriber, Measured);
            allocated = await AllocatedAsync() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task What_the_media_thread_allocates_is_seen()
    {
        var before = await AllocatedAsync();
        _plane.Enter(static _ => GC.KeepAlive(new byte[1000]));

        Assert.InRange(await AllocatedAsync() - before, 1000, 1100);
    }

    private async Task<(TransportHandle Handle, SocketPeer Peer)> ConnectAsync()
    {
        var events = new AwaitableEvents();
        var handle = _plane.NewTransportHandle();
        var settings = new TransportSettings(false, true, false, false, 600_000, 30, 8, TupleLimitPolicy.Evict);
        _plane.OpenTransport(handle, _server, settings, events);
        _plane.ConnectTransport(handle, 1, SocketPeer.DtlsParameters);
        var ice = await events.Ice.Task.WaitAsync(s_patience);
        var peer = new SocketPeer(TransportProtocol.Tcp);
        await peer.ConnectAsync(ice, events.Candidates, events.Dtls!);
        return (handle, peer);
    }

    /// <summary>Managed bytes that the media thread has allocated since it began. A task that it completed would be its allocation too.</summary>
    private async Task<long> AllocatedAsync()
    {
        Volatile.Write(ref _allocated, -1);
        _plane.Enter(_ => Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread()));
        var waiting = Stopwatch.StartNew();
        while (Volatile.Read(ref _allocated) < 0)
        {
            Assert.True(waiting.Elapsed < s_patience, "The media thread does not answer.");
            await Task.Yield();
        }

        return Volatile.Read(ref _allocated);
    }

    private async Task ForwardAsync(SocketPeer publisher, SrtpSender sender, SocketPeer subscriber, int packets)
    {
        var target = subscriber.RtpReceived;
        var protectedPacket = new byte[2048];
        for (var sent = 0; sent < packets; sent += Burst)
        {
            for (var i = 0; i < Burst; i++)
            {
                var packet = TestMedia.Vp8Packet(_sequence, _timestamp += 90, key: _sequence % 1000 == 0);
                _sequence++;
                Assert.True(RtpPacket.TryParseHeader(packet, out var view));
                publisher.Send(protectedPacket.AsSpan(0, sender.ProtectRtp(packet, view.HeaderLength, protectedPacket)));
            }

            await subscriber.ReceiveRtpAsync(target += Burst);
        }
    }
}

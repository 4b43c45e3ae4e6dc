using Sfu.Media.Control;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>
/// What idle things hold in the media plane, in managed memory, their parameters included. The bounds are some way above what was measured
/// when they were written; the numbers are in Sfu.Media/README.md.
/// </summary>
[Collection(nameof(MemoryCollection))]
public sealed class MemorySpecs : IDisposable
{
    private const int Count = 200;

    private readonly LoopbackWorld _world = new();
    private readonly List<LoopbackPeer> _peers = [];

    public MemorySpecs()
    {
        for (var i = 0; i < Count; i++)
        {
            var peer = _world.NewConnectedPeer();
            peer.Checking = false;
            _peers.Add(peer);
        }

        // The first of each kind also pays for what all share.
        var video = _peers[0].Produce(TestMedia.Video());
        _peers[0].Produce(TestMedia.Audio());
        _peers[0].Consume(video, TestMedia.VideoConsumer());
        _peers[0].Consume(video, TestMedia.AudioConsumer());
        _world.Command(_peers[0].Transport, static home => home.Close(null));
        _world.Run(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Connected_transport_is_small()
    {
        var more = MemoryProbe.Held();
        foreach (var peer in _peers)
        {
            _world.Command(peer.Transport, static home => home.Close(null));
        }

        _world.Run(TimeSpan.FromMilliseconds(100));
        Assert.True(_world.Dump().HasNoTransports);

        Assert.InRange(MemoryProbe.Mean(MemoryProbe.Held(), more, Count - 1).Managed, 1024, 4096);
    }

    [Fact]
    public void Producer_is_small()
    {
        var before = MemoryProbe.Held();
        var producers = _peers.Skip(1).Select(static peer => peer.Produce(TestMedia.Video())).ToArray();
        var video = MemoryProbe.Held();
        foreach (var peer in _peers.Skip(1))
        {
            peer.Produce(TestMedia.Audio());
        }

        var audio = MemoryProbe.Held();
        Assert.InRange(MemoryProbe.Mean(before, video, producers.Length).Managed, 512, 3072);
        Assert.InRange(MemoryProbe.Mean(video, audio, producers.Length).Managed, 512, 2048);
    }

    [Fact]
    public void Consumer_is_small()
    {
        var producer = _peers[1].Produce(TestMedia.Video());
        var before = MemoryProbe.Held();
        Consume(producer, rtx: true);
        var repairing = MemoryProbe.Held();
        Consume(producer, rtx: false);
        var repeating = MemoryProbe.Held();
        foreach (var peer in _peers.Skip(2))
        {
            peer.Consume(producer, TestMedia.AudioConsumer());
        }

        var audio = MemoryProbe.Held();
        Assert.InRange(MemoryProbe.Mean(before, repairing, Count - 2).Managed, 512, 3072);
        Assert.InRange(MemoryProbe.Mean(repairing, repeating, Count - 2).Managed, 512, 3072);
        Assert.InRange(MemoryProbe.Mean(repeating, audio, Count - 2).Managed, 512, 2048);
    }

    [Fact]
    public void Consumer_that_sent_and_stopped_gives_its_index_back()
    {
        var publisher = _peers[1];
        var producer = publisher.Produce(TestMedia.Video());
        Consume(producer, rtx: true);
        _world.Counting = true;
        Send(publisher, 0, 100);
        var before = MemoryProbe.Held();

        Send(publisher, 100, 1000);
        var sending = MemoryProbe.Held();
        _world.Run(TimeSpan.FromSeconds(5));

        // 1,024 slots, what is under way while no feedback comes, and less than the 128 that 100 packets take.
        var after = MemoryProbe.Held();
        Assert.InRange(MemoryProbe.Mean(before, sending, Count - 2).Managed, 16 * 1024, 64 * 1024);
        Assert.InRange(MemoryProbe.Mean(before, after, Count - 2).Managed, -4096, 256);
    }

    public void Dispose() => _world.Dispose();

    private void Consume(ProducerHandle producer, bool rtx)
    {
        uint ssrc = rtx ? 5000U : 9000U;
        foreach (var peer in _peers.Skip(2))
        {
            peer.Consume(producer, TestMedia.VideoConsumer(rtx, ssrc: ssrc, rtxSsrc: ssrc + 1));
        }
    }

    private void Send(LoopbackPeer publisher, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            publisher.SendRtp(TestMedia.Vp8Packet((ushort)i, (uint)(i * 90), key: i == 0, (ushort)i));
            _world.Run(TimeSpan.FromMilliseconds(1));
        }

        publisher.Sent.Clear();
    }
}

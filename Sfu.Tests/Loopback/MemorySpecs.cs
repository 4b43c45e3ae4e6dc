using Sfu.Media.Control;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>
/// What idle things hold in the media plane, in managed memory, their parameters included. The bounds are some way above what was measured
/// when they were written; the numbers are in Sfu.Media/README.md.
/// </summary>
[Collection(nameof(MemoryCollection))]
public sealed class MemorySpecs
{
    private const int Count = 200;

    [Fact]
    public void Connected_transport_is_small()
    {
        var transport = Measure(static crowd =>
        {
            var more = MemoryProbe.Held();
            foreach (var peer in crowd.Peers)
            {
                crowd.World.Command(peer.Transport, static home => home.Close(null));
            }

            crowd.World.Run(TimeSpan.FromMilliseconds(100));
            Assert.True(crowd.World.Dump().HasNoTransports);
            return [Mean(MemoryProbe.Held(), more, Count - 1)];
        });

        Assert.InRange(transport[0], 1024, 4096);
    }

    [Fact]
    public void Producer_is_small()
    {
        var held = Measure(static crowd =>
        {
            var before = MemoryProbe.Held();
            var producers = crowd.Peers.Skip(1).Select(static peer => peer.Produce(TestMedia.Video())).ToArray();
            var video = MemoryProbe.Held();
            foreach (var peer in crowd.Peers.Skip(1))
            {
                peer.Produce(TestMedia.Audio());
            }

            return [Mean(before, video, producers.Length), Mean(video, MemoryProbe.Held(), producers.Length)];
        });

        Assert.InRange(held[0], 512, 3072);
        Assert.InRange(held[1], 512, 2048);
    }

    [Fact]
    public void Consumer_is_small()
    {
        var held = Measure(static crowd =>
        {
            var producer = crowd.Peers[1].Produce(TestMedia.Video());
            var before = MemoryProbe.Held();
            crowd.Consume(producer, rtx: true);
            var repairing = MemoryProbe.Held();
            crowd.Consume(producer, rtx: false);
            var repeating = MemoryProbe.Held();
            foreach (var peer in crowd.Peers.Skip(2))
            {
                peer.Consume(producer, TestMedia.AudioConsumer());
            }

            return [Mean(before, repairing, Count - 2), Mean(repairing, repeating, Count - 2), Mean(repeating, MemoryProbe.Held(), Count - 2)];
        });

        Assert.InRange(held[0], 512, 3072);
        Assert.InRange(held[1], 512, 3072);
        Assert.InRange(held[2], 512, 2048);
    }

    [Fact]
    public void Consumer_that_sent_and_stopped_gives_its_index_back()
    {
        var held = Measure(static crowd =>
        {
            var publisher = crowd.Peers[1];
            var producer = publisher.Produce(TestMedia.Video());
            crowd.Consume(producer, rtx: true);
            crowd.World.Counting = true;
            crowd.Send(publisher, 0, 100);
            var before = MemoryProbe.Held();

            crowd.Send(publisher, 100, 1000);
            var sending = MemoryProbe.Held();
            crowd.World.Run(TimeSpan.FromSeconds(5));
            return [Mean(before, sending, Count - 2), Mean(before, MemoryProbe.Held(), Count - 2)];
        });

        // 1,024 slots, what is under way while no feedback comes, and less than the 128 that 100 packets take.
        Assert.InRange(held[0], 16 * 1024, 64 * 1024);
        Assert.InRange(held[1], -4096, 256);
    }

    /// <summary>
    /// The median of three rounds, number by number: what earlier tests have left, an actor system on its way down or a pool that is trimmed,
    /// is let go of when it likes, by the megabyte.
    /// </summary>
    private static long[] Measure(Func<Crowd, long[]> round)
    {
        var rounds = new long[3][];
        for (var i = 0; i < rounds.Length; i++)
        {
            using var crowd = new Crowd();
            rounds[i] = round(crowd);
        }

        return [.. rounds[0].Select((_, number) => rounds.Select(values => values[number]).Order().ElementAt(1))];
    }

    private static long Mean((long Managed, long Native) less, (long Managed, long Native) more, int count) =>
        MemoryProbe.Mean(less, more, count).Managed;

    /// <summary>Peers that are connected and do nothing.</summary>
    private sealed class Crowd : IDisposable
    {
        public Crowd()
        {
            for (var i = 0; i < Count; i++)
            {
                var peer = World.NewConnectedPeer();
                peer.Checking = false;
                Peers.Add(peer);
            }

            // The first of each kind also pays for what all share.
            var video = Peers[0].Produce(TestMedia.Video());
            Peers[0].Produce(TestMedia.Audio());
            Peers[0].Consume(video, TestMedia.VideoConsumer());
            Peers[0].Consume(video, TestMedia.AudioConsumer());
            World.Command(Peers[0].Transport, static home => home.Close(null));
            World.Run(TimeSpan.FromMilliseconds(100));
        }

        public LoopbackWorld World { get; } = new();

        public List<LoopbackPeer> Peers { get; } = [];

        public void Consume(ProducerHandle producer, bool rtx)
        {
            uint ssrc = rtx ? 5000U : 9000U;
            foreach (var peer in Peers.Skip(2))
            {
                peer.Consume(producer, TestMedia.VideoConsumer(rtx, ssrc: ssrc, rtxSsrc: ssrc + 1));
            }
        }

        public void Send(LoopbackPeer publisher, int first, int count)
        {
            for (var i = first; i < first + count; i++)
            {
                publisher.SendRtp(TestMedia.Vp8Packet((ushort)i, (uint)(i * 90), key: i == 0, (ushort)i));
                World.Run(TimeSpan.FromMilliseconds(1));
            }

            publisher.Sent.Clear();
        }

        public void Dispose() => World.Dispose();
    }
}

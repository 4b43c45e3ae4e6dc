using Sfu.Media.Bwe;
using Sfu.Media.Ice;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>
/// What browsers do costs the garbage collector nothing: they consume simulcast and give transport-wide feedback. The path is estimated by it, probed, and
/// shared out, for as long as it is narrower than what is wanted, and where it is not.
/// </summary>
public abstract class FeedbackAllocationSpecs : LoopbackCall
{
    private const int Consumers = 3;
    private const int FrameMs = SimulcastSource.FrameMs;
    private const int WarmUp = 250; // Frames; with the windows less than what an ICE consent lasts.
    private const int Measured = 100;
    private const int Windows = 3;
    private const int KeyFrameInterval = 25;

    private readonly SimulcastSource _source;
    private int _frame;

    protected FeedbackAllocationSpecs(int engines)
        : base(engines)
    {
        _source = new SimulcastSource(World, Publisher);
    }

    public sealed class OnOneEngine() : FeedbackAllocationSpecs(1);

    public sealed class OnThreeEngines() : FeedbackAllocationSpecs(3);

    [Fact]
    public void Where_all_that_is_wanted_fits()
    {
        var path = new Path(World, Subscriber, 50_000_000);
        Begin();
        var probed = MustAllocateNothing(path);
        Assert.Equal(0, probed);
        var best = Subscriber.Events.Layers.GroupBy(static change => change.Consumer).Select(static of => of.Last().Layers!.Value.SpatialLayer);
        Assert.Equal(Enumerable.Repeat(2, Consumers), best);
    }

    [Fact] // Three of the middle layer fit, and three of the highest do not.
    public void While_a_narrow_path_is_probed()
    {
        var path = new Path(World, Subscriber, 900_000);
        Begin();
        Assert.True(MustAllocateNothing(path) > 0);
    }

    private void Begin()
    {
        for (uint i = 0; i < Consumers; i++)
        {
            Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(ssrc: TestMedia.ConsumerSsrc + (2 * i)));
        }
    }

    /// <returns>Bytes that left to probe while nothing was allocated.</returns>
    private long MustAllocateNothing(Path path)
    {
        World.Counting = true;
        World.Counted = path.OnSent;
        path.Now = World.Now;
        Feed(Load(WarmUp), path);

        // What happens once, a table that grows or code that the runtime prepares, is no cost of packets: those would show in every window.
        var allocated = long.MaxValue;
        var probed = 0L;
        for (var window = 0; window < Windows && allocated > 0; window++)
        {
            var load = Load(Measured);
            var reports = path.Reports;
            var probedBefore = Probed();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Feed(load, path);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            probed = Probed() - probedBefore;
            Assert.True(path.Reports - reports > Measured / 3, "Feedback was given.");
        }

        Assert.Equal(0, allocated);
        World.Command(Subscriber.Transport, static transport => Assert.True(transport.Egress.Bandwidth!.Estimator.IsMeasured));
        return probed;
    }

    private long Probed()
    {
        var bytes = 0L;
        World.Command(Subscriber.Transport, transport => bytes = transport.Egress.Bandwidth!.Probation.Bytes);
        return bytes;
    }

    /// <summary>The packets of so many frames, in all encodings.</summary>
    private byte[][][] Load(int frames)
    {
        var load = new byte[frames][][];
        for (var i = 0; i < frames; i++)
        {
            if (_frame++ % KeyFrameInterval == 0)
            {
                _source.RequestKeyFrames(0, 1, 2);
            }

            load[i] = [.. _source.NextFrame().Select(packet => Publisher.Protect(packet))];
        }

        return load;
    }

    private void Feed(byte[][][] load, Path path)
    {
        var from = Publisher.Events.Selected!.Value;
        foreach (var frame in load)
        {
            for (var ms = 0; ms < FrameMs; ms++)
            {
                path.Now = path.Now.PlusMs(1);
                if (ms < frame.Length)
                {
                    World.Receive(from, frame[ms], path.Now);
                }
                else
                {
                    World.Pass(path.Now);
                }

                path.OnTime();
            }
        }
    }

    /// <summary>A path of a given rate with a short queue, and the client behind it.</summary>
    private sealed class Path(LoopbackWorld world, LoopbackPeer client, long bitrate)
    {
        private const int DelayMs = 20;
        private const int QueueMs = 200;

        private readonly TransportCcFeedbackGenerator _feedback = new() { IntervalUs = TransportCcFeedbackGenerator.MinIntervalUs };
        private readonly Queue<(ushort Sequence, MediaTime At)> _flying = new(1 << 14);
        private readonly TransportTuple _tuple = client.Events.Selected!.Value;
        private readonly byte[] _message = new byte[1500];
        private readonly byte[] _protected = new byte[1600];
        private MediaTime _free = MediaTime.Zero;

        public MediaTime Now { get; set; }

        public int Reports { get; private set; }

        public void OnSent(in TransportTuple tuple, ReadOnlySpan<byte> datagram)
        {
            if (tuple.Remote != _tuple.Remote || RtcpPacket.IsRtcp(datagram) || !RtpPacket.TryParseHeader(datagram, out var packet)
                || !packet.TryFindExtension(TestMedia.ConsumerTwccId, out var extension)
                || !HeaderExtensionValues.TryReadTransportSequence(extension.Data, out var sequence))
            {
                return;
            }

            var begins = _free > Now ? _free : Now;
            if (begins.UsSince(Now) < QueueMs * 1000)
            {
                _free = begins.PlusUs(datagram.Length * 8_000_000L / bitrate);
                _flying.Enqueue((sequence, _free.PlusMs(DelayMs)));
            }
        }

        public void OnTime()
        {
            while (_flying.TryPeek(out var packet) && packet.At <= Now)
            {
                _feedback.OnPacket(packet.Sequence, packet.At);
                _flying.Dequeue();
            }

            if (_feedback.NextTimeout <= Now)
            {
                while (_feedback.TryWrite(1, TestMedia.ConsumerSsrc, _message, out var length))
                {
                    var size = client.ProtectRtcp(_message.AsSpan(0, length), _protected);
                    world.Receive(_tuple, _protected.AsSpan(0, size), Now);
                    Reports++;
                }
            }
        }
    }
}

using System.Buffers.Binary;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>A steady load costs the garbage collector nothing, whichever way a packet takes through the engines.</summary>
public abstract class AllocationSpecs(int engines) : LoopbackCall(engines)
{
    private const int Subscribers = 4;
    private const int WarmUp = 8000;
    private const int Measured = 2000;
    private const int Windows = 3;
    private const uint FirstSsrc = 5000;

    private ushort _sequence = 65_500;
    private uint _timestamp = 0xFFFF_0000;
    private ushort _transportSequence = 65_500;
    private ushort _rtxSequence;
    private byte[] _missing = [];
    private ConsumerHandle _first;

    // What the first consumer's numbers are ahead of the producer's.
    private ushort _shift;
    private uint _reports;

    // The only way in which clients tell of paths; null: transport-wide.
    private RtcpFeedback? _feedback;

    public sealed class OnOneEngine() : AllocationSpecs(1);

    public sealed class OnThreeEngines() : AllocationSpecs(3);

    [Fact]
    public void Forwarding_video_allocates_nothing()
    {
        Consume(rtx: true);
        MustAllocateNothing(count => [.. Many(count, Video)]);
    }

    [Theory]
    [InlineData("VP8")]
    [InlineData("AV1")]
    public void Forwarding_layers_allocates_nothing(string name)
    {
        var codec = CodecKinds.FromMimeType("video/" + name);
        var source = new SimulcastSource(World, Publisher, codec: codec);

        // Nobody gives feedback here, and time passes ten times as fast as the frames say: all layers fit all the same.
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MinOutgoing: 100_000_000)));
        source.RequestKeyFrames(0, 1, 2);
        source.Send(10);
        ConsumerLayers?[] wanted = [new ConsumerLayers(0, 0), new ConsumerLayers(1, 1), new ConsumerLayers(2, 0), null];
        for (uint i = 0; i < wanted.Length; i++)
        {
            Subscriber.Consume(source.Producer, SimulcastSource.Consumer(wanted[i], FirstSsrc + (2 * i), codec));
        }

        source.Send(100);
        Assert.Equal([0, 1, 2, 2], Subscriber.Events.Layers.GroupBy(static change => change.Consumer).Select(static of => of.Last().Layers!.Value.SpatialLayer).Order());
        MustAllocateNothing(count =>
        {
            var packets = new List<(LoopbackPeer From, byte[] Datagram)>();
            while (packets.Count < count)
            {
                packets.AddRange(source.NextFrame().Select(packet => (Publisher, Publisher.Protect(packet))));
            }

            return packets;
        });
    }

    [Fact]
    public void Sending_over_a_pipe_allocates_nothing()
    {
        var source = new SimulcastSource(World, Publisher);
        source.Send(10);
        var pipe = new PipePair(World);
        var far = pipe.Pipe(source.Producer, MediaKind.Video, SimulcastSource.Consumable);
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MinOutgoing: 100_000_000)));
        for (var i = 0; i < 3; i++)
        {
            Subscriber.Consume(far, SimulcastSource.Consumer(new ConsumerLayers(i, null), FirstSsrc + (2 * (uint)i)));
        }

        source.Send(40);
        Assert.All(Enumerable.Range(0, 3), encoding => Assert.True(pipe.Crossed(encoding) > 20));
        MustAllocateNothing(count =>
        {
            var packets = new List<(LoopbackPeer From, byte[] Datagram)>();
            while (packets.Count < count)
            {
                packets.AddRange(source.NextFrame().Select(packet => (Publisher, Publisher.Protect(packet))));
            }

            return packets;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sending_some_layers_of_a_stream_over_a_pipe_allocates_nothing(bool encrypted)
    {
        var source = new SvcSource(World, Publisher, encrypted);
        source.Send(10);
        var pipe = new PipePair(World);
        var far = pipe.Pipe(source.Producer, MediaKind.Video, source.Consumer().RtpParameters with { Mid = null });
        Subscriber.Consume(far, source.Consumer(new ConsumerLayers(1, 1)));
        source.Send(100);
        var crossed = pipe.Crossed(0);
        source.Send(40);
        Assert.InRange(pipe.Crossed(0) - crossed, 38, 42);
        MustAllocateNothing(count =>
        {
            var packets = new List<(LoopbackPeer From, byte[] Datagram)>();
            while (packets.Count < count)
            {
                packets.AddRange(source.NextPicture().Select(packet => (Publisher, Publisher.Protect(packet))));
            }

            return packets;
        });
    }

    [Fact]
    public void Receiving_over_a_pipe_allocates_nothing()
    {
        var pipe = new PipePair(World, SrtpProfile.None);
        var video = TestMedia.VideoConsumer().RtpParameters with
        {
            Mid = null,
            HeaderExtensions = [],
            Encodings = [new RtpEncodingParameters { Ssrc = TestMedia.VideoSsrc }],
        };
        var producer = World.NewProducer();
        var mapping = new RtpMapping { Codecs = [new RtpCodecMapping(TestMedia.RouterVp8, TestMedia.RouterVp8)] };
        World.Command(directory => directory.AddProducer(
            pipe.Far, 1, producer, new ProducerSettings("far", MediaKind.Video, video, mapping, video, Paused: false, 0, ReportsDemand: true)));
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MinOutgoing: 100_000_000)));
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        var path = pipe.FarEvents.Selected!.Value;
        World.SendToSocket(path.Remote, path.Local.Port, Plain(key: true));
        World.Run(TimeSpan.FromMilliseconds(100));
        Assert.Single(Subscriber.Rtp);
        MustAllocateNothing(count => [.. Enumerable.Range(0, count).Select(_ => (path, Plain(key: false)))]);
    }

    [Fact]
    public void Forwarding_audio_allocates_nothing()
    {
        var producer = Publisher.Produce(TestMedia.Audio());
        Subscriber.Consume(producer, TestMedia.AudioConsumer());
        MustAllocateNothing(count => [.. Many(count, () => (Publisher, Publisher.Protect(TestMedia.OpusPacket(_sequence++, _timestamp += 960))))]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sending_again_allocates_nothing(bool rtx)
    {
        Consume(rtx);
        MustAllocateNothing(count => [.. Many(count / 2, Video, NackOfTheLatest)]);
        World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 7, _first));
        Assert.True(Subscriber.Events.Stats.OfType<RtpStreamStats>().Single(static stats => stats.Type == "outbound-rtp").PacketsRetransmitted > 4000);
    }

    [Fact]
    public void Repairing_what_was_lost_on_the_way_in_allocates_nothing()
    {
        Consume(rtx: true);
        MustAllocateNothing(count => [.. Many(count / 2, VideoAfterAGap, GapByRtx)]);
    }

    [Fact]
    public void Reports_allocate_nothing()
    {
        Consume(rtx: true);
        MustAllocateNothing(count => [.. Many(count / 4, Video, SenderReportOfThePublisher, ReceiverReportOfTheSubscriber, Video)]);
    }

    [Fact] // The path carries so little that each packet waits, and what is sent again before it.
    public void Pacing_allocates_nothing()
    {
        _feedback = new RtcpFeedback("goog-remb");
        Consume(rtx: true);
        MustAllocateNothing(count => [Remb(), .. Many(count / 5, Video, Later, Later, NackOfTheLatest, Later)]);
        var waited = 0L;
        World.Command(Subscriber.Transport, transport => waited = transport.Egress.Bandwidth!.Pacer.WaitedCount);
        Assert.True(waited > 1500, $"{waited} packets waited.");
    }

    [Fact]
    public void Congestion_feedback_both_ways_allocates_nothing()
    {
        _feedback = new RtcpFeedback("ack", "ccfb");
        Consume(rtx: true);
        MustAllocateNothing(count => [.. Many(count / 2, Video, CongestionFeedbackOfTheLatest)]);
        var measured = false;
        World.Command(Subscriber.Transport, transport => measured = transport.Egress.Bandwidth!.Estimator.IsMeasured);
        Assert.True(measured);
    }

    private void Consume(bool rtx)
    {
        var producer = Publisher.Produce(WithFeedback(TestMedia.Video()));
        for (uint i = 0; i < Subscribers; i++)
        {
            var consumer = Subscriber.Consume(producer, WithFeedback(TestMedia.VideoConsumer(rtx, ssrc: FirstSsrc + (2 * i), rtxSsrc: FirstSsrc + 1 + (2 * i))));
            _first = i == 0 ? consumer : _first;
        }

        var sent = _sequence;
        Publisher.SendRtp(TestMedia.Vp8Packet(_sequence++, _timestamp, key: true, _transportSequence++));
        World.Run(TimeSpan.FromMilliseconds(100));
        Assert.Equal(Subscribers, Subscriber.Rtp.Count);
        foreach (var packet in Subscriber.Rtp)
        {
            Assert.True(RtpPacket.TryParse(packet, out var view));
            _shift = view.Ssrc == FirstSsrc ? (ushort)(view.SequenceNumber - sent) : _shift;
        }
    }

    private ProducerSettings WithFeedback(ProducerSettings video) => video with { RtpParameters = WithFeedback(video.RtpParameters) };

    private ConsumerSettings WithFeedback(ConsumerSettings video) => video with { RtpParameters = WithFeedback(video.RtpParameters) };

    private RtpParameters WithFeedback(RtpParameters parameters) => _feedback is null ? parameters : parameters with
    {
        HeaderExtensions = [],
        Codecs = [.. parameters.Codecs.Select(c => c with { RtcpFeedback = [new RtcpFeedback("nack"), _feedback] })],
    };

    private byte[] Plain(bool key)
    {
        var packet = TestMedia.Vp8Packet(_sequence++, _timestamp += 90, key);
        packet[1] = 0x80 | TestMedia.RouterVp8;
        return packet;
    }

    private void MustAllocateNothing(Func<int, List<(LoopbackPeer From, byte[] Datagram)>> load) =>
        MustAllocateNothing(count => load(count).ConvertAll(static sent => (sent.From.Events.Selected!.Value, sent.Datagram)));

    private void MustAllocateNothing(Func<int, List<(TransportTuple Path, byte[] Datagram)>> load)
    {
        World.Counting = true;
        var now = Feed(load(WarmUp), World.Now);

        // What happens once, a table that grows or code that the runtime prepares, is no cost of packets: those would show in every window.
        var allocated = long.MaxValue;
        for (var window = 0; window < Windows && allocated > 0; window++)
        {
            var measured = load(Measured);
            var before = GC.GetAllocatedBytesForCurrentThread();
            now = Feed(measured, now);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        World.Counting = false;
        World.Run(TimeSpan.FromMicroseconds(now.UsSince(World.Now)));
    }

    private MediaTime Feed(List<(TransportTuple Path, byte[] Datagram)> datagrams, MediaTime now)
    {
        foreach (var (path, datagram) in datagrams)
        {
            now = now.PlusMs(1);
            World.Receive(path, datagram, now);
        }

        return now;
    }

    private static IEnumerable<(LoopbackPeer From, byte[] Datagram)> Many(int rounds, params Func<(LoopbackPeer From, byte[] Datagram)>[] makers)
    {
        for (var i = 0; i < rounds; i++)
        {
            foreach (var make in makers)
            {
                yield return make();
            }
        }
    }

    private (LoopbackPeer From, byte[] Datagram) Video() =>
        (Publisher, Publisher.Protect(TestMedia.Vp8Packet(_sequence++, _timestamp += 90, key: false, _transportSequence++)));

    private (LoopbackPeer From, byte[] Datagram) VideoAfterAGap()
    {
        _missing = TestMedia.Vp8Packet(_sequence++, _timestamp += 90, key: false);
        return Video();
    }

    private (LoopbackPeer From, byte[] Datagram) GapByRtx()
    {
        Assert.True(RtpPacket.TryParse(_missing, out var view));
        var packet = new byte[2048];
        var length = Rtx.Wrap(_missing, view.HeaderLength, TestMedia.VideoRtxSsrc, TestMedia.ProducerRtx, _rtxSequence++, packet);
        return (Publisher, Publisher.Protect(packet.AsSpan(0, length)));
    }

    private (LoopbackPeer From, byte[] Datagram) NackOfTheLatest() => (Subscriber, Compound(
        Subscriber, (ref RtcpWriter writer) => writer.TryAddNack(1, FirstSsrc, [(ushort)(_sequence - 1 + _shift)], out _)));

    private (LoopbackPeer From, byte[] Datagram) SenderReportOfThePublisher()
    {
        var info = new SenderInfo(TestMedia.VideoSsrc, NtpTime.FromUnixMicroseconds(1_790_000_000_000_000 + (4000L * _reports++)), _timestamp, 1, 1);
        return (Publisher, Compound(Publisher, (ref RtcpWriter writer) => writer.TryAddSenderReport(info, [])));
    }

    private (LoopbackPeer From, byte[] Datagram) ReceiverReportOfTheSubscriber()
    {
        var block = new ReportBlock(FirstSsrc, 0, 0, (ushort)(_sequence - 1 + _shift), 0, 0, 0);
        return (Subscriber, Compound(Subscriber, (ref RtcpWriter writer) => writer.TryAddReceiverReport(1, [block])));
    }

    /// <summary>Time passes.</summary>
    private (LoopbackPeer From, byte[] Datagram) Later() => (Subscriber, Compound(Subscriber, static (ref RtcpWriter writer) => writer.TryAddReceiverReport(1, [])));

    private (LoopbackPeer From, byte[] Datagram) Remb() => (Subscriber, Compound(
        Subscriber, static (ref RtcpWriter writer) => writer.TryAddRemb(1, 100_000, [FirstSsrc])));

    private (LoopbackPeer From, byte[] Datagram) CongestionFeedbackOfTheLatest()
    {
        var message = new byte[24];
        var sequence = (ushort)(_sequence - 1 + _shift);
        ReadOnlySpan<byte> head = [0x8B, 205, 0, 5, 0, 0, 0, 1, 0, 0, (byte)(FirstSsrc >> 8), (byte)(FirstSsrc & 0xFF), (byte)((ushort)(sequence - 1) >> 8), (byte)(sequence - 1), 0, 2, 0x80, 0, 0x80, 0];
        head.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(20), 1_000_000 + (_reports++ * 131));
        return (Subscriber, Subscriber.ProtectRtcp(message));
    }

    private delegate bool Write(ref RtcpWriter writer);

    private static byte[] Compound(LoopbackPeer from, Write write)
    {
        var writer = new RtcpWriter(new byte[256]);
        Assert.True(write(ref writer));
        return from.ProtectRtcp(writer.Written);
    }
}

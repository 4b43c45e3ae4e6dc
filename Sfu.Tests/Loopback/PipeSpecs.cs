using System.Buffers.Binary;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>A producer crosses to another node by a pipe, under virtual time.</summary>
public abstract class PipeSpecs : LoopbackCall
{
    private readonly PipePair _pipe;

    protected PipeSpecs(int engines)
        : base(engines)
    {
        _pipe = new PipePair(World);
    }

    protected override void CloseAll()
    {
        _pipe.Close();
        CloseTransports();
        Assert.Single(World.OpenSockets);
    }

    public sealed class OnOneEngine() : PipeSpecs(1);

    public sealed class OnThreeEngines() : PipeSpecs(3);

    [Fact]
    public void Encoding_that_is_wanted_crosses_once_however_many_want_it_and_no_other_does()
    {
        var (source, far) = Simulcast();
        for (uint i = 0; i < 5; i++)
        {
            Subscriber.Consume(far, SimulcastSource.Consumer(new ConsumerLayers(1, null), 20_000 + (2 * i)));
        }

        source.Send(100);

        Assert.Equal([2], _pipe.FarEvents.Demands.ConvertAll(static wanted => wanted.Encodings));
        Assert.Equal(0, _pipe.Crossed(0));
        Assert.Equal(0, _pipe.Crossed(2));
        Assert.InRange(_pipe.Crossed(1), 90, 101);
        for (uint i = 0; i < 5; i++)
        {
            var frames = Identified(20_000 + (2 * i));
            Assert.InRange(frames.Count, 90, 101);
            Assert.All(frames, static frame => Assert.Equal(1, frame.Encoding));
        }
    }

    [Fact]
    public void Layers_are_walked_on_the_far_node_and_their_timestamps_folframescapture()
    {
        var (source, far) = Simulcast();
        var consumer = Subscriber.Consume(far, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        source.Send(75);
        foreach (var wanted in new[] { 2, 0, 1, 2 })
        {
            Prefer(consumer, wanted);
            source.Send(75);
            Assert.Equal(wanted, Identified()[^1].Encoding);
        }

        var packets = Identified();
        for (var i = 1; i < packets.Count; i++)
        {
            Assert.True(packets[i].Encoding == packets[i - 1].Encoding || packets[i].Key);
            Assert.InRange(packets[i].Frame - packets[i - 1].Frame, 0, 1);
        }

        AssertTimestampsFollowCapture();
        var before = _pipe.Crossed(0);
        source.Send(50);
        Assert.Equal(before, _pipe.Crossed(0));
    }

    [Fact]
    public void Nothing_crosses_while_all_are_paused_and_it_comes_back_at_a_key_frame()
    {
        var (source, far) = Simulcast();
        var consumer = Subscriber.Consume(far, SimulcastSource.Consumer());
        source.Send(50);
        World.Command(directory => directory.Consumer(consumer, static paused => paused.Pause()));
        source.Send(50);
        Assert.Equal(default, _pipe.FarEvents.Demands[^1]);
        var crossed = _pipe.Crossed(2);
        source.Send(50);
        Assert.Equal(crossed, _pipe.Crossed(2));

        var heard = Identified().Count;
        World.Command(directory => directory.Consumer(consumer, resumed => resumed.Resume(World.Now)));
        source.Send(50);
        Assert.True(Identified()[heard].Key);
        Assert.InRange(Identified().Count - heard, 80, 100);
        AssertTimestampsFollowCapture();
    }

    [Fact]
    public void Encoding_that_the_publisher_does_not_send_is_not_waited_for_on_the_far_node()
    {
        var (source, far) = Simulcast();
        source.Active.Remove(2);
        source.Send(50);
        Subscriber.Consume(far, SimulcastSource.Consumer());
        source.Send(75);
        Assert.Equal(1, Identified()[^1].Encoding);

        source.Active.Add(2);
        source.Send(100);
        Assert.Equal(2, Identified()[^1].Encoding);

        source.Active.Remove(2);
        source.Send(100);
        Assert.Equal(1, Identified()[^1].Encoding);
    }

    [Fact]
    public void Temporal_layers_that_nobody_wants_do_not_cross_and_come_again_without_a_key_frame()
    {
        var (source, far) = Simulcast();
        var consumer = Subscriber.Consume(far, SimulcastSource.Consumer(new ConsumerLayers(1, 0)));
        source.Send(50);
        var before = _pipe.Crossed(1);
        source.Send(40);
        Assert.InRange(_pipe.Crossed(1) - before, 9, 11);

        var asked = source.KeyFrameRequests.Sum();
        foreach (var wanted in new[] { 1, 2, 0, 2 })
        {
            World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(1, wanted), World.Now)));
            source.Send(50);
            before = _pipe.Crossed(1);
            source.Send(40);
            Assert.InRange(_pipe.Crossed(1) - before, (10 << wanted) - 2, (10 << wanted) + 1);
        }

        Assert.Equal(asked, source.KeyFrameRequests.Sum());

        // A VP8 client takes a number that is missing for a picture that is.
        var pictures = Payloads(TestMedia.ConsumerSsrc).ConvertAll(static payload => (int)BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(2)) & 0x7FFF);
        Assert.All(pictures.Zip(pictures.Skip(1)), static pair => Assert.Equal((pair.First + 1) & 0x7FFF, pair.Second));
    }

    [Fact]
    public void Score_of_an_encoding_that_nobody_wants_is_the_one_that_it_has_on_the_near_node()
    {
        var (source, far) = Simulcast();
        var consumer = Subscriber.Consume(far, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        source.Send(150);
        Assert.Equal([10, 10, 10], Scores(far));

        source.Active.Remove(2);
        source.Send(175);
        Assert.Equal([10, 10, 0], Scores(far));

        source.Active.Add(2);
        source.Send(125);
        Prefer(consumer, 2);
        for (var i = 0; i < 100; i++)
        {
            source.Send(1);
            Assert.Equal([10, 10, 10], Scores(far));
        }

        // What is wanted has the score that it has here.
        World.LoseOnPipe = static datagram => !RtcpPacket.IsRtcp(datagram);
        source.Send(150);
        Assert.Equal(0, Scores(far)[2]);
        Assert.Equal(10, Scores(far)[1]);
    }

    [Fact]
    public void Loss_on_the_pipe_is_repaired_there()
    {
        var (source, far) = Simulcast();
        Subscriber.Consume(far, SimulcastSource.Consumer());
        source.Send(25);
        var random = new SeededRandom(11);
        World.LoseOnPipe = _ => random.NextUInt32() % 20 == 0;
        var askedBefore = TestMedia.CountRtcp(Publisher.Rtcp, static packet => GenericNack.TryParse(packet, out _));
        source.Send(500);
        World.LoseOnPipe = static _ => false;
        source.Send(25);

        var frames = Identified().Where(static frame => frame.Encoding == 2).Select(static frame => frame.Frame).Distinct().Order().ToArray();
        Assert.Equal(Enumerable.Range(frames[0], frames[^1] - frames[0] + 1), frames);
        Assert.True(frames.Length > 500);
        Assert.Equal(askedBefore, TestMedia.CountRtcp(Publisher.Rtcp, static packet => GenericNack.TryParse(packet, out _)));
        World.Command(directory => directory.GetProducerStats(_pipe.Far, 9, far));
        Assert.True(_pipe.FarEvents.Stats.OfType<RtpStreamStats>().Sum(static stream => stream.PacketsRepaired) > 10);
    }

    [Fact]
    public void Key_frame_requests_of_many_are_one_over_the_pipe_and_one_to_the_publisher()
    {
        var (source, far) = Simulcast();

        // Nobody gives feedback here: all get the highest layer all the same.
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MinOutgoing: 100_000_000)));
        for (uint i = 0; i < 10; i++)
        {
            Subscriber.Consume(far, SimulcastSource.Consumer(ssrc: 20_000 + (2 * i)));
        }

        source.Send(50);
        var before = source.KeyFrameRequests.Sum();
        for (uint i = 0; i < 10; i++)
        {
            var writer = new RtcpWriter(new byte[RtcpWriter.MaxCompoundBytes]);
            Assert.True(writer.TryAddPictureLossIndication(1, 20_000 + (2 * i)));
            Subscriber.SendRtcp(writer.Written);
        }

        source.Send(10);
        Assert.Equal(before + 1, source.KeyFrameRequests.Sum());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Layers_inside_a_stream_cross_up_to_the_highest_that_is_wanted_and_are_chosen_on_the_far_node(bool encrypted)
    {
        var source = new SvcSource(World, Publisher, encrypted);
        source.Send(5);
        var consumable = source.Consumer().RtpParameters with { Mid = null };
        var far = _pipe.Pipe(source.Producer, MediaKind.Video, consumable);
        var low = Subscriber.Consume(far, source.Consumer(new ConsumerLayers(0, null)));
        source.Send(40);
        var frames = Payloads(TestMedia.ConsumerSsrc).ConvertAll(static payload => SvcSource.Identify(payload));
        Assert.All(frames.Skip(3), static frame => Assert.Equal(0, frame.Spatial));
        Prefer(low, 2);
        source.Send(40);

        Assert.InRange(_pipe.Crossed(0), 38 + (3 * 36), 40 + (3 * 40));
        Assert.Equal(2, SvcSource.Identify(Payloads(TestMedia.ConsumerSsrc)[^1]).Spatial);
    }

    [Fact]
    public void Sound_crosses_untouched()
    {
        var producer = Publisher.Produce(TestMedia.Audio());
        var consumable = TestMedia.AudioConsumer().RtpParameters with { Mid = null };
        var far = _pipe.Pipe(producer, MediaKind.Audio, consumable);
        Subscriber.Consume(far, TestMedia.AudioConsumer());
        World.Run(TimeSpan.FromMilliseconds(50));
        for (ushort i = 0; i < 100; i++)
        {
            Publisher.SendRtp(TestMedia.OpusPacket(i, 960u * i));
            World.Run(TimeSpan.FromMilliseconds(20));
        }

        World.Run(TimeSpan.FromMilliseconds(100));
        var timestamps = World.OnPipe
            .Where(static datagram => !RtcpPacket.IsRtcp(datagram))
            .Select(static datagram => BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(4)));
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => 960u * (uint)i), timestamps);
        Assert.Equal(100, _pipe.Crossed(0));
        Assert.Equal(100, Payloads(TestMedia.ConsumerSsrc + 100).Count);
        Assert.Equal(100, Payloads(TestMedia.ConsumerSsrc + 100).Count);
    }

    [Fact]
    public void A_far_end_that_closes_takes_its_producers_consumers_along()
    {
        var (source, far) = Simulcast();
        var consumer = Subscriber.Consume(far, SimulcastSource.Consumer());
        source.Send(25);
        World.Command(directory => directory.CloseTransport(_pipe.Far));

        Assert.Equal([consumer], Subscriber.Events.ClosedConsumers);
        Assert.Single(_pipe.FarEvents.Closed, static error => error is null);
        source.Send(5);
    }

    [Fact]
    public void An_encoding_that_there_is_not_cannot_be_piped()
    {
        var (source, _) = Simulcast();
        var consumer = World.NewConsumer();
        var settings = SimulcastSource.Consumer(ssrc: 30_000) with { Type = ConsumerType.Pipe, Encoding = 3 };
        World.Command(directory => directory.AddConsumer(_pipe.Near, 77, consumer, source.Producer, settings));
        Assert.Equal(MediaErrorCode.InvalidParameters, _pipe.NearEvents.Failed[77].Code);
    }

    private (SimulcastSource Source, ProducerHandle Far) Simulcast()
    {
        var source = new SimulcastSource(World, Publisher);
        source.Send(10);
        return (source, _pipe.Pipe(source.Producer, MediaKind.Video, SimulcastSource.Consumable));
    }

    private int[] Scores(ProducerHandle producer) => [.. _pipe.FarEvents.ProducerScores[producer].OrderBy(static score => score.EncodingIdx).Select(static score => score.Score)];

    private void Prefer(ConsumerHandle consumer, int spatial) => World.Command(
        directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(spatial, null), World.Now)));

    private List<byte[]> Payloads(uint ssrc)
    {
        var payloads = new List<byte[]>();
        foreach (var datagram in Subscriber.Rtp)
        {
            Assert.True(RtpPacket.TryParse(datagram, out var packet));
            if (packet.Ssrc == ssrc)
            {
                payloads.Add(packet.Payload.ToArray());
            }
        }

        return payloads;
    }

    private List<(int Encoding, int Frame, bool Key)> Identified(uint ssrc = TestMedia.ConsumerSsrc) =>
        Payloads(ssrc).ConvertAll(static payload => SimulcastSource.Identify(payload));

    private void AssertTimestampsFollowCapture()
    {
        uint? origin = null;
        foreach (var datagram in Subscriber.Rtp)
        {
            Assert.True(RtpPacket.TryParse(datagram, out var packet));
            if (packet.Ssrc == TestMedia.ConsumerSsrc)
            {
                var captured = (uint)(SimulcastSource.Identify(packet.Payload).Frame * SimulcastSource.TicksPerFrame);
                origin ??= packet.Timestamp - captured;
                Assert.InRange(Math.Abs(Serial.Distance(packet.Timestamp, origin.Value + captured)), 0, 90 * 3);
            }
        }
    }
}

using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>The figures of statistics, in mediasoup's units, under virtual time.</summary>
public abstract class StatisticsSpecs(int engines) : LoopbackCall(engines)
{
    private const int FrameTicks = 3600; // 40 ms.

    private ushort _sequence = 100;
    private uint _timestamp = 1000;
    private ushort _rtxSequence;

    public sealed class OnOneEngine() : StatisticsSpecs(1);

    public sealed class OnThreeEngines() : StatisticsSpecs(3);

    [Fact]
    public void A_consumer_shows_the_producers_encoding_that_it_gets_at_present()
    {
        var source = new SimulcastSource(World, Publisher);
        source.Send(10);
        var consumer = Subscriber.Consume(source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        Assert.Equal(["outbound-rtp"], OfConsumer(consumer).Select(static stream => stream.Type));
        source.Send(25);
        foreach (var encoding in new[] { 0, 1, 2, 0 })
        {
            World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(encoding, null), World.Now)));
            source.Send(50);
            var stats = OfConsumer(consumer);
            Assert.Equal(["outbound-rtp", "inbound-rtp"], stats.Select(static stream => stream.Type));
            Assert.Equal(TestMedia.ConsumerSsrc, stats[0].Ssrc);
            Assert.Equal(SimulcastSource.SsrcOf(encoding), stats[1].Ssrc);
            Assert.Contains("0.0", stats[1].BitrateByLayer!.Keys);
        }

        World.Command(directory => directory.Consumer(consumer, static paused => paused.Pause()));
        Assert.Single(OfConsumer(consumer));
    }

    [Fact]
    public void A_consumer_without_layers_shows_the_producers_stream_at_all_times()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var consumer = Subscriber.Consume(producer, TestMedia.VideoConsumer(paused: true));
        Assert.Equal([TestMedia.ConsumerSsrc, TestMedia.VideoSsrc], OfConsumer(consumer).Select(static stream => stream.Ssrc));
        World.Command(directory => directory.Producer(producer, static gone => gone.Close()));
        World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 99, consumer));
        Assert.Contains(99, Subscriber.Events.Failed.Keys);
    }

    [Fact]
    public void Jitter_is_in_units_of_the_clock_and_losses_are_as_reported()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var consumer = Subscriber.Consume(producer, TestMedia.VideoConsumer());
        Send(1, key: true);

        // Each frame comes 20 ms too early: the jitter approaches 1,800.
        for (var i = 0; i < 100; i++)
        {
            Publisher.SendRtp(Packet());
            World.Run(TimeSpan.FromMilliseconds(20));
        }

        var report = new ReportBlock(TestMedia.ConsumerSsrc, 64, 7, _sequence, 1234, 0, 0);
        var writer = new RtcpWriter(new byte[200]);
        Assert.True(writer.TryAddReceiverReport(1, [report]));
        Subscriber.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromMilliseconds(50));
        var received = Assert.Single(OfProducer(producer));
        Assert.InRange(received.Jitter, 1700, 1800);
        var sent = OfConsumer(consumer)[0];
        Assert.Equal((1234, 64, 7L), (sent.Jitter, sent.FractionLost, sent.PacketsLost));
        Assert.Equal(0, sent.RoundTripTime);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_came_again_and_what_that_mended_are_two_counts(bool rtx)
    {
        var producer = Publisher.Produce(TestMedia.Video(rtxSsrc: rtx ? TestMedia.VideoRtxSsrc : null));
        Send(5);
        var lost = Packet();
        var late = Publisher.Protect(lost);
        Publisher.SendRtp(Packet());
        World.Run(TimeSpan.FromMilliseconds(25));
        for (var i = 0; i < 2; i++)
        {
            Publisher.SendRaw(rtx ? Publisher.Protect(Wrapped(lost)) : late);
            World.Run(TimeSpan.FromMilliseconds(15));
        }

        // The second one under its own number is a replay to SRTP, and comes no further.
        var stats = Assert.Single(OfProducer(producer));
        Assert.Equal((rtx ? 2 : 1, 1), (stats.PacketsRetransmitted, stats.PacketsRepaired));
        Assert.Equal((1, 1), (stats.NackCount, stats.NackPacketCount));
        Assert.Equal((0, rtx ? 0L : null), (stats.PacketsDiscarded, stats.RtxPacketsDiscarded));
    }

    [Fact]
    public void What_makes_no_sense_is_counted_as_discarded()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Send(5);
        Publisher.SendRtp(TestMedia.Vp8Packet((ushort)(_sequence + 20_000), _timestamp, key: false));
        var far = TestMedia.Vp8Packet((ushort)(_sequence + 20_000), _timestamp, key: false);
        Publisher.SendRtp(Wrapped(far));
        Publisher.SendRtp(Wrapped(far).AsSpan(0, 13).ToArray());
        World.Run(TimeSpan.FromMilliseconds(50));
        var stats = Assert.Single(OfProducer(producer));
        Assert.Equal((1, 2), (stats.PacketsDiscarded, stats.RtxPacketsDiscarded));
        Assert.Equal(0, stats.PacketsRepaired);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_sent_again_and_how_often_are_two_counts(bool rtx)
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var consumer = Subscriber.Consume(producer, TestMedia.VideoConsumer(rtx));
        Send(1, key: true);
        Send(5);
        Assert.True(RtpPacket.TryParse(Subscriber.Rtp[^1], out var newest));
        ushort[] lost = [newest.SequenceNumber, (ushort)(newest.SequenceNumber - 1)];
        foreach (var count in new[] { 1, 2, 1 })
        {
            var writer = new RtcpWriter(new byte[200]);
            Assert.True(writer.TryAddNack(1, TestMedia.ConsumerSsrc, lost.AsSpan(0, count), out _));
            Subscriber.SendRtcp(writer.Written);
            World.Run(TimeSpan.FromMilliseconds(200));
        }

        var sent = OfConsumer(consumer)[0];
        Assert.Equal((3, 4), (sent.NackCount, sent.NackPacketCount));
        Assert.Equal((4, 2), (sent.PacketsRetransmitted, sent.PacketsRepaired));
    }

    private RtpStreamStats[] OfConsumer(ConsumerHandle consumer)
    {
        World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 9, consumer));
        return [.. Subscriber.Events.Stats.Cast<RtpStreamStats>()];
    }

    private RtpStreamStats[] OfProducer(ProducerHandle producer)
    {
        World.Command(directory => directory.GetProducerStats(Publisher.Transport, 9, producer));
        return [.. Publisher.Events.Stats.Cast<RtpStreamStats>()];
    }

    private byte[] Packet(bool key = false) => TestMedia.Vp8Packet(_sequence++, _timestamp += FrameTicks, key);

    private byte[] Wrapped(byte[] packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        var wrapped = new byte[2048];
        return wrapped[..Rtx.Wrap(packet, view.HeaderLength, TestMedia.VideoRtxSsrc, TestMedia.ProducerRtx, _rtxSequence++, wrapped)];
    }

    private void Send(int frames, bool key = false)
    {
        for (var i = 0; i < frames; i++)
        {
            Publisher.SendRtp(Packet(key));
            World.Run(TimeSpan.FromMilliseconds(40));
        }
    }
}

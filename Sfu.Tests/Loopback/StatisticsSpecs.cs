using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>The figures of statistics, in mediasoup's units, under virtual time.</summary>
public abstract class StatisticsSpecs : IDisposable
{
    private const int FrameTicks = 3600; // 40 ms.

    private readonly LoopbackWorld _world;
    private readonly LoopbackPeer _publisher;
    private readonly LoopbackPeer _subscriber;
    private ushort _sequence = 100;
    private uint _timestamp = 1000;
    private ushort _rtxSequence;

    protected StatisticsSpecs(int engines)
    {
        _world = new LoopbackWorld(engines: engines);
        _publisher = _world.NewConnectedPeer();
        _subscriber = _world.NewConnectedPeer();
    }

    public void Dispose()
    {
        Assert.Empty(_world.Faults);
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnOneEngine() : StatisticsSpecs(1);

    public sealed class OnThreeEngines() : StatisticsSpecs(3);

    [Fact]
    public void A_consumer_shows_the_producers_encoding_that_it_gets_at_present()
    {
        var source = new SimulcastSource(_world, _publisher);
        source.Send(10);
        var consumer = _subscriber.Consume(source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        Assert.Equal(["outbound-rtp"], OfConsumer(consumer).Select(static stream => stream.Type));
        source.Send(25);
        foreach (var encoding in new[] { 0, 1, 2, 0 })
        {
            _world.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(encoding, null), _world.Now)));
            source.Send(50);
            var stats = OfConsumer(consumer);
            Assert.Equal(["outbound-rtp", "inbound-rtp"], stats.Select(static stream => stream.Type));
            Assert.Equal(TestMedia.ConsumerSsrc, stats[0].Ssrc);
            Assert.Equal(SimulcastSource.SsrcOf(encoding), stats[1].Ssrc);
            Assert.Contains("0.0", stats[1].BitrateByLayer!.Keys);
        }

        _world.Command(directory => directory.Consumer(consumer, static paused => paused.Pause()));
        Assert.Single(OfConsumer(consumer));
    }

    [Fact]
    public void A_consumer_without_layers_shows_the_producers_stream_at_all_times()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        var consumer = _subscriber.Consume(producer, TestMedia.VideoConsumer(paused: true));
        Assert.Equal([TestMedia.ConsumerSsrc, TestMedia.VideoSsrc], OfConsumer(consumer).Select(static stream => stream.Ssrc));
        _world.Command(directory => directory.Producer(producer, static gone => gone.Close()));
        _world.Command(directory => directory.GetConsumerStats(_subscriber.Transport, 99, consumer));
        Assert.Contains(99, _subscriber.Events.Failed.Keys);
    }

    [Fact]
    public void Jitter_is_in_units_of_the_clock_and_losses_are_as_reported()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        var consumer = _subscriber.Consume(producer, TestMedia.VideoConsumer());
        Send(1, key: true);

        // Each frame comes 20 ms too early: the jitter approaches 1,800.
        for (var i = 0; i < 100; i++)
        {
            _publisher.SendRtp(Packet());
            _world.Run(TimeSpan.FromMilliseconds(20));
        }

        var report = new ReportBlock(TestMedia.ConsumerSsrc, 64, 7, _sequence, 1234, 0, 0);
        var writer = new RtcpWriter(new byte[200]);
        Assert.True(writer.TryAddReceiverReport(1, [report]));
        _subscriber.SendRtcp(writer.Written);
        _world.Run(TimeSpan.FromMilliseconds(50));
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
        var producer = _publisher.Produce(TestMedia.Video(rtxSsrc: rtx ? TestMedia.VideoRtxSsrc : null));
        Send(5);
        var lost = Packet();
        var late = _publisher.Protect(lost);
        _publisher.SendRtp(Packet());
        _world.Run(TimeSpan.FromMilliseconds(25));
        for (var i = 0; i < 2; i++)
        {
            _publisher.SendRaw(rtx ? _publisher.Protect(Wrapped(lost)) : late);
            _world.Run(TimeSpan.FromMilliseconds(15));
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
        var producer = _publisher.Produce(TestMedia.Video());
        Send(5);
        _publisher.SendRtp(TestMedia.Vp8Packet((ushort)(_sequence + 20_000), _timestamp, key: false));
        var far = TestMedia.Vp8Packet((ushort)(_sequence + 20_000), _timestamp, key: false);
        _publisher.SendRtp(Wrapped(far));
        _publisher.SendRtp(Wrapped(far).AsSpan(0, 13).ToArray());
        _world.Run(TimeSpan.FromMilliseconds(50));
        var stats = Assert.Single(OfProducer(producer));
        Assert.Equal((1, 2), (stats.PacketsDiscarded, stats.RtxPacketsDiscarded));
        Assert.Equal(0, stats.PacketsRepaired);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_sent_again_and_how_often_are_two_counts(bool rtx)
    {
        var producer = _publisher.Produce(TestMedia.Video());
        var consumer = _subscriber.Consume(producer, TestMedia.VideoConsumer(rtx));
        Send(1, key: true);
        Send(5);
        Assert.True(RtpPacket.TryParse(_subscriber.Rtp[^1], out var newest));
        ushort[] lost = [newest.SequenceNumber, (ushort)(newest.SequenceNumber - 1)];
        foreach (var count in new[] { 1, 2, 1 })
        {
            var writer = new RtcpWriter(new byte[200]);
            Assert.True(writer.TryAddNack(1, TestMedia.ConsumerSsrc, lost.AsSpan(0, count), out _));
            _subscriber.SendRtcp(writer.Written);
            _world.Run(TimeSpan.FromMilliseconds(200));
        }

        var sent = OfConsumer(consumer)[0];
        Assert.Equal((3, 4), (sent.NackCount, sent.NackPacketCount));
        Assert.Equal((4, 2), (sent.PacketsRetransmitted, sent.PacketsRepaired));
    }

    private RtpStreamStats[] OfConsumer(ConsumerHandle consumer)
    {
        _world.Command(directory => directory.GetConsumerStats(_subscriber.Transport, 9, consumer));
        return [.. _subscriber.Events.Stats.Cast<RtpStreamStats>()];
    }

    private RtpStreamStats[] OfProducer(ProducerHandle producer)
    {
        _world.Command(directory => directory.GetProducerStats(_publisher.Transport, 9, producer));
        return [.. _publisher.Events.Stats.Cast<RtpStreamStats>()];
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
            _publisher.SendRtp(Packet(key));
            _world.Run(TimeSpan.FromMilliseconds(40));
        }
    }
}

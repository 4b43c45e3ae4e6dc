using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>How well streams go, as the engine tells it, under virtual time.</summary>
public abstract class ScoreSpecs : LoopbackCall
{
    private readonly SimulcastSource _source;

    protected ScoreSpecs(int engines)
        : base(engines)
    {
        _source = new SimulcastSource(World, Publisher);

        // What is reported lost is not to change the layers.
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MinOutgoing: 100_000_000)));
    }

    public sealed class OnOneEngine() : ScoreSpecs(1);

    public sealed class OnThreeEngines() : ScoreSpecs(3);

    [Fact]
    public void Of_a_consumer_follows_what_its_client_reports_and_which_encoding_it_gets()
    {
        _source.Send(50);
        var consumer = Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        Run(seconds: 4, fractionLost: 0);
        Assert.Equal([(0, 10), (1, 10), (2, 10)], Publisher.Events.ProducerScores[_source.Producer].Select(static score => (score.EncodingIdx, score.Score)));
        MustBe(consumer, 10, 10, [10, 10, 10]);

        // A half lost, time and again: 10 · 0.5⁴.
        Run(seconds: 30, fractionLost: 128);
        MustBe(consumer, 1, 10, [10, 10, 10]);
        Run(seconds: 30, fractionLost: 0);
        MustBe(consumer, 10, 10, [10, 10, 10]);

        // The highest encoding stops: another one is what counts, and in the end it is silent too.
        _source.Active.Remove(2);
        Run(seconds: 5, fractionLost: 0);
        MustBe(consumer, 10, 10, [10, 10, 0]);
        Assert.Equal(1, Subscriber.Events.Layers[^1].Layers!.Value.SpatialLayer);

        World.Command(directory => directory.Consumer(consumer, static paused => paused.Pause()));
        Run(seconds: 2, fractionLost: 0);
        MustBe(consumer, 10, 0, [10, 10, 0]);
    }

    [Fact]
    public void Of_a_consumer_goes_down_with_what_is_lost_on_the_way_in()
    {
        _source.Send(10);
        var consumer = Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        Run(seconds: 4, fractionLost: 0);
        World.Lose = (toNode, datagram) => toNode && !RtcpPacket.IsRtcp(datagram) && datagram[0] >= 0x80
            && RtpPacket.TryParseHeader(datagram, out var packet) && packet.Ssrc is >= 1000 and <= 1001 && World.Random.Next(100) < 30;
        Run(seconds: 30, fractionLost: 0);
        var told = Subscriber.Events.ConsumerScores[consumer];
        Assert.Equal(10, told.Score);
        Assert.InRange(told.ProducerScore, 1, 8);
        Assert.Equal([told.ProducerScore, 10, 10], told.ProducerScores.AsEnumerable());
        MustBe(consumer, 10, told.ProducerScore, [told.ProducerScore, 10, 10]);
    }

    /// <summary>What was told last, and what the statistics say.</summary>
    private void MustBe(ConsumerHandle consumer, int score, int ofProducer, int[] ofEncodings)
    {
        var told = Subscriber.Events.ConsumerScores[consumer];
        Assert.Equal((score, ofProducer), (told.Score, told.ProducerScore));
        Assert.Equal(ofEncodings, told.ProducerScores.AsEnumerable());
        World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 9, consumer));
        var stats = Subscriber.Events.Stats.Cast<RtpStreamStats>().ToArray();
        Assert.Equal(score, stats[0].Score);
        Assert.Equal(ofProducer, stats.Length > 1 ? stats[1].Score : 0);
        var dump = World.Dump().Transports.SelectMany(static transport => transport.Consumers).Single();
        Assert.Equal(score, dump.Score);
    }

    /// <summary>Frames come, and the client reports once a second.</summary>
    private void Run(int seconds, byte fractionLost)
    {
        for (var i = 0; i < seconds; i++)
        {
            _source.Send(1000 / SimulcastSource.FrameMs);
            var writer = new RtcpWriter(new byte[100]);
            Assert.True(writer.TryAddReceiverReport(1, [new ReportBlock(TestMedia.ConsumerSsrc, fractionLost, 0, 0, 0, 0, 0)]));
            Subscriber.SendRtcp(writer.Written);
        }

        World.Run(TimeSpan.FromMilliseconds(30));
    }
}

using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>From a producer to its consumers, under virtual time.</summary>
public abstract class ForwardingSpecs(int engines) : LoopbackCall(engines)
{
    private const int FrameTicks = 3000;

    private ushort _sequence = 65_500;
    private uint _timestamp = 0xFFFF_0000;
    private ushort _transportSequence = 65_500;

    protected override void CloseAll() => CloseTransports();

    public sealed class OnOneEngine() : ForwardingSpecs(1);

    /// <summary>Publisher and subscriber live on different engines, and neither where commands enter.</summary>
    public sealed class OnThreeEngines() : ForwardingSpecs(3);

    [Fact]
    public void Consumer_starts_at_a_key_frame_and_asks_for_it()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());

        SendFrames(3);
        Assert.Empty(Subscriber.Rtp);
        Assert.Equal(1, TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli));
        SendFrames(1, key: true);
        SendFrames(3);

        Assert.Equal(4, Subscriber.Rtp.Count);
        AssertContinuous(Video(Subscriber));
    }

    [Fact]
    public void Consumer_without_a_path_asks_for_nothing()
    {
        var lonely = World.NewPeer();
        var producer = Publisher.Produce(TestMedia.Video());
        lonely.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(90);
        Assert.Equal(0, TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli));
        World.Command(lonely.Transport, static home => home.Close(null));
    }

    [Fact]
    public void Packet_reaches_the_subscriber_under_its_own_names()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        var sent = TestMedia.Vp8Packet(_sequence, _timestamp, key: true, transportSequence: 7, mid: "v");
        Publisher.SendRtp(sent);
        World.Run(TimeSpan.FromMilliseconds(50));

        Assert.True(RtpPacket.TryParse(sent, out var original));
        Assert.True(RtpPacket.TryParse(Assert.Single(Subscriber.Rtp), out var packet));
        Assert.Equal(TestMedia.ConsumerSsrc, packet.Ssrc);
        Assert.Equal(TestMedia.RouterVp8, packet.PayloadType);
        Assert.Equal(original.Marker, packet.Marker);
        Assert.True(packet.Payload.SequenceEqual(original.Payload));
        Assert.True(packet.TryFindExtension(TestMedia.ConsumerMidId, out var mid));
        Assert.True(mid.Data.SequenceEqual("7"u8));
        Assert.True(packet.TryFindExtension(TestMedia.ConsumerTwccId, out _));
        Assert.False(packet.TryFindExtension(TestMedia.ProducerMidId, out _));
    }

    [Fact]
    public void Audio_starts_at_once()
    {
        var producer = Publisher.Produce(TestMedia.Audio());
        Subscriber.Consume(producer, TestMedia.AudioConsumer());

        for (ushort i = 0; i < 10; i++)
        {
            Publisher.SendRtp(TestMedia.OpusPacket((ushort)(65_530 + i), (uint)(i * 960)));
            World.Run(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal(10, Subscriber.Rtp.Count);
        AssertContinuous(Subscriber.Rtp);
    }

    [Fact]
    public void Paused_consumer_gets_nothing_and_goes_on_without_a_jump()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var consumer = Subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(10);
        var before = Subscriber.Rtp.Count;

        World.Command(directory => directory.Consumer(consumer, static paused => paused.Pause()));
        SendFrames(100);
        Assert.Equal(before, Subscriber.Rtp.Count);
        var plis = TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli);
        World.Command(directory => directory.Consumer(consumer, resumed => resumed.Resume(World.Now)));
        SendFrames(5);
        Assert.Equal(before, Subscriber.Rtp.Count);
        Assert.Equal(plis + 1, TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli));
        SendFrames(1, key: true);
        SendFrames(10);

        Assert.Equal(before + 11, Subscriber.Rtp.Count);
        AssertContinuous(Video(Subscriber));
    }

    [Fact]
    public void Paused_producer_sends_nothing_and_goes_on_without_a_jump()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(5);

        World.Command(directory => directory.Producer(producer, static paused => paused.Pause()));
        SendFrames(50);
        Assert.Equal(6, Subscriber.Rtp.Count);
        World.Command(directory => directory.Producer(producer, resumed => resumed.Resume(World.Now)));
        SendFrames(1, key: true);
        SendFrames(5);

        Assert.Equal(12, Subscriber.Rtp.Count);
        AssertContinuous(Video(Subscriber));
    }

    [Fact]
    public void Key_frame_requests_of_many_subscribers_join_to_one_in_a_second()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        for (uint i = 0; i < 10; i++)
        {
            Subscriber.Consume(producer, TestMedia.VideoConsumer(ssrc: 5000 + (2 * i), rtxSsrc: 5001 + (2 * i)));
        }

        for (var i = 0; i < 90; i++)
        {
            SendPli(5000);
            SendPli(5002);
            SendFrames(1, key: i % 30 == 29);
        }

        // Three seconds of constant asking.
        Assert.InRange(TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli), 2, 5);
    }

    [Fact]
    public void Packet_lost_on_the_way_in_is_asked_for_and_forwarded_when_it_comes_by_rtx()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        AnswerNacksWithRtx(Publisher);
        SendFrames(1, key: true);
        World.Lose = (toNode, data) => toNode && data[0] >= 128 && World.Random.Next(100) < 10 && !RtcpPacket.IsRtcp(data);

        SendFrames(300);
        World.Lose = static (_, _) => false;
        SendFrames(5);
        World.Run(TimeSpan.FromSeconds(1));

        var numbers = Numbers(Video(Subscriber));
        Assert.Equal(306, numbers.Distinct().Count());
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        World.Command(directory => directory.GetProducerStats(Publisher.Transport, 9, producer));
        var stats = Assert.IsType<RtpStreamStats>(Assert.Single(Publisher.Events.Stats));
        Assert.InRange(stats.PacketsRepaired, 10, 80);
        Assert.True(stats.NackCount > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Packet_lost_on_the_way_out_is_sent_again(bool rtx)
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer(rtx));
        SendFrames(1, key: true);
        SendFrames(10);
        var sent = TestMedia.Vp8Packet(_sequence, _timestamp, key: false);
        World.Lose = static (toNode, data) => !toNode && data[0] >= 128 && !RtcpPacket.IsRtcp(data);
        SendFrames(1);
        World.Lose = static (_, _) => false;
        SendFrames(5);
        var numbers = Numbers(Video(Subscriber));
        var lost = Assert.Single(Enumerable.Range(numbers[0], numbers.Count + 1).Select(static n => (ushort)n).Except(numbers));
        Subscriber.Rtp.Clear();

        SendNack(TestMedia.ConsumerSsrc, lost);
        SendNack(TestMedia.ConsumerSsrc, (ushort)(lost + 5000));
        World.Run(TimeSpan.FromMilliseconds(100));

        var again = Assert.Single(Subscriber.Rtp);
        Assert.True(RtpPacket.TryParse(sent, out var original));
        Assert.True(RtpPacket.TryParse(again, out var packet));
        if (rtx)
        {
            Assert.Equal(TestMedia.ConsumerRtxSsrc, packet.Ssrc);
            Assert.Equal(TestMedia.RouterRtx, packet.PayloadType);
            Assert.Equal(RtxUnwrap.Media, Rtx.TryUnwrap(again, TestMedia.ConsumerSsrc, TestMedia.RouterVp8, out var length));
            Assert.True(RtpPacket.TryParse(again.AsSpan(0, length), out packet));
        }

        World.Command(Subscriber.Transport, static home => home.ReportStats(9));
        var stats = Subscriber.Events.Stats.OfType<TransportStats>().Single();
        Assert.Equal(rtx, stats.RtxBytesSent > again.Length);
        Assert.Equal(rtx, stats.RtxSendBitrate > 0);
        Assert.Equal(lost, packet.SequenceNumber);
        Assert.True(packet.Payload.SequenceEqual(original.Payload));
    }

    [Fact]
    public void Publisher_gets_transport_feedback_about_every_packet()
    {
        Publisher.Produce(TestMedia.Video());
        var reported = new HashSet<ushort>();
        Publisher.OnRtcp = compound =>
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                if (Sfu.Media.Bwe.TransportCcFeedback.TryParse(packet, out var feedback))
                {
                    for (var i = 0; i < feedback.StatusCount; i++)
                    {
                        reported.Add((ushort)(feedback.BaseSequence + i));
                    }
                }
            }
        };

        SendFrames(100);
        World.Run(TimeSpan.FromMilliseconds(300));

        Assert.Equal(100, reported.Count);
    }

    [Fact]
    public void Reports_flow_both_ways()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(100);

        Assert.InRange(TestMedia.CountRtcp(Publisher.Rtcp, static p => ReceiverReport.TryParse(p, out var r) && r.ReportCount == 1 && r.GetReport(0).Ssrc == TestMedia.VideoSsrc), 2, 8);
        Assert.InRange(TestMedia.CountRtcp(Subscriber.Rtcp, static p => SenderReport.TryParse(p, out var r) && r.Info.Ssrc == TestMedia.ConsumerSsrc), 2, 8);
        Assert.InRange(TestMedia.CountRtcp(Subscriber.Rtcp, static p => SourceDescription.TryParse(p, out _)), 2, 8);
    }

    [Fact]
    public void Stream_without_announced_ssrc_is_found_by_its_mid()
    {
        var producer = Publisher.Produce(TestMedia.Video(ssrc: null, rtxSsrc: null));
        Subscriber.Consume(producer, TestMedia.VideoConsumer());

        Publisher.SendRtp(TestMedia.Vp8Packet(1, 3000, key: true, ssrc: 424_242, mid: "v"));
        Publisher.SendRtp(TestMedia.Vp8Packet(2, 6000, key: false, ssrc: 424_242));
        Publisher.SendRtp(TestMedia.Vp8Packet(3, 6000, key: false, ssrc: 434_343, mid: "x"));
        World.Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, Subscriber.Rtp.Count);
    }

    [Fact]
    public void Taken_ssrc_or_mid_is_refused()
    {
        Publisher.Produce(TestMedia.Video());

        Publisher.Produce(TestMedia.Video(), requestId: 50);
        Publisher.Produce(TestMedia.Video(mid: "other"), requestId: 51);

        Assert.Equal(MediaErrorCode.InvalidParameters, Publisher.Events.Failed[50].Code);
        Assert.Equal(MediaErrorCode.InvalidParameters, Publisher.Events.Failed[51].Code);
        Assert.Single(World.Dump().Transports.SelectMany(static t => t.Producers));
    }

    [Fact]
    public void Consumer_closes_when_its_producer_closes()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var consumer = Subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);

        World.Command(directory => directory.Producer(producer, static closed => closed.Close()));

        Assert.Equal([consumer], Subscriber.Events.ClosedConsumers);
        World.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, TestMedia.CountRtcp(Subscriber.Rtcp, static p => Goodbye.TryParse(p, out var bye) && bye.GetSsrc(0) == TestMedia.ConsumerSsrc));
        Assert.All(World.Dump().Transports, static t => Assert.Empty(t.Producers.Length == 0 ? [] : t.Producers));
        SendFrames(5);
    }

    [Fact]
    public void Closed_transport_takes_its_producers_and_their_consumers_along()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var elsewhere = Subscriber.Consume(producer, TestMedia.VideoConsumer());
        var own = Publisher.Consume(producer, TestMedia.VideoConsumer(ssrc: 7000, rtxSsrc: 7001));
        SendFrames(1, key: true);

        World.Command(Publisher.Transport, home => home.Close(null));

        Assert.Equal([elsewhere], Subscriber.Events.ClosedConsumers);
        Assert.DoesNotContain(own, Subscriber.Events.ClosedConsumers);
        Assert.Equal(0, World.Dump().BuffersInUse);
    }

    [Fact]
    public void Publisher_that_numbers_anew_reaches_its_subscribers_without_a_jump()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(5);

        _sequence += 20_000;
        SendFrames(2);
        SendFrames(1, key: true);
        SendFrames(5);

        Assert.Equal(12, Subscriber.Rtp.Count);
        AssertContinuous(Video(Subscriber));
    }

    [Fact]
    public void Source_that_said_goodbye_starts_again_at_a_key_frame()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(3);

        var buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryAddReceiverReport(1, []) && writer.TryAddGoodbye([TestMedia.VideoSsrc]));
        Publisher.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromMilliseconds(20));
        SendFrames(3);
        Assert.Equal(4, Subscriber.Rtp.Count);
        SendFrames(1, key: true);
        SendFrames(3);

        Assert.Equal(8, Subscriber.Rtp.Count);
        AssertContinuous(Video(Subscriber));
    }

    [Fact]
    public void Kept_packets_are_given_back_when_the_publisher_falls_silent()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(30);
        Assert.NotEqual(0, World.Dump().BuffersInUse);

        World.Run(TimeSpan.FromSeconds(4));

        Assert.Equal(0, World.Dump().BuffersInUse);
    }

    [Fact]
    public void Kept_packets_are_shared_and_bounded()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        for (uint i = 0; i < 5; i++)
        {
            Subscriber.Consume(producer, TestMedia.VideoConsumer(ssrc: 5000 + (2 * i), rtxSsrc: 5001 + (2 * i)));
        }

        SendFrames(1, key: true);
        SendFrames(300);

        // Two seconds at 30 packets a second, one copy for all five.
        Assert.InRange(World.Dump().BuffersInUse, 50, 70);
    }

    private void SendFrames(int count, bool key = false)
    {
        for (var i = 0; i < count; i++)
        {
            Publisher.SendRtp(TestMedia.Vp8Packet(_sequence++, _timestamp, key, _transportSequence++));
            _timestamp += FrameTicks;
            World.Run(TimeSpan.FromMicroseconds(33_333));
        }
    }

    private void SendPli(uint ssrc)
    {
        var buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryAddPictureLossIndication(1, ssrc));
        Subscriber.SendRtcp(writer.Written);
    }

    private void SendNack(uint ssrc, ushort sequence)
    {
        var buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryAddNack(1, ssrc, [sequence], out _));
        Subscriber.SendRtcp(writer.Written);
    }

    private static void AnswerNacksWithRtx(LoopbackPeer peer)
    {
        ushort rtxSequence = 100;
        peer.OnRtcp = compound =>
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                if (!GenericNack.TryParse(packet, out var nack))
                {
                    continue;
                }

                while (nack.TryNext(out var sequence))
                {
                    if (peer.Sent.TryGetValue((nack.MediaSsrc, sequence), out var original) && RtpPacket.TryParse(original, out var view))
                    {
                        var rtx = new byte[1600];
                        var length = Rtx.Wrap(original, view.HeaderLength, TestMedia.VideoRtxSsrc, TestMedia.ProducerRtx, rtxSequence++, rtx);
                        peer.SendRtp(rtx.AsSpan(0, length));
                    }
                }
            }
        };
    }

    private static List<byte[]> Video(LoopbackPeer peer) => peer.Rtp
        .Where(static data => RtpPacket.TryParse(data, out var packet) && packet.Ssrc == TestMedia.ConsumerSsrc)
        .ToList();

    private static List<ushort> Numbers(List<byte[]> packets) => packets.ConvertAll(static data =>
    {
        Assert.True(RtpPacket.TryParse(data, out var packet));
        return packet.SequenceNumber;
    });

    private static void AssertContinuous(List<byte[]> packets)
    {
        for (var i = 1; i < packets.Count; i++)
        {
            Assert.True(RtpPacket.TryParse(packets[i - 1], out var former));
            Assert.True(RtpPacket.TryParse(packets[i], out var packet));
            Assert.Equal((ushort)(former.SequenceNumber + 1), packet.SequenceNumber);

            // Forward by the time that went by, a pause included, and never by more.
            var step = Serial.Distance(packet.Timestamp, former.Timestamp);
            Assert.InRange(step, 1, 120 * FrameTicks);
        }
    }
}

using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>From a producer to its consumers, under virtual time.</summary>
public abstract class ForwardingSpecs : IDisposable
{
    private const int FrameTicks = 3000;

    private readonly LoopbackWorld _world;
    private readonly LoopbackPeer _publisher;
    private readonly LoopbackPeer _subscriber;
    private ushort _sequence = 65_500;
    private uint _timestamp = 0xFFFF_0000;
    private ushort _transportSequence = 65_500;

    protected ForwardingSpecs(int engines)
    {
        _world = new LoopbackWorld(engines: engines);
        _publisher = _world.NewConnectedPeer();
        _subscriber = _world.NewConnectedPeer();
    }

    public void Dispose()
    {
        Assert.Empty(_world.Faults);
        _world.Command(_publisher.Transport, home => home.Close(null));
        _world.Command(_subscriber.Transport, home => home.Close(null));
        var dump = _world.Dump();
        Assert.True(dump.HasNoTransports, dump.ToString());
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnOneEngine() : ForwardingSpecs(1);

    /// <summary>Publisher and subscriber live on different engines, and neither where commands enter.</summary>
    public sealed class OnThreeEngines() : ForwardingSpecs(3);

    [Fact]
    public void Consumer_starts_at_a_key_frame_and_asks_for_it()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());

        SendFrames(3);
        Assert.Empty(_subscriber.Rtp);
        Assert.Equal(1, TestMedia.CountRtcp(_publisher.Rtcp, TestMedia.IsPli));
        SendFrames(1, key: true);
        SendFrames(3);

        Assert.Equal(4, _subscriber.Rtp.Count);
        AssertContinuous(Video(_subscriber));
    }

    [Fact]
    public void Consumer_without_a_path_asks_for_nothing()
    {
        var lonely = _world.NewPeer();
        var producer = _publisher.Produce(TestMedia.Video());
        lonely.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(90);
        Assert.Equal(0, TestMedia.CountRtcp(_publisher.Rtcp, TestMedia.IsPli));
        _world.Command(lonely.Transport, static home => home.Close(null));
    }

    [Fact]
    public void Packet_reaches_the_subscriber_under_its_own_names()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());
        var sent = TestMedia.Vp8Packet(_sequence, _timestamp, key: true, transportSequence: 7, mid: "v");
        _publisher.SendRtp(sent);
        _world.Run(TimeSpan.FromMilliseconds(50));

        Assert.True(RtpPacket.TryParse(sent, out var original));
        Assert.True(RtpPacket.TryParse(Assert.Single(_subscriber.Rtp), out var packet));
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
        var producer = _publisher.Produce(TestMedia.Audio());
        _subscriber.Consume(producer, TestMedia.AudioConsumer());

        for (ushort i = 0; i < 10; i++)
        {
            _publisher.SendRtp(TestMedia.OpusPacket((ushort)(65_530 + i), (uint)(i * 960)));
            _world.Run(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal(10, _subscriber.Rtp.Count);
        AssertContinuous(_subscriber.Rtp);
    }

    [Fact]
    public void Paused_consumer_gets_nothing_and_goes_on_without_a_jump()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        var consumer = _subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(10);
        var before = _subscriber.Rtp.Count;

        _world.Command(directory => directory.Consumer(consumer, static paused => paused.Pause()));
        SendFrames(100);
        Assert.Equal(before, _subscriber.Rtp.Count);
        var plis = TestMedia.CountRtcp(_publisher.Rtcp, TestMedia.IsPli);
        _world.Command(directory => directory.Consumer(consumer, resumed => resumed.Resume(_world.Now)));
        SendFrames(5);
        Assert.Equal(before, _subscriber.Rtp.Count);
        Assert.Equal(plis + 1, TestMedia.CountRtcp(_publisher.Rtcp, TestMedia.IsPli));
        SendFrames(1, key: true);
        SendFrames(10);

        Assert.Equal(before + 11, _subscriber.Rtp.Count);
        AssertContinuous(Video(_subscriber));
    }

    [Fact]
    public void Paused_producer_sends_nothing_and_goes_on_without_a_jump()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(5);

        _world.Command(directory => directory.Producer(producer, static paused => paused.Pause()));
        SendFrames(50);
        Assert.Equal(6, _subscriber.Rtp.Count);
        _world.Command(directory => directory.Producer(producer, resumed => resumed.Resume(_world.Now)));
        SendFrames(1, key: true);
        SendFrames(5);

        Assert.Equal(12, _subscriber.Rtp.Count);
        AssertContinuous(Video(_subscriber));
    }

    [Fact]
    public void Key_frame_requests_of_many_subscribers_join_to_one_in_a_second()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        for (uint i = 0; i < 10; i++)
        {
            _subscriber.Consume(producer, TestMedia.VideoConsumer(ssrc: 5000 + (2 * i), rtxSsrc: 5001 + (2 * i)));
        }

        for (var i = 0; i < 90; i++)
        {
            SendPli(5000);
            SendPli(5002);
            SendFrames(1, key: i % 30 == 29);
        }

        // Three seconds of constant asking.
        Assert.InRange(TestMedia.CountRtcp(_publisher.Rtcp, TestMedia.IsPli), 2, 5);
    }

    [Fact]
    public void Packet_lost_on_the_way_in_is_asked_for_and_forwarded_when_it_comes_by_rtx()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());
        AnswerNacksWithRtx(_publisher);
        SendFrames(1, key: true);
        _world.Lose = (toNode, data) => toNode && data[0] >= 128 && _world.Random.Next(100) < 10 && !RtcpPacket.IsRtcp(data);

        SendFrames(300);
        _world.Lose = static (_, _) => false;
        SendFrames(5);
        _world.Run(TimeSpan.FromSeconds(1));

        var numbers = Numbers(Video(_subscriber));
        Assert.Equal(306, numbers.Distinct().Count());
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        _world.Command(directory => directory.GetProducerStats(_publisher.Transport, 9, producer));
        var stats = Assert.IsType<RtpStreamStats>(Assert.Single(_publisher.Events.Stats));
        Assert.InRange(stats.PacketsRepaired, 10, 80);
        Assert.True(stats.NackCount > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Packet_lost_on_the_way_out_is_sent_again(bool rtx)
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer(rtx));
        SendFrames(1, key: true);
        SendFrames(10);
        var sent = TestMedia.Vp8Packet(_sequence, _timestamp, key: false);
        _world.Lose = static (toNode, data) => !toNode && data[0] >= 128 && !RtcpPacket.IsRtcp(data);
        SendFrames(1);
        _world.Lose = static (_, _) => false;
        SendFrames(5);
        var numbers = Numbers(Video(_subscriber));
        var lost = Assert.Single(Enumerable.Range(numbers[0], numbers.Count + 1).Select(static n => (ushort)n).Except(numbers));
        _subscriber.Rtp.Clear();

        SendNack(TestMedia.ConsumerSsrc, lost);
        SendNack(TestMedia.ConsumerSsrc, (ushort)(lost + 5000));
        _world.Run(TimeSpan.FromMilliseconds(100));

        var again = Assert.Single(_subscriber.Rtp);
        Assert.True(RtpPacket.TryParse(sent, out var original));
        Assert.True(RtpPacket.TryParse(again, out var packet));
        if (rtx)
        {
            Assert.Equal(TestMedia.ConsumerRtxSsrc, packet.Ssrc);
            Assert.Equal(TestMedia.RouterRtx, packet.PayloadType);
            Assert.Equal(RtxUnwrap.Media, Rtx.TryUnwrap(again, TestMedia.ConsumerSsrc, TestMedia.RouterVp8, out var length));
            Assert.True(RtpPacket.TryParse(again.AsSpan(0, length), out packet));
        }

        _world.Command(_subscriber.Transport, static home => home.ReportStats(9));
        var stats = _subscriber.Events.Stats.OfType<TransportStats>().Single();
        Assert.Equal(rtx, stats.RtxBytesSent > again.Length);
        Assert.Equal(rtx, stats.RtxSendBitrate > 0);
        Assert.Equal(lost, packet.SequenceNumber);
        Assert.True(packet.Payload.SequenceEqual(original.Payload));
    }

    [Fact]
    public void Publisher_gets_transport_feedback_about_every_packet()
    {
        _publisher.Produce(TestMedia.Video());
        var reported = new HashSet<ushort>();
        _publisher.OnRtcp = compound =>
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
        _world.Run(TimeSpan.FromMilliseconds(300));

        Assert.Equal(100, reported.Count);
    }

    [Fact]
    public void Reports_flow_both_ways()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(100);

        Assert.InRange(TestMedia.CountRtcp(_publisher.Rtcp, static p => ReceiverReport.TryParse(p, out var r) && r.ReportCount == 1 && r.GetReport(0).Ssrc == TestMedia.VideoSsrc), 2, 8);
        Assert.InRange(TestMedia.CountRtcp(_subscriber.Rtcp, static p => SenderReport.TryParse(p, out var r) && r.Info.Ssrc == TestMedia.ConsumerSsrc), 2, 8);
        Assert.InRange(TestMedia.CountRtcp(_subscriber.Rtcp, static p => SourceDescription.TryParse(p, out _)), 2, 8);
    }

    [Fact]
    public void Stream_without_announced_ssrc_is_found_by_its_mid()
    {
        var producer = _publisher.Produce(TestMedia.Video(ssrc: null, rtxSsrc: null));
        _subscriber.Consume(producer, TestMedia.VideoConsumer());

        _publisher.SendRtp(TestMedia.Vp8Packet(1, 3000, key: true, ssrc: 424_242, mid: "v"));
        _publisher.SendRtp(TestMedia.Vp8Packet(2, 6000, key: false, ssrc: 424_242));
        _publisher.SendRtp(TestMedia.Vp8Packet(3, 6000, key: false, ssrc: 434_343, mid: "x"));
        _world.Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, _subscriber.Rtp.Count);
    }

    [Fact]
    public void Taken_ssrc_or_mid_is_refused()
    {
        _publisher.Produce(TestMedia.Video());

        _publisher.Produce(TestMedia.Video(), requestId: 50);
        _publisher.Produce(TestMedia.Video(mid: "other"), requestId: 51);

        Assert.Equal(MediaErrorCode.InvalidParameters, _publisher.Events.Failed[50].Code);
        Assert.Equal(MediaErrorCode.InvalidParameters, _publisher.Events.Failed[51].Code);
        Assert.Single(_world.Dump().Transports.SelectMany(static t => t.Producers));
    }

    [Fact]
    public void Consumer_closes_when_its_producer_closes()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        var consumer = _subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);

        _world.Command(directory => directory.Producer(producer, static closed => closed.Close()));

        Assert.Equal([consumer], _subscriber.Events.ClosedConsumers);
        _world.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, TestMedia.CountRtcp(_subscriber.Rtcp, static p => Goodbye.TryParse(p, out var bye) && bye.GetSsrc(0) == TestMedia.ConsumerSsrc));
        Assert.All(_world.Dump().Transports, static t => Assert.Empty(t.Producers.Length == 0 ? [] : t.Producers));
        SendFrames(5);
    }

    [Fact]
    public void Closed_transport_takes_its_producers_and_their_consumers_along()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        var elsewhere = _subscriber.Consume(producer, TestMedia.VideoConsumer());
        var own = _publisher.Consume(producer, TestMedia.VideoConsumer(ssrc: 7000, rtxSsrc: 7001));
        SendFrames(1, key: true);

        _world.Command(_publisher.Transport, home => home.Close(null));

        Assert.Equal([elsewhere], _subscriber.Events.ClosedConsumers);
        Assert.DoesNotContain(own, _subscriber.Events.ClosedConsumers);
        Assert.Equal(0, _world.Dump().BuffersInUse);
    }

    [Fact]
    public void Publisher_that_numbers_anew_reaches_its_subscribers_without_a_jump()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(5);

        _sequence += 20_000;
        SendFrames(2);
        SendFrames(1, key: true);
        SendFrames(5);

        Assert.Equal(12, _subscriber.Rtp.Count);
        AssertContinuous(Video(_subscriber));
    }

    [Fact]
    public void Source_that_said_goodbye_starts_again_at_a_key_frame()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(3);

        var buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryAddReceiverReport(1, []) && writer.TryAddGoodbye([TestMedia.VideoSsrc]));
        _publisher.SendRtcp(writer.Written);
        _world.Run(TimeSpan.FromMilliseconds(20));
        SendFrames(3);
        Assert.Equal(4, _subscriber.Rtp.Count);
        SendFrames(1, key: true);
        SendFrames(3);

        Assert.Equal(8, _subscriber.Rtp.Count);
        AssertContinuous(Video(_subscriber));
    }

    [Fact]
    public void Kept_packets_are_given_back_when_the_publisher_falls_silent()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        _subscriber.Consume(producer, TestMedia.VideoConsumer());
        SendFrames(1, key: true);
        SendFrames(30);
        Assert.NotEqual(0, _world.Dump().BuffersInUse);

        _world.Run(TimeSpan.FromSeconds(4));

        Assert.Equal(0, _world.Dump().BuffersInUse);
    }

    [Fact]
    public void Kept_packets_are_shared_and_bounded()
    {
        var producer = _publisher.Produce(TestMedia.Video());
        for (uint i = 0; i < 5; i++)
        {
            _subscriber.Consume(producer, TestMedia.VideoConsumer(ssrc: 5000 + (2 * i), rtxSsrc: 5001 + (2 * i)));
        }

        SendFrames(1, key: true);
        SendFrames(300);

        // Two seconds at 30 packets a second, one copy for all five.
        Assert.InRange(_world.Dump().BuffersInUse, 50, 70);
    }

    private void SendFrames(int count, bool key = false)
    {
        for (var i = 0; i < count; i++)
        {
            _publisher.SendRtp(TestMedia.Vp8Packet(_sequence++, _timestamp, key, _transportSequence++));
            _timestamp += FrameTicks;
            _world.Run(TimeSpan.FromMicroseconds(33_333));
        }
    }

    private void SendPli(uint ssrc)
    {
        var buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryAddPictureLossIndication(1, ssrc));
        _subscriber.SendRtcp(writer.Written);
    }

    private void SendNack(uint ssrc, ushort sequence)
    {
        var buffer = new byte[64];
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryAddNack(1, ssrc, [sequence], out _));
        _subscriber.SendRtcp(writer.Written);
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

using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Tests.Loopback;

/// <summary>What a transport knows of its paths, and tells.</summary>
public sealed class BandwidthSpecs : LoopbackCall
{
    private const double NarrowedAt = 10; // Seconds.

    [Fact]
    public void Publisher_is_told_of_the_limit_by_REMB_at_once_and_again()
    {
        Publisher.Produce(TestMedia.Video());
        World.Command(Publisher.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MaxIncoming: 700_000)));
        World.Run(TimeSpan.FromSeconds(5));
        var told = Rembs(Publisher);
        Assert.True(told.Count >= 4);
        Assert.All(told, static remb => Assert.InRange(remb, 699_000, 700_000));
    }

    [Fact] // A client goes by the last that it got for good: 0 says that there is no limit.
    public void Publisher_is_told_that_the_limit_is_lifted_at_once_and_again_and_then_no_more()
    {
        Publisher.Produce(TestMedia.Video());
        World.Command(Publisher.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MaxIncoming: 700_000)));
        World.Run(TimeSpan.FromSeconds(3));
        var limited = Rembs(Publisher).Count;
        World.Command(Publisher.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MaxIncoming: 0)));
        World.Run(TimeSpan.FromMilliseconds(20));
        Assert.Equal(0, Assert.Single(Rembs(Publisher).Skip(limited)));
        World.Run(TimeSpan.FromSeconds(10));
        Assert.Equal([0L, 0L, 0L, 0L], Rembs(Publisher).Skip(limited));
    }

    [Fact]
    public void Limit_that_is_set_anew_while_the_last_is_being_lifted_counts()
    {
        Publisher.Produce(TestMedia.Video());
        foreach (var limit in new[] { 700_000, 0, 500_000 })
        {
            World.Command(Publisher.Transport, home => home.SetBitrateLimits(new BitrateLimits(MaxIncoming: limit)));
        }

        World.Run(TimeSpan.FromSeconds(5));
        Assert.All(Rembs(Publisher).Skip(2), static remb => Assert.InRange(remb, 499_000, 500_000));
    }

    [Fact]
    public void Publisher_that_was_never_limited_hears_nothing()
    {
        Publisher.Produce(TestMedia.Video());
        World.Command(Publisher.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MaxIncoming: 0)));
        World.Run(TimeSpan.FromSeconds(3));
        Assert.Empty(Rembs(Publisher));
    }

    [Theory] // Before the first packet nothing is known but what the owner says.
    [InlineData(null, 200_000L, 0)]
    [InlineData(null, null, 1)]
    [InlineData(5_000_000L, null, 2)]
    public void Limits_of_what_is_sent_count_from_the_first_packet_on(long? min, long? max, int first)
    {
        var camera = new SimulcastSource(World, Publisher) { FrameSize = [(1, 700), (3, 800), (9, 1050)] };
        camera.Send(50);
        World.Command(Subscriber.Transport, home => home.SetBitrateLimits(new BitrateLimits(MaxOutgoing: max, MinOutgoing: min)));
        Subscriber.Consume(camera.Producer, SimulcastSource.Consumer());
        World.Run(TimeSpan.FromMilliseconds(SimulcastSource.FrameMs));
        camera.Send(2);
        Assert.Equal(first, Array.FindIndex(camera.KeyFrameRequests, static count => count > 0));
        Assert.True(RtpPacket.TryParse(Subscriber.Rtp[0], out var packet));
        Assert.Equal(first, SimulcastSource.Identify(packet.Payload).Encoding);
    }

    [Fact]
    public void Publisher_without_transport_feedback_gets_an_estimate_by_REMB()
    {
        var video = TestMedia.Video();
        video = video with
        {
            RtpParameters = video.RtpParameters with
            {
                HeaderExtensions = [new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.AbsSendTime, Id = 4 }],
                Codecs = [.. video.RtpParameters.Codecs.Select(static c => c with { RtcpFeedback = [.. c.RtcpFeedback, new RtcpFeedback("goog-remb", "")] })],
            },
        };
        Publisher.Produce(video);
        for (var i = 0; i < 600; i++)
        {
            Publisher.SendRtp(WithSendTime((ushort)i, World.Now));
            World.Run(TimeSpan.FromMilliseconds(10));
        }

        // 1,000 bytes every 10 ms, and no queue: the estimate grows towards one and a half times that.
        Assert.InRange(Rembs(Publisher)[^1], 350_000, 1_300_000);
        Assert.True(Rembs(Publisher)[^1] > Rembs(Publisher)[0]);
    }

    [Fact]
    public void Reference_time_of_a_client_is_answered()
    {
        var video = Publisher.Produce(TestMedia.Video());
        Subscriber.Consume(video, TestMedia.VideoConsumer());
        var writer = new RtcpWriter(new byte[100]);
        var ntp = NtpTime.FromUnixMicroseconds(1_700_000_000_000_000);
        Assert.True(writer.TryAddReceiverReferenceTime(77, ntp));
        Subscriber.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromSeconds(2));
        var answers = new List<DlrrItem>();
        ForEach(Subscriber, packet =>
        {
            if (ExtendedReport.TryParse(packet, out var report))
            {
                while (report.TryNext(out var block))
                {
                    for (var i = 0; i < block.DlrrCount; i++)
                    {
                        answers.Add(block.GetDlrr(i));
                    }
                }
            }
        });
        var answer = Assert.Single(answers);
        Assert.Equal((77u, ntp.Compact), (answer.Ssrc, answer.LastReceiverReference));
        Assert.InRange(answer.Delay, 1u, 2u * 65536);
    }

    [Fact]
    public void Round_trip_to_a_publisher_is_known_from_its_answer()
    {
        World.DelayUs = 60_000;
        var producer = Publisher.Produce(TestMedia.Video());
        Publisher.OnRtcp += Answer;
        Publisher.SendRtp(TestMedia.Vp8Packet(1, 1, key: true));
        World.Run(TimeSpan.FromSeconds(4));
        World.Command(directory => directory.GetProducerStats(Publisher.Transport, 9, producer));
        Assert.InRange(Publisher.Events.Stats.OfType<RtpStreamStats>().Single().RoundTripTime!.Value, 119, 122);
    }

    [Fact]
    public void Changes_of_the_estimate_are_traced_and_the_statistics_have_it()
    {
        Subscriber.Consume(Publisher.Produce(TestMedia.Video()), TestMedia.VideoConsumer());
        World.Command(Subscriber.Transport, static home => home.Trace(MediaTraceTypes.Bwe));
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MaxOutgoing: 400_000)));
        for (var i = 0; i < 50; i++)
        {
            Publisher.SendRtp(TestMedia.Vp8Packet((ushort)i, (uint)(i * 3000), key: i == 0));
            World.Run(TimeSpan.FromMilliseconds(20));
        }

        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MaxOutgoing: 300_000)));
        World.Run(TimeSpan.FromMilliseconds(200));
        Assert.Equal(300_000, Subscriber.Events.Traces.OfType<BweTrace>().Last().AvailableBitrate);
        World.Command(Subscriber.Transport, static home => home.ReportStats(9));
        Assert.Equal(300_000, Subscriber.Events.Stats.OfType<TransportStats>().Single().AvailableOutgoingBitrate);
    }

    [Fact]
    public void REMB_counts_where_there_is_no_transport_feedback()
    {
        Subscriber.Consume(Publisher.Produce(TestMedia.Video()), RembConsumer());
        SendRemb(1_234_000);
        World.Command(Subscriber.Transport, static home => home.ReportStats(9));
        Assert.InRange(Subscriber.Events.Stats.OfType<TransportStats>().Single().AvailableOutgoingBitrate!.Value, 1_230_000, 1_234_000);
    }

    [Fact]
    public void Of_an_estimate_that_moves_a_little_all_the_time_is_told_every_two_seconds_and_of_a_leap_at_once()
    {
        Subscriber.Consume(Publisher.Produce(TestMedia.Video()), RembConsumer());
        World.Command(Subscriber.Transport, static home => home.Trace(MediaTraceTypes.Bwe));
        for (var i = 0; i < 60; i++)
        {
            SendRemb(1_000_000 + (i * 1000));
        }

        var told = Subscriber.Events.Traces.OfType<BweTrace>().ToArray();
        Assert.InRange(told.Length, 3, 5);
        SendRemb(700_000);
        Assert.InRange(Subscriber.Events.Traces.OfType<BweTrace>().Skip(told.Length).Single().AvailableBitrate, 690_000, 700_000);
    }

    /// <summary>An estimate that falls below what is given is a sign of a narrower path.</summary>
    [Fact]
    public void What_is_taken_back_as_the_path_becomes_narrow_is_not_given_again_for_two_seconds()
    {
        var camera = new SimulcastSource(World, Publisher) { FrameSize = [(1, 700), (3, 800), (9, 1050)] };
        Subscriber.Consume(camera.Producer, WithRemb(SimulcastSource.Consumer()));
        SendRemb(3_000_000);
        camera.Send(50);
        Assert.Equal(2, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
        SendRemb(200_000);
        camera.Send(10);
        Assert.Equal(0, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
        SendRemb(3_000_000);
        camera.Send(25);
        Assert.Equal(0, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
        camera.Send(25);
        Assert.Equal(2, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
    }

    /// <summary>That is no sign that the path has become narrow, after which nobody gets more for two seconds.</summary>
    [Fact]
    public void What_is_taken_back_as_rates_of_a_later_producer_become_known_is_given_again_at_once_on_a_wider_path()
    {
        var camera = new SimulcastSource(World, Publisher) { FrameSize = [(1, 700), (3, 800), (9, 1050)] };
        Subscriber.Consume(camera.Producer, WithRemb(SimulcastSource.Consumer()));
        SendRemb(200_000);
        World.Run(TimeSpan.FromSeconds(3));
        SendRemb(200_000);
        camera.Send(35);
        Assert.Contains(Subscriber.Events.Layers, static told => told.Layers?.SpatialLayer == 2);
        Assert.NotEqual(2, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
        SendRemb(3_000_000);
        camera.Send(10);
        Assert.Equal(2, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
    }

    /// <summary>An estimate that falls a little at the same moment changes nothing of that.</summary>
    [Fact]
    public void What_is_taken_back_as_rates_become_known_is_given_again_at_once_also_where_the_estimate_falls_a_little()
    {
        var camera = new SimulcastSource(World, Publisher) { FrameSize = [(1, 700), (3, 800), (9, 1050)] };
        Subscriber.Consume(camera.Producer, WithRemb(SimulcastSource.Consumer()));
        SendRemb(200_000);
        World.Run(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 20; i++)
        {
            SendRemb(200_000 - (i * 1000));
            camera.Send(1);
        }

        Assert.Contains(Subscriber.Events.Layers, static told => told.Layers?.SpatialLayer == 2);
        Assert.NotEqual(2, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
        SendRemb(3_000_000);
        camera.Send(10);
        Assert.Equal(2, Subscriber.Events.Layers[^1].Layers?.SpatialLayer);
    }

    /// <summary>Fewer frames need no key frame, and none on the way back.</summary>
    [Fact]
    public void A_spatial_layer_is_kept_with_fewer_frames_for_two_seconds_after_the_path_became_narrow()
    {
        var camera = new SimulcastSource(World, Publisher) { FrameSize = [(1, 700), (3, 800), (9, 1050)] };
        Subscriber.Consume(camera.Producer, WithRemb(SimulcastSource.Consumer()));
        SendRemb(600_000);
        camera.Send(60);
        Assert.Equal(new ConsumerLayers(1, 2), Subscriber.Events.Layers[^1].Layers);
        SendRemb(400_000);
        camera.Send(10);
        Assert.Equal(new ConsumerLayers(1, 1), Subscriber.Events.Layers[^1].Layers);
        var asked = camera.KeyFrameRequests.Sum();
        SendRemb(200_000);
        camera.Send(10);
        Assert.Equal(new ConsumerLayers(1, 0), Subscriber.Events.Layers[^1].Layers);
        Assert.Equal(asked, camera.KeyFrameRequests.Sum());
        camera.Send(50);
        Assert.Equal(new ConsumerLayers(0, 2), Subscriber.Events.Layers[^1].Layers);
    }

    /// <summary>
    /// A layer that is kept with fewer frames has each packet repaired that found no room. Where more than 150 ms stands in the queue that may be many, and the
    /// key frame of a lower layer makes them good all at once.
    /// </summary>
    [Theory]
    [InlineData(410_000, 1)]
    [InlineData(300_000, 0)] // Few frames of the layer would fit.
    [InlineData(130_000, 0)]
    public void A_spatial_layer_is_not_kept_with_fewer_frames_where_the_queue_has_become_too_long(int narrowed, int spatial)
    {
        var profile = new LinkProfile
        {
            Rates = [(TimeSpan.Zero, 700_000), (TimeSpan.FromSeconds(NarrowedAt), narrowed)],
            MaxQueue = TimeSpan.FromSeconds(1),
        };
        using var world = new CorridorWorld(profile);
        world.Run(TimeSpan.FromSeconds(NarrowedAt + 1.5));
        Assert.Equal(1, world.Samples.Last(static s => s.Seconds < NarrowedAt).Spatial);
        var after = world.Samples.Where(static s => s.Seconds > NarrowedAt).ToArray();
        Assert.Equal(spatial, after.Min(static s => s.Spatial));
        Assert.Equal(spatial == 0, after.Max(static s => s.QueueMs) > 150);
    }

    /// <summary>All frames of the middle layer fit what may be sent, but not with what of them has to be sent again.</summary>
    [Theory]
    [InlineData(0, 2)]
    [InlineData(0.05, 1)]
    public void Media_leaves_room_for_repair(double loss, int temporal)
    {
        using var world = new CorridorWorld(Corridors.Narrowing(loss) with { Rates = [(TimeSpan.Zero, 2_000_000)] });
        world.LimitSubscriber(new BitrateLimits(MaxOutgoing: 560_000));
        world.Run(TimeSpan.FromSeconds(60));
        var settled = world.Samples.Where(static sample => sample.Seconds > 20).ToArray();
        Assert.True(settled.Share(sample => sample.Spatial == 1 && sample.Temporal == temporal) > 0.9);
    }

    [Fact]
    public void Probes_are_packets_that_the_client_knows_and_are_counted()
    {
        // Long enough that the path is known only after layers' rates are: until then media is less than what it is probed for.
        using var world = new CorridorWorld(new LinkProfile { Rates = [(TimeSpan.Zero, 10_000_000)], OneWay = TimeSpan.FromMilliseconds(600) });
        var traces = world.TraceSubscriber(MediaTraceTypes.Probation);
        world.Run(TimeSpan.FromSeconds(4));
        var stats = world.SubscriberStats();
        Assert.InRange(stats.ProbationBytesSent, 5_000, long.MaxValue);
        Assert.True(stats.RtpBytesSent > 5 * stats.ProbationBytesSent);
        Assert.InRange(stats.RtpSendBitrate, stats.SendBitrate / 2, stats.SendBitrate);
        Assert.Equal("controlled", stats.IceRole);
        Assert.All(traces, static trace => Assert.Equal(MediaTraceTypes.Probation, trace.Type));
        var told = traces.Cast<RtpTrace>().Sum(static trace => trace.Size);
        Assert.InRange(told, stats.ProbationBytesSent * 9 / 10, stats.ProbationBytesSent);
        Assert.True(world.Samples[^1].Estimate > 2_000_000);
        Assert.Equal(2, world.Samples[^1].Spatial);
    }

    private static ConsumerSettings RembConsumer() => WithRemb(TestMedia.VideoConsumer());

    private static ConsumerSettings WithRemb(ConsumerSettings consumer) => consumer with
    {
        RtpParameters = consumer.RtpParameters with
        {
            HeaderExtensions = [],
            Codecs = [.. consumer.RtpParameters.Codecs.Select(static c => c with { RtcpFeedback = [.. c.RtcpFeedback, new RtcpFeedback("goog-remb", "")] })],
        },
    };

    /// <summary>And lets a tenth of a second pass.</summary>
    private void SendRemb(int bitrate)
    {
        var writer = new RtcpWriter(new byte[100]);
        Assert.True(writer.TryAddRemb(7, bitrate, [TestMedia.ConsumerSsrc]));
        Subscriber.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromMilliseconds(100));
    }

    private void Answer(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.TryNext(out var packet))
        {
            if (!ExtendedReport.TryParse(packet, out var report))
            {
                continue;
            }

            while (report.TryNext(out var block))
            {
                if (block.TryGetReferenceTime(out var time))
                {
                    var writer = new RtcpWriter(new byte[100]);
                    Assert.True(writer.TryAddDlrr(55, [new DlrrItem(report.Ssrc, time.Compact, 0)]));
                    Publisher.SendRtcp(writer.Written);
                }
            }
        }
    }

    private static byte[] WithSendTime(ushort sequence, MediaTime now)
    {
        var packet = new byte[1000];
        TestMedia.Vp8Packet(sequence, (uint)(sequence * 900), key: sequence == 0, payload: 200).AsSpan(0, 12).CopyTo(packet);
        packet[0] |= 0x10;
        var time = HeaderExtensionValues.ToAbsSendTime(now);
        ReadOnlySpan<byte> extension = [0xBE, 0xDE, 0, 1, 0x42, (byte)(time >> 16), (byte)(time >> 8), (byte)time];
        extension.CopyTo(packet.AsSpan(12));
        packet[20] = 0x10;
        packet[21] = 1;
        return packet;
    }

    private static List<long> Rembs(LoopbackPeer peer)
    {
        var found = new List<long>();
        ForEach(peer, packet =>
        {
            if (ReceiverEstimatedMaxBitrate.TryParse(packet, out var remb))
            {
                found.Add(remb.BitsPerSecond);
            }
        });
        return found;
    }

    private delegate void See(RtcpPacket packet);

    private static void ForEach(LoopbackPeer peer, See see)
    {
        foreach (var compound in peer.Rtcp)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                see(packet);
            }
        }
    }
}

using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>What the engine tells those who trace a Producer or a Consumer: each type, in its direction, and nothing that was not asked for.</summary>
/// <remarks>What transports tell (<c>bwe</c>, <c>probation</c>) is in <see cref="BandwidthSpecs"/>.</remarks>
public sealed class TraceSpecs : LoopbackCall
{
    private const MediaTraceTypes OfPackets = MediaTraceTypes.Rtp | MediaTraceTypes.KeyFrame;

    private ushort _sequence = 65_530;
    private uint _timestamp = 9000;

    [Fact]
    public void Packets_of_a_producer_and_its_key_frames()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        Trace(producer, OfPackets);
        var key = Packet(key: true);
        Publisher.SendRtp(key);
        var lost = Packet();
        var delta = Packet();
        Publisher.SendRtp(delta);
        Publisher.SendRtp(ByRtx(lost));
        World.Run(TimeSpan.FromMilliseconds(15));

        Assert.Equal(
            [
                Expected(MediaTraceTypes.KeyFrame, key, MediaTraceDirection.In, isKey: true),
                Expected(MediaTraceTypes.Rtp, delta, MediaTraceDirection.In),
                Expected(MediaTraceTypes.Rtp, lost, MediaTraceDirection.In) with { IsRtx = true },
            ],
            Take<RtpTrace>(Publisher));

        Trace(producer, MediaTraceTypes.Rtp);
        var other = Packet(key: true);
        Publisher.SendRtp(other);
        World.Run(TimeSpan.FromMilliseconds(15));
        Assert.Equal([Expected(MediaTraceTypes.Rtp, other, MediaTraceDirection.In, isKey: true)], Take<RtpTrace>(Publisher));

        Trace(producer, MediaTraceTypes.None);
        Publisher.SendRtp(Packet());
        World.Run(TimeSpan.FromMilliseconds(15));
        Assert.Empty(Publisher.Events.Traces);
    }

    [Fact]
    public void Packets_of_a_consumer_have_its_own_names_and_the_layers_of_their_frames()
    {
        var source = new SimulcastSource(World, Publisher);
        source.Send(10);
        var consumer = Subscriber.Consume(source.Producer, SimulcastSource.Consumer(new ConsumerLayers(1, null)));
        Trace(consumer, OfPackets);
        source.Send(40);
        var told = Take<RtpTrace>(Subscriber);
        Assert.Equal(Subscriber.Rtp.Count, told.Length);
        for (var i = 0; i < told.Length; i++)
        {
            Assert.True(RtpPacket.TryParse(Subscriber.Rtp[i], out var packet));
            var key = SimulcastSource.Identify(packet.Payload).Key;
            var type = key ? MediaTraceTypes.KeyFrame : MediaTraceTypes.Rtp;
            Assert.Equal(Expected(type, Subscriber.Rtp[i], MediaTraceDirection.Out, key) with { SpatialLayer = 1, TemporalLayer = told[i].TemporalLayer }, told[i]);
        }

        Assert.Equal([0, 1, 2], told.Select(static trace => trace.TemporalLayer).Distinct().Order());
        Assert.True(told[0].IsKeyFrame);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Packets_that_are_sent_again_are_told_as_they_left(bool rtx)
    {
        var source = new SimulcastSource(World, Publisher);
        source.Send(10);
        var settings = SimulcastSource.Consumer(new ConsumerLayers(1, null));
        settings = rtx ? settings : settings with
        {
            RtpParameters = settings.RtpParameters with
            {
                Codecs = [settings.RtpParameters.Codecs[0]],
                Encodings = [new RtpEncodingParameters { Ssrc = TestMedia.ConsumerSsrc }],
            },
        };
        var consumer = Subscriber.Consume(source.Producer, settings);
        Trace(consumer, OfPackets);

        // The last packet of the key frame that it begins with, and two that follow, are lost.
        var lost = new List<byte[]>();
        World.Divert = (peer, datagram) =>
        {
            if (peer == Subscriber && !RtcpPacket.IsRtcp(datagram) && datagram[0] >= 0x80 && lost.Count < 3)
            {
                lost.Add(datagram);
                return true;
            }

            return false;
        };
        source.Send(20);
        var first = Take<RtpTrace>(Subscriber)[..3];
        Subscriber.Rtp.Clear();
        Nack([.. first.Select(static trace => trace.SequenceNumber)]);
        World.Run(TimeSpan.FromMilliseconds(100));

        var again = Subscriber.Rtp;
        var told = Take<RtpTrace>(Subscriber);
        Assert.Equal(3, told.Length);
        for (var i = 0; i < 3; i++)
        {
            var expected = Expected(first[i].Type, again[i], MediaTraceDirection.Out, first[i].IsKeyFrame);
            Assert.Equal(expected with { IsRtx = rtx, SpatialLayer = 1, TemporalLayer = first[i].TemporalLayer }, told[i]);
            Assert.Equal(rtx ? TestMedia.ConsumerRtxSsrc : TestMedia.ConsumerSsrc, told[i].Ssrc);
            Assert.Equal(rtx ? TestMedia.RouterRtx : TestMedia.RouterVp8, told[i].PayloadType);
            Assert.Equal(first[i].Size + (rtx ? Rtx.OsnLength : 0), told[i].Size);
        }

        Assert.Equal(MediaTraceTypes.KeyFrame, told[0].Type);
    }

    [Fact]
    public void Requests_to_a_producers_client()
    {
        var pli = Publisher.Produce(TestMedia.Video());
        var fir = Publisher.Produce(WithoutPli(TestMedia.Video(ssrc: 7001, rtxSsrc: 7002, mid: "w")));
        Trace(pli, MediaTraceTypes.Nack | MediaTraceTypes.Pli | MediaTraceTypes.Fir);
        Trace(fir, MediaTraceTypes.Nack | MediaTraceTypes.Pli | MediaTraceTypes.Fir);
        Publisher.SendRtp(Packet(key: true));
        _sequence++;
        Publisher.SendRtp(Packet());
        Publisher.SendRtp(TestMedia.Vp8Packet(1, 1, key: true, ssrc: 7001));
        World.Run(TimeSpan.FromMilliseconds(25));
        Assert.Equal([Feedback(MediaTraceTypes.Nack, MediaTraceDirection.Out, TestMedia.VideoSsrc)], Take<FeedbackTrace>(Publisher));

        foreach (var producer in new[] { pli, fir })
        {
            World.Command(directory => directory.Producer(producer, asked => asked.RequestKeyFrame(0, World.Now)));
        }

        Assert.Equal(
            [Feedback(MediaTraceTypes.Pli, MediaTraceDirection.Out, TestMedia.VideoSsrc), Feedback(MediaTraceTypes.Fir, MediaTraceDirection.Out, 7001)],
            Take<FeedbackTrace>(Publisher));
    }

    [Fact]
    public void Requests_of_a_consumers_client()
    {
        var consumer = Subscriber.Consume(Publisher.Produce(TestMedia.Video()), TestMedia.VideoConsumer());
        Publisher.SendRtp(Packet(key: true));
        World.Run(TimeSpan.FromMilliseconds(25));
        MediaTraceTypes[] types = [MediaTraceTypes.Nack, MediaTraceTypes.Pli, MediaTraceTypes.Fir];
        foreach (var traced in types)
        {
            Trace(consumer, traced);
            Nack([5]);
            Send(static (ref RtcpWriter writer) => writer.TryAddPictureLossIndication(1, TestMedia.ConsumerSsrc));
            Send(static (ref RtcpWriter writer) => writer.TryAddFullIntraRequest(1, TestMedia.ConsumerSsrc, 1));
            World.Run(TimeSpan.FromMilliseconds(25));
            Assert.Equal([Feedback(traced, MediaTraceDirection.In, TestMedia.ConsumerSsrc)], Take<FeedbackTrace>(Subscriber));
        }
    }

    [Fact]
    public void Sender_Reports_both_ways()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var consumer = Subscriber.Consume(producer, TestMedia.VideoConsumer());
        Trace(producer, MediaTraceTypes.SenderReport);
        Trace(consumer, MediaTraceTypes.SenderReport);
        Publisher.SendRtp(Packet(key: true));
        var info = new SenderInfo(TestMedia.VideoSsrc, NtpTime.FromUnixMicroseconds(1_700_000_000_000_000), 1234, 5, 6);
        var writer = new RtcpWriter(new byte[200]);
        Assert.True(writer.TryAddSenderReport(info, []));
        Publisher.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromSeconds(3));

        var came = Assert.Single(Take<SenderReportTrace>(Publisher));
        Assert.Equal(
            new SenderReportTrace(came.Timestamp, MediaTraceDirection.In, info.Ssrc, (uint)(info.Ntp.Value >> 32), (uint)info.Ntp.Value, 1234, 5, 6), came);
        var sent = new List<SenderInfo>();
        foreach (var compound in Subscriber.Rtcp)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                if (SenderReport.TryParse(packet, out var report))
                {
                    sent.Add(report.Info);
                }
            }
        }

        var told = Take<SenderReportTrace>(Subscriber);
        Assert.NotEmpty(sent);
        Assert.Equal(
            sent.Select(static report => (report.Ssrc, report.RtpTimestamp, report.PacketCount, report.OctetCount, (uint)(report.Ntp.Value >> 32), (uint)report.Ntp.Value)),
            told.Take(sent.Count).Select(static trace => (trace.Ssrc, trace.RtpTimestamp, trace.PacketCount, trace.OctetCount, trace.NtpSeconds, trace.NtpFraction)));
        Assert.All(told, static trace => Assert.Equal(MediaTraceDirection.Out, trace.Direction));
        Assert.InRange(told.Length, sent.Count, sent.Count + 1);
    }

    private delegate bool Write(ref RtcpWriter writer);

    private static ProducerSettings WithoutPli(ProducerSettings video) => video with
    {
        RtpParameters = video.RtpParameters with
        {
            Codecs = [.. video.RtpParameters.Codecs.Select(static codec => codec with { RtcpFeedback = [.. codec.RtcpFeedback.Where(static f => f.Parameter != "pli")] })],
        },
    };

    private static FeedbackTrace Feedback(MediaTraceTypes type, MediaTraceDirection direction, uint ssrc) => new(type, 0, direction, ssrc);

    private static RtpTrace Expected(MediaTraceTypes type, byte[] packet, MediaTraceDirection direction, bool isKey = false)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        return new RtpTrace(
            type, 0, direction, view.Ssrc, view.PayloadType, view.SequenceNumber, view.Timestamp, view.Marker, packet.Length, view.Payload.Length, isKey, IsRtx: false, 0, 0);
    }

    private void Trace(ProducerHandle producer, MediaTraceTypes types) => World.Command(directory => directory.Producer(producer, traced => traced.Trace(types)));

    private void Trace(ConsumerHandle consumer, MediaTraceTypes types) => World.Command(directory => directory.Consumer(consumer, traced => traced.Trace(types)));

    /// <summary>What was told since it was last asked, without the time; it is all of one kind.</summary>
    private T[] Take<T>(LoopbackPeer peer)
        where T : MediaTrace
    {
        var told = peer.Events.Traces.ToArray();
        peer.Events.Traces.Clear();
        Assert.All(told, trace => Assert.InRange(trace.Timestamp, 1_790_000_000_000, 1_790_000_000_000 + (World.Now.Us / 1000)));
        return [.. told.Select(static trace => Assert.IsType<T>(trace) with { Timestamp = 0 })];
    }

    private byte[] Packet(bool key = false) => TestMedia.Vp8Packet(_sequence++, _timestamp += 3000, key);

    private static byte[] ByRtx(byte[] packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        var wrapped = new byte[2048];
        return wrapped[..Rtx.Wrap(packet, view.HeaderLength, TestMedia.VideoRtxSsrc, TestMedia.ProducerRtx, 1, wrapped)];
    }

    private void Nack(ushort[] missing) => Send((ref RtcpWriter writer) => writer.TryAddNack(1, TestMedia.ConsumerSsrc, missing, out _));

    private void Send(Write write)
    {
        var writer = new RtcpWriter(new byte[256]);
        Assert.True(write(ref writer));
        Subscriber.SendRtcp(writer.Written);
    }
}

using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>
/// Absolute capture times over changes of the encoding. They are times of the publisher's wall clock, not of an encoding's timestamps: a frame has
/// the same in each encoding, and passes with it as it came. What that clock is ahead of this node's, by which the Sender Reports go, is told with it.
/// </summary>
public sealed class CaptureTimeSpecs : LoopbackCall
{
    // The timestamps of two encodings begin anywhere: the wall clock joins them, to within a step that keeps them going forward.
    private const long ToleranceUs = 2_000;

    private readonly SimulcastSource _source;
    private readonly long _beganUs;

    public CaptureTimeSpecs()
    {
        _beganUs = SimulcastSource.ClockOriginUs + World.Now.Us;
        _source = new SimulcastSource(World, Publisher) { CaptureTimes = CapturedAt };
        _source.Send(10);
    }

    [Fact]
    public void Each_frame_has_the_time_of_its_own_capture_whichever_encoding_carries_it()
    {
        Walk(_source.Producer);
        Assert.All(Received(), packet => Assert.Equal(CapturedAt(packet.Frame), packet.Captured));
    }

    [Fact] // A client that is told now and then goes by the timestamps in between (abs-capture-time, "Interpolation").
    public void What_a_client_finds_by_the_timestamps_in_between_is_right_over_a_change()
    {
        Walk(_source.Producer);
        var packets = Received();
        var told = packets[0];
        foreach (var packet in packets.Skip(1))
        {
            var byTimestamps = told.Captured.PlusUs(Serial.Distance(packet.Timestamp, told.Timestamp) * 1000L / 90);
            Assert.InRange(packet.Captured.UsSince(byTimestamps), -ToleranceUs, ToleranceUs);
        }
    }

    [Fact]
    public void What_the_publishers_clock_is_ahead_is_told_with_it_over_changes_of_the_encoding()
    {
        Walk(_source.Producer);
        AssertOffsets(aheadUs: 0, hops: 1);
    }

    [Fact] // Whoever the publisher has it from may have a third clock.
    public void What_the_clock_of_the_capture_is_ahead_of_the_publishers_is_added()
    {
        _source.CaptureOffset = 5L << 32;
        Walk(_source.Producer);
        AssertOffsets(aheadUs: 5_000_000, hops: 1);
    }

    [Fact]
    public void It_is_right_behind_a_pipe_too()
    {
        var pipe = new PipePair(World, SrtpProfile.AeadAes256Gcm);
        Walk(pipe.Pipe(_source.Producer, MediaKind.Video, SimulcastSource.Consumable));
        AssertOffsets(aheadUs: 0, hops: 2);
        pipe.Close();
    }

    [Fact]
    public void Before_the_publishers_clock_is_known_it_passes_as_it_came()
    {
        var publisher = World.NewConnectedPeer();
        var source = new SimulcastSource(World, publisher) { CaptureTimes = CapturedAt };
        Subscriber.Consume(source.Producer, SimulcastSource.Consumer());
        foreach (var _ in Enumerable.Range(0, 20))
        {
            source.NextFrame().ForEach(packet => publisher.SendRtp(packet));
            World.Run(TimeSpan.FromMilliseconds(SimulcastSource.FrameMs));
        }

        var before = Packets();
        Assert.NotEmpty(before);
        Assert.All(before, static packet => Assert.Null(packet.Offset));
        source.Send(10);
        Assert.NotNull(Packets()[^1].Offset);
    }

    [Fact] // SRTP must never protect two different packets under one index.
    public void What_is_sent_again_under_its_own_number_has_the_offset_that_it_had()
    {
        var settings = SimulcastSource.Consumer(new ConsumerLayers(0, null));
        Subscriber.Consume(_source.Producer, settings with
        {
            RtpParameters = settings.RtpParameters with
            {
                Codecs = [settings.RtpParameters.Codecs[0]],
                HeaderExtensions = [.. settings.RtpParameters.HeaderExtensions.Where(static extension => extension.Id == SimulcastSource.CaptureTimeId)],
                Encodings = [settings.RtpParameters.Encodings[0] with { Rtx = null }],
            },
        });
        _source.Send(20);
        var datagrams = new List<byte[]>();
        World.Divert = (peer, datagram) =>
        {
            if (peer == Subscriber && datagram[0] >= 0x80 && !RtcpPacket.IsRtcp(datagram))
            {
                datagrams.Add(datagram);
            }

            return false;
        };
        _source.Send(1);
        Assert.True(RtpPacket.TryParse(Subscriber.Rtp[^1], out var last));

        // The publisher's clock is found five milliseconds further ahead.
        var writer = new RtcpWriter(new byte[RtcpWriter.MaxCompoundBytes]);
        var ntp = NtpTime.FromUnixMicroseconds(SimulcastSource.ClockOriginUs + World.Now.Us + 5000);
        Assert.True(writer.TryAddSenderReport(new SenderInfo(SimulcastSource.SsrcOf(0), ntp, 1, 1, 1), []));
        Publisher.SendRtcp(writer.Written);
        writer = new RtcpWriter(new byte[RtcpWriter.MaxCompoundBytes]);
        Assert.True(writer.TryAddNack(1, last.Ssrc, [last.SequenceNumber], out _));
        Subscriber.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(2, datagrams.Count);
        Assert.Equal(datagrams[0], datagrams[1]);
        Assert.NotNull(Packets()[^1].Offset);
    }

    private NtpTime CapturedAt(int frame) => NtpTime.FromUnixMicroseconds(_beganUs + (frame * SimulcastSource.FrameMs * 1000L));

    private void Walk(ProducerHandle producer)
    {
        var consumer = Subscriber.Consume(producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        _source.Send(50);
        foreach (var wanted in new[] { 2, 0, 1, 2 })
        {
            World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(wanted, null), World.Now)));
            _source.Send(50);
        }
    }

    /// <summary>
    /// The clock of the capture is the sender's, by which its reports go, and the offset (abs-capture-time, "Estimated capture clock offset"). Each hop takes
    /// the way there for a part of it.
    /// </summary>
    private void AssertOffsets(long aheadUs, int hops)
    {
        var packets = Received();
        var report = LastReport();
        var apart = SimulcastSource.ClockOriginUs - LoopbackWorld.UnixOriginUs + aheadUs;
        Assert.All(packets, packet =>
        {
            var offsetUs = (long)(((Int128)packet.Offset!.Value * 1_000_000) >> 32);
            Assert.InRange(offsetUs, apart - (hops * World.DelayUs) - ToleranceUs, apart);
            var ofSender = report.Ntp.PlusUs(Serial.Distance(packet.Timestamp, report.RtpTimestamp) * 1000L / 90);
            Assert.InRange(packet.Captured.UsSince(ofSender.PlusUs(offsetUs - aheadUs)), -ToleranceUs, ToleranceUs);
        });
    }

    private SenderInfo LastReport()
    {
        var last = default(SenderInfo);
        foreach (var compound in Subscriber.Rtcp)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                last = SenderReport.TryParse(packet, out var report) && report.Info.Ssrc == TestMedia.ConsumerSsrc ? report.Info : last;
            }
        }

        Assert.Equal(TestMedia.ConsumerSsrc, last.Ssrc);
        return last;
    }

    private List<Told> Received()
    {
        var packets = Packets();
        Assert.Equal([0, 1, 2], packets.Select(static packet => packet.Encoding).Distinct().Order());
        return packets;
    }

    private List<Told> Packets()
    {
        var received = new List<Told>();
        foreach (var bytes in Subscriber.Rtp)
        {
            Assert.True(RtpPacket.TryParse(bytes, out var packet));
            if (packet.Ssrc != TestMedia.ConsumerSsrc)
            {
                continue;
            }

            Assert.True(packet.TryFindExtension(SimulcastSource.CaptureTimeId, out var extension));
            Assert.True(HeaderExtensionValues.TryReadAbsCaptureTime(extension.Data, out var time));
            var (encoding, frame, _) = SimulcastSource.Identify(packet.Payload);
            received.Add(new Told(encoding, frame, packet.Timestamp, time.Capture, time.ClockOffset));
        }

        return received;
    }

    private sealed record Told(int Encoding, int Frame, uint Timestamp, NtpTime Captured, long? Offset);
}

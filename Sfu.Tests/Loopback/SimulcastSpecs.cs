using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>A client that gets one of several encodings at a time, under virtual time.</summary>
public abstract class SimulcastSpecs : LoopbackCall
{
    private readonly SimulcastSource _source;

    protected SimulcastSpecs(int engines)
        : base(engines)
    {
        _source = new SimulcastSource(World, Publisher);
        _source.Send(10);
    }

    protected override void CloseAll() => CloseTransports();

    public sealed class OnOneEngine() : SimulcastSpecs(1);

    public sealed class OnThreeEngines() : SimulcastSpecs(3);

    [Fact]
    public void Consumer_gets_the_highest_encoding_and_asks_for_its_key_frame_alone()
    {
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        _source.Send(25);

        Assert.All(Identified(), static packet => Assert.Equal(2, packet.Encoding));
        Assert.True(Identified()[0].Key);
        Assert.Equal([0, 0, 1], _source.KeyFrameRequests);
        Assert.Equal(new ConsumerLayers(2, 2), Assert.Single(Subscriber.Events.Layers).Layers);
        AssertContinuous();
    }

    [Fact]
    public void Preferred_layers_are_walked_at_key_frames_without_a_seam()
    {
        var consumer = Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        _source.Send(50);
        foreach (var wanted in new[] { 1, 2, 0, 2, 1 })
        {
            World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(wanted, null), World.Now)));
            _source.Send(50);
            Assert.Equal(wanted, Identified()[^1].Encoding);
        }

        var packets = Identified();
        for (var i = 1; i < packets.Count; i++)
        {
            Assert.True(packets[i].Encoding == packets[i - 1].Encoding || packets[i].Key);
            Assert.True(packets[i].Frame >= packets[i - 1].Frame);
        }

        // Nothing is left out at a change: the next frame, or once more the same one in the other size.
        Assert.All(packets.Zip(packets.Skip(1)), static pair => Assert.InRange(pair.Second.Frame - pair.First.Frame, 0, 1));
        Assert.Equal(0, packets.Count(static packet => packet.Encoding is < 0 or > 2));
        AssertContinuous();
        AssertTimestampsFollowCapture();
        AssertPicturesContinuous();
        var told = Subscriber.Events.Layers.ConvertAll(static change => change.Layers!.Value.SpatialLayer);
        Assert.Equal([0, 1, 2, 0, 2, 1], told.Where((spatial, i) => i == 0 || spatial != told[i - 1]));
    }

    [Fact]
    public void Dump_tells_what_a_client_gets_and_what_is_known_of_its_path()
    {
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(1, null)));
        _source.Send(50);

        var transports = World.Dump().Transports;
        Assert.Equal<int>([10, 10, 10], Assert.Single(transports.SelectMany(static transport => transport.Producers)).Scores.AsEnumerable());
        var receiving = Assert.Single(transports, static transport => !transport.Consumers.IsEmpty);
        var consumer = Assert.Single(receiving.Consumers);
        Assert.Equal((10, new ConsumerLayers(1, null), new ConsumerLayers(1, 2)), (consumer.Score, consumer.PreferredLayers, consumer.CurrentLayers));
        Assert.True(receiving.Path is { Estimate: > 0, Target: > 0, IsMeasured: false, QueueDelayUs: 0, PacketsWaiting: 0 });
        Assert.All(transports, transport => Assert.True(transport == receiving || transport.Path is null));
    }

    [Fact]
    public void Fewer_temporal_layers_leave_no_gap()
    {
        var consumer = Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(2, 0)));
        _source.Send(40);
        var slow = Frames();
        World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(2, 1), World.Now)));
        _source.Send(40);
        var faster = Frames() - slow;
        World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(2, null), World.Now)));
        _source.Send(40);
        var all = Frames() - slow - faster;
        World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(2, 0), World.Now)));
        _source.Send(40);

        Assert.InRange(slow, 9, 11);
        Assert.InRange(faster, 18, 21);
        Assert.InRange(all, 36, 40);
        Assert.InRange(Frames() - slow - faster - all, 10, 12);
        Assert.Equal([0, 0, 1], _source.KeyFrameRequests);
        AssertContinuous();
        AssertPicturesContinuous();
    }

    [Fact]
    public void An_encoding_that_stops_is_replaced_within_half_a_second_and_comes_back()
    {
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        _source.Send(50);
        _source.Active.Remove(2);
        _source.Send(25);
        var packets = Identified();
        var last = packets.FindLast(static packet => packet.Encoding == 2);
        var next = packets.Find(packet => packet.Frame > last.Frame);
        Assert.Equal(1, next.Encoding);
        Assert.InRange((next.Frame - last.Frame) * SimulcastSource.FrameMs, 1, 560);

        _source.Active.Add(2);
        _source.Send(25);
        Assert.Equal(2, Identified()[^1].Encoding);
        AssertContinuous();
        AssertTimestampsFollowCapture();
    }

    [Fact]
    public void A_source_that_stops_as_a_whole_loses_no_layer()
    {
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        _source.Send(50);
        _source.Active.Clear();
        _source.Send(100);
        _source.Active.UnionWith([0, 1, 2]);
        _source.Send(25);

        Assert.All(Identified(), static packet => Assert.Equal(2, packet.Encoding));
        Assert.Equal([0, 0, 1], _source.KeyFrameRequests);
    }

    [Fact]
    public void A_key_frame_that_does_not_come_is_asked_for_again()
    {
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        _source.Send(60, answerRequests: false);
        Assert.Empty(Subscriber.Rtp);
        Assert.InRange(_source.KeyFrameRequests[2], 2, 4);
        _source.Send(2);
        Assert.NotEmpty(Subscriber.Rtp);
    }

    [Fact]
    public void A_key_frame_whose_first_packet_comes_late_is_whole()
    {
        _source.FrameSize = [(1, 200), (3, 500), (8, 900)];
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        _source.Send(3);
        Subscriber.Rtp.Clear();
        World.Command(Subscriber.Transport, static home => home.Egress.Consumers[0].Resynchronize());
        var lost = false;
        World.Lose = (toNode, datagram) =>
        {
            // The first packet of the next key frame: the longest of its picture that bears no marker comes first.
            var first = toNode && !lost && datagram.Length > 900 && datagram[0] == 0x80;
            lost |= first;
            return first;
        };
        _source.RequestKeyFrames(2);
        _source.Send(1);
        Assert.True(lost);
        Assert.Empty(Media());
        _source.Send(8);

        Assert.All(Identified(), static packet => Assert.Equal(2, packet.Encoding));
        Assert.True(Identified()[0].Key);
        Assert.Equal(8, Identified().Count(packet => packet.Frame == Identified()[0].Frame));
        var start = Identified()[0].Frame;
        Assert.Equal(8 * (Identified()[^1].Frame - start + 1), Identified().Count);
        var numbers = Media().Select(Number).Order().ToArray();
        Assert.All(numbers.Zip(numbers.Skip(1)), static pair => Assert.Equal(1, Serial.Distance(pair.Second, pair.First)));
    }

    [Fact]
    public void Each_client_has_its_own_layers()
    {
        var others = Enumerable.Range(0, 3).Select(_ => World.NewConnectedPeer()).ToArray();
        for (var i = 0; i < 3; i++)
        {
            others[i].Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(i, null)));
        }

        // The first key frame of any encoding up to its own is good enough to begin with.
        _source.Send(10);
        Array.ForEach(others, static peer => peer.Rtp.Clear());
        _source.Send(20);
        for (var i = 0; i < 3; i++)
        {
            var encodings = others[i].Rtp.Select(static packet => Identify(packet).Encoding).Distinct();
            Assert.Equal([i], encodings);
            World.Command(others[i].Transport, static home => home.Close(null));
        }
    }

    [Fact]
    public void What_is_sent_again_is_what_was_sent_though_the_layers_changed_since()
    {
        var consumer = Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(1, 0)));
        _source.Send(30);
        World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(2, null), World.Now)));
        _source.Send(10);
        var sent = Media();
        var missed = sent[^12];
        Subscriber.Rtp.Clear();
        var numbers = Number(missed);
        Subscriber.SendRtcp(Nack(numbers));
        World.Run(TimeSpan.FromMilliseconds(30));

        Assert.True(RtpPacket.TryParse(Assert.Single(Subscriber.Rtp), out var again));
        Assert.Equal(TestMedia.ConsumerRtxSsrc, again.Ssrc);
        Assert.True(RtpPacket.TryParse(missed, out var first));
        Assert.Equal(first.Timestamp, again.Timestamp);
        Assert.Equal(first.Marker, again.Marker);
        Assert.True(again.Payload[2..].SequenceEqual(first.Payload));
    }

    private static ushort Number(byte[] packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        return view.SequenceNumber;
    }

    private static byte[] Nack(ushort sequence)
    {
        var writer = new Sfu.Media.Rtcp.RtcpWriter(new byte[Sfu.Media.Rtcp.RtcpWriter.MaxCompoundBytes]);
        Assert.True(writer.TryAddNack(1, TestMedia.ConsumerSsrc, [sequence], out _));
        return writer.Written.ToArray();
    }

    private static (int Encoding, int Frame, bool Key) Identify(byte[] packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        return SimulcastSource.Identify(view.Payload);
    }

    private List<byte[]> Media() => [.. Subscriber.Rtp.Where(static packet => RtpPacket.TryParse(packet, out var view) && view.Ssrc == TestMedia.ConsumerSsrc)];

    private List<(int Encoding, int Frame, bool Key)> Identified() => [.. Media().Select(Identify)];

    private int Frames() => Identified().Distinct().Select(static packet => packet.Frame).Distinct().Count();

    private void AssertContinuous()
    {
        var numbers = Media().Select(Number).ToArray();
        Assert.All(numbers.Zip(numbers.Skip(1)), static pair => Assert.Equal(1, Serial.Distance(pair.Second, pair.First)));
    }

    /// <summary>Equal distance in capture is equal distance in timestamps, whichever encoding carries a frame, but for what has to go forward.</summary>
    private void AssertTimestampsFollowCapture()
    {
        Assert.True(RtpPacket.TryParse(Media()[0], out var first));
        var origin = first.Timestamp;
        var start = Identify(Media()[0]).Frame;
        var last = origin - 1;
        var opens = true;
        foreach (var packet in Media())
        {
            Assert.True(RtpPacket.TryParse(packet, out var view));
            var expected = origin + (uint)((Identify(packet).Frame - start) * SimulcastSource.TicksPerFrame);
            Assert.InRange(Math.Abs(Serial.Distance(view.Timestamp, expected)), 0, 90 * 2);
            Assert.True(view.Timestamp == last ? !opens : Serial.IsNewer(view.Timestamp, last));
            opens = view.Marker;
            last = view.Timestamp;
        }
    }

    private void AssertPicturesContinuous()
    {
        var last = -1;
        var lastTl0 = -1;
        foreach (var packet in Media())
        {
            Assert.True(RtpPacket.TryParse(packet, out var view));
            Assert.True(Vp8PayloadDescriptor.TryParse(view.Payload, out var vp8));
            if (last >= 0)
            {
                var step = vp8.IsFrameStart ? 1 : 0;
                Assert.Equal((last + step) & 0x7FFF, vp8.PictureId);
                Assert.Equal((lastTl0 + (vp8.TemporalLayer == 0 ? step : 0)) & 0xFF, vp8.Tl0PictureIndex);
            }

            last = vp8.PictureId;
            lastTl0 = vp8.Tl0PictureIndex;
        }
    }
}

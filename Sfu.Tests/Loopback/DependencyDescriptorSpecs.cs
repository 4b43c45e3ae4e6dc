using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>
/// Simulcast of which nobody can read the payload: what the client gets is one stream of descriptors, whichever encodings it is made from.
/// </summary>
public sealed class DependencyDescriptorSpecs : LoopbackCall
{
    private readonly SimulcastSource _source;
    private readonly ConsumerHandle _consumer;

    public DependencyDescriptorSpecs()
    {
        _source = new SimulcastSource(World, Publisher, codec: CodecKind.Av1) { FrameSize = [(1, 200), (2, 400), (3, 700)] };
        _source.Send(10);
        _consumer = Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null), codec: CodecKind.Av1));
        _source.Send(20);
    }

    [Fact]
    public void Frames_are_numbered_without_a_seam_over_changes_of_the_encoding_and_pauses()
    {
        foreach (var wanted in new[] { 2, 1, 0, 2 })
        {
            World.Command(directory => directory.Consumer(_consumer, c => c.Layers.Prefer(new ConsumerLayers(wanted, null), World.Now)));
            _source.Send(20);
            Assert.Equal(wanted, Encodings()[^1]);
        }

        World.Command(directory => directory.Consumer(_consumer, static c => c.Pause()));
        _source.Send(20);
        World.Command(directory => directory.Consumer(_consumer, c => c.Resume(World.Now)));
        _source.Send(20);

        var frames = Frames();
        Assert.All(frames.Zip(frames.Skip(1)), static pair => Assert.Equal(pair.First.IsFrameEnd ? 1 : 0, (ushort)(pair.Second.FrameNumber - pair.First.FrameNumber)));
        Assert.All(frames.Zip(frames.Skip(1)), static pair => Assert.Equal(pair.First.IsFrameEnd, pair.Second.IsFrameStart));

        // The structure of each change, and each frame has the layer that its sender gave it.
        Assert.Equal(6, frames.Count(static frame => frame.HasStructure));
        Assert.Equal([0, 1, 2], frames.Select(static frame => (int)frame.TemporalLayer).Distinct().Order());
    }

    [Fact]
    public void What_is_sent_again_has_the_numbers_that_it_had()
    {
        World.Command(directory => directory.Consumer(_consumer, c => c.Layers.Prefer(new ConsumerLayers(2, null), World.Now)));
        _source.Send(20);
        var lost = Media()[^5];
        Assert.True(RtpPacket.TryParse(lost, out var original));
        Assert.True(original.TryFindExtension(Descriptors.ConsumerId, out var expected));
        Assert.NotEqual(0, expected.Data.Length);

        var writer = new Sfu.Media.Rtcp.RtcpWriter(new byte[Sfu.Media.Rtcp.RtcpWriter.MaxCompoundBytes]);
        Assert.True(writer.TryAddNack(1, TestMedia.ConsumerSsrc, [original.SequenceNumber], out _));
        Subscriber.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromMilliseconds(20));

        Assert.True(RtpPacket.TryParse(Subscriber.Rtp[^1], out var again));
        Assert.Equal(TestMedia.ConsumerRtxSsrc, again.Ssrc);
        Assert.True(again.TryFindExtension(Descriptors.ConsumerId, out var repeated));
        Assert.Equal(expected.Data, repeated.Data);
        Assert.Equal(original.Payload, again.Payload[Rtx.OsnLength..]);
    }

    [Theory]
    [InlineData(CodecKind.Av1)]
    [InlineData(CodecKind.H264)] // Its payload does not tell.
    public void Temporal_layers_are_left_out_by_the_descriptor_whatever_the_codec(CodecKind codec)
    {
        var publisher = World.NewConnectedPeer();
        var subscriber = World.NewConnectedPeer();
        var source = new SimulcastSource(World, publisher, codec: codec, describes: true);
        source.Send(10);
        var consumer = subscriber.Consume(source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, 0), codec: codec, describes: true));
        source.Send(40);
        var slow = Media(subscriber);
        Assert.InRange(slow.Count, 9, 12);
        Assert.All(Frames(slow), static frame => Assert.Equal(0, frame.TemporalLayer));
        foreach (var (temporal, atLeast, atMost) in new[] { (1, 18, 21), (2, 35, 41), (0, 9, 12) })
        {
            var before = Media(subscriber).Count;
            World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(0, temporal), World.Now)));
            source.Send(40);
            Assert.InRange(Media(subscriber).Count - before, atLeast, atMost);
            Assert.Equal(temporal, Frames(Media(subscriber)).Skip(before).Max(static frame => frame.TemporalLayer));
        }

        // What is left out leaves no gap, and no key frame is needed for more.
        var numbers = Media(subscriber).ConvertAll(static packet => RtpPacket.TryParse(packet, out var view) ? view.SequenceNumber : 0);
        Assert.All(numbers.Zip(numbers.Skip(1)), static pair => Assert.Equal(1, (ushort)(pair.Second - pair.First)));
        Assert.Equal(1, source.KeyFrameRequests.Sum());
    }

    [Fact] // Behind its payload descriptor a VP8 frame that is encrypted end to end does not tell that it is a key frame.
    public void Key_frames_of_VP8_are_counted_by_the_descriptor()
    {
        var publisher = World.NewConnectedPeer();
        var subscriber = World.NewConnectedPeer();
        var source = new SimulcastSource(World, publisher, describes: true);
        source.Send(10);
        var consumer = subscriber.Consume(source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        source.Send(20);
        foreach (var wanted in new[] { 2, 1, 0 })
        {
            World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(wanted, null), World.Now)));
            source.Send(20);
        }

        var changes = new List<int>();
        (int Encoding, int Key)? last = null;
        foreach (var packet in Media(subscriber))
        {
            Assert.True(RtpPacket.TryParse(packet, out var view));
            Assert.True(Vp8PayloadDescriptor.TryParse(view.Payload, out var vp8));
            var present = (SimulcastSource.Identify(view.Payload).Encoding, vp8.KeyIndex);
            if (last is { } before && before != present)
            {
                changes.Add((present.KeyIndex - before.Key) & 0x1F);
            }

            last = present;
        }

        Assert.Equal([1, 1, 1], changes);
    }

    private static List<byte[]> Media(LoopbackPeer subscriber) =>
        [.. subscriber.Rtp.Where(static packet => RtpPacket.TryParse(packet, out var view) && view.Ssrc == TestMedia.ConsumerSsrc)];

    private List<byte[]> Media() => Media(Subscriber);

    private List<int> Encodings() => Media().ConvertAll(static packet => RtpPacket.TryParse(packet, out var view) ? view.Payload[16] : -1);

    private List<DependencyDescriptor> Frames() => Frames(Media());

    /// <summary>As a receiver does that knows nothing but what was forwarded.</summary>
    private static List<DependencyDescriptor> Frames(List<byte[]> packets)
    {
        var receiver = new DependencyStructureCache(ScalabilityMode.Parse("L1T3"));
        return packets.ConvertAll(packet =>
        {
            Assert.True(RtpPacket.TryParse(packet, out var view));
            Assert.True(view.TryFindExtension(Descriptors.ConsumerId, out var extension));
            receiver.Read(view.SequenceNumber, extension.Data, out var descriptor, out var structure);
            Assert.NotNull(structure);
            return descriptor;
        });
    }
}

using Sfu.Media.Control;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>A client that gets some layers of one layered stream, under virtual time.</summary>
public abstract class SvcSpecs : LoopbackCall
{
    private readonly SvcSource _source;

    protected SvcSpecs(bool encrypted)
    {
        _source = new SvcSource(World, Publisher, encrypted);
        _source.Send(10);
    }

    protected override void CloseAll() => CloseTransports();

    public sealed class OfVp9() : SvcSpecs(encrypted: false);

    /// <summary>The payload is noise that often looks like a key frame.</summary>
    public sealed class OfEncryptedAv1() : SvcSpecs(encrypted: true);

    [Fact]
    public void Consumer_starts_at_a_key_frame_and_goes_on_with_the_highest_layer_alone()
    {
        Subscriber.Consume(_source.Producer, _source.Consumer());
        _source.Send(40);

        var frames = Frames();
        var first = frames[0].Picture;
        Assert.Equal([0, 1, 2], frames.Where(frame => frame.Picture == first).Select(static frame => frame.Spatial));
        Assert.All(frames.Where(frame => frame.Picture > first), static frame => Assert.Equal(2, frame.Spatial));
        Assert.Equal(1, _source.KeyFrameRequests);
        Assert.Equal(frames.Select(static frame => frame.Picture).Distinct(), Enumerable.Range(first, frames[^1].Picture - first + 1));
        AssertWhole();
    }

    [Fact]
    public void Preferred_layers_are_walked()
    {
        var consumer = Subscriber.Consume(_source.Producer, _source.Consumer(new ConsumerLayers(0, null)));
        _source.Send(20);
        foreach (var wanted in new[] { 2, 1, 0, 2 })
        {
            World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(wanted, null), World.Now)));
            _source.Send(40);
            Assert.Equal(wanted, Frames()[^1].Spatial);
            Assert.All(Frames().TakeLast(5), frame => Assert.Equal(wanted, frame.Spatial));
        }

        AssertWhole();
        var pictures = Frames().Select(static frame => frame.Picture).Distinct().ToArray();
        Assert.True(pictures.Zip(pictures.Skip(1)).Count(static pair => pair.Second != pair.First + 1) <= 4 * 8);
    }

    [Fact]
    public void Temporal_layers_are_left_out_and_come_back_without_a_key_frame()
    {
        var consumer = Subscriber.Consume(_source.Producer, _source.Consumer(new ConsumerLayers(2, 0)));
        _source.Send(41);
        var slow = Frames().Count(static frame => frame.Spatial == 2);
        World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(2, 2), World.Now)));
        _source.Send(40);
        var fast = Frames().Count(static frame => frame.Spatial == 2) - slow;

        Assert.InRange(slow, 9, 12);
        Assert.InRange(fast, 35, 40);
        Assert.Equal(1, _source.KeyFrameRequests);
        AssertWhole();
    }

    [Fact]
    public void A_layer_that_the_sender_leaves_out_is_replaced()
    {
        Subscriber.Consume(_source.Producer, _source.Consumer());
        _source.Send(40);
        _source.Layers = 2;
        _source.Send(30);
        var frames = Frames();
        var last = frames.FindLast(static frame => frame.Spatial == 2);
        var next = frames.Find(frame => frame.Picture > last.Picture);
        Assert.InRange((next.Picture - last.Picture) * SvcSource.FrameMs, 1, 600);
        Assert.Equal(1, frames[^1].Spatial);
        AssertWhole();
    }

    private List<(int Picture, int Spatial, int Temporal)> Frames() => Subscriber.Rtp.ConvertAll(static packet =>
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        return SvcSource.Identify(view.Payload);
    });

    /// <summary>No gap, and each picture ends with a marker and nothing after it.</summary>
    private void AssertWhole()
    {
        var frames = Frames();
        for (var i = 1; i < frames.Count; i++)
        {
            Assert.True(RtpPacket.TryParse(Subscriber.Rtp[i - 1], out var before));
            Assert.True(RtpPacket.TryParse(Subscriber.Rtp[i], out var packet));
            Assert.Equal(1, Serial.Distance(packet.SequenceNumber, before.SequenceNumber));
            Assert.Equal(frames[i].Picture != frames[i - 1].Picture, before.Marker);
        }
    }
}

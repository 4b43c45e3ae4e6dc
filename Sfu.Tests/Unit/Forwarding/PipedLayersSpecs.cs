using Sfu.Media.Codecs;
using Sfu.Media.Forwarding;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>What crosses a pipe of a stream of three spatial and three temporal layers that builds its layers on one another in key pictures.</summary>
public sealed class PipedLayersSpecs
{
    private const FrameFlags Whole = FrameFlags.FrameStart | FrameFlags.FrameEnd;

    private PipedLayers _layers = new(needsKeyFrame: true, TargetSets.All);

    [Fact]
    public void Everything_crosses_from_the_first_key_frame_on_before_anybody_wants_less()
    {
        Assert.False(Takes(0, 0));
        Assert.True(_layers.WaitsForKeyFrame);
        Assert.True(Key(0));
        Assert.False(_layers.WaitsForKeyFrame);
        Assert.True(Key(1) && Key(2) && Takes(2, 2) && Takes(0, 1));
    }

    [Fact]
    public void Less_is_at_once_and_a_spatial_layer_more_begins_with_a_key_frame()
    {
        Key(0);
        _layers.Want(TargetSets.UpTo(0, 3));
        Assert.True(Takes(0, 2));
        Assert.False(Takes(1, 0));
        Assert.False(_layers.WaitsForKeyFrame);

        _layers.Want(TargetSets.UpTo(2, 3));
        Assert.True(_layers.Await(present: 0b111));
        Assert.False(_layers.Await(present: 0b111));
        Assert.True(_layers.WaitsForKeyFrame);
        Assert.False(Takes(1, 0));
        Assert.True(Takes(0, 0));
        Assert.True(Key(0) && Key(1) && Key(2));
        Assert.False(_layers.WaitsForKeyFrame);
        Assert.True(Takes(2, 0));
    }

    [Fact]
    public void A_layer_that_is_not_sent_or_that_no_key_frame_brings_is_not_waited_for()
    {
        _layers.Want(TargetSets.UpTo(0, 3));
        Key(0);
        _layers.Want(TargetSets.UpTo(3, 3));
        Assert.False(_layers.Await(present: 0b0001));
        Assert.True(_layers.Await(present: 0b1011));
        Key(0);
        Assert.False(_layers.WaitsForKeyFrame);
    }

    [Fact]
    public void More_temporal_layers_begin_where_a_frame_of_their_spatial_layer_says_so()
    {
        _layers.Want(TargetSets.UpTo(1, 0));
        Assert.True(Key(0) && Key(1));
        Assert.False(Takes(1, 1));
        _layers.Want(TargetSets.UpTo(1, 3));
        Assert.False(_layers.Await(present: 0b111));
        Assert.False(Takes(1, 2));
        Assert.True(Takes(0, 0, switches: TargetSets.InTimeUpTo(0, 2)));
        Assert.True(Takes(0, 2));
        Assert.False(Takes(1, 2));
        Assert.True(Takes(1, 1, switches: TargetSets.InTimeUpTo(1, 2) & ~TargetSets.InTimeUpTo(1, 1)));
        Assert.True(Takes(1, 2) && Takes(1, 1));
    }

    [Fact]
    public void A_lower_temporal_layer_that_came_with_a_higher_one_stays()
    {
        Key(0);
        _layers.Want(TargetSets.UpTo(0, 0));
        _layers.Want(TargetSets.UpTo(0, 2));
        Assert.True(Takes(0, 1, switches: FrameLayers.TargetBit(0, 2)));
        _layers.Want(TargetSets.UpTo(0, 1));
        Assert.True(Takes(0, 1));
        Assert.False(Takes(0, 2));
    }

    [Theory]
    [InlineData(2, 3, false, false, true)]
    [InlineData(1, 3, false, true, true)]
    [InlineData(0, 3, true, true, true)]
    public void The_last_frame_that_crosses_ends_the_picture(int spatial, int temporal, bool lowest, bool middle, bool highest)
    {
        _layers.Want(TargetSets.UpTo(spatial, temporal));
        Key(0);
        Assert.Equal([lowest, middle, highest], Enumerable.Range(0, 3).Select(s => _layers.EndsPicture(Frame(s, 1, 0))));
    }

    [Fact]
    public void Sound_begins_with_any_packet_and_ends_at_once()
    {
        var sound = new PipedLayers(needsKeyFrame: false, TargetSets.All);
        var frame = new FrameLayers(0, 0, 1, 1, Whole);
        Assert.True(sound.Takes(frame));
        sound.Want(0);
        Assert.False(sound.Takes(frame));
        sound.Want(TargetSets.All);
        Assert.True(sound.Takes(frame));
        Assert.False(sound.WaitsForKeyFrame);
    }

    private bool Key(int spatial)
    {
        var above = TargetSets.UpTo(2, 2) & ~(spatial == 0 ? 0 : TargetSets.UpTo(spatial - 1, 3));
        var flags = Whole | (spatial == 0 ? FrameFlags.KeyFrame | FrameFlags.Independent | FrameFlags.PictureStart : FrameFlags.None);
        return _layers.Takes(new FrameLayers((byte)spatial, 0, (ushort)above, (ushort)above, flags));
    }

    private bool Takes(int spatial, int temporal, int switches = 0) => _layers.Takes(Frame(spatial, temporal, switches));

    private static FrameLayers Frame(int spatial, int temporal, int switches)
    {
        var targets = TargetSets.InTimeUpTo(spatial, 2) & ~(temporal == 0 ? 0 : TargetSets.InTimeUpTo(spatial, temporal - 1));
        return new FrameLayers((byte)spatial, (byte)temporal, (ushort)targets, (ushort)switches, Whole | (spatial == 0 ? FrameFlags.PictureStart : FrameFlags.None));
    }
}

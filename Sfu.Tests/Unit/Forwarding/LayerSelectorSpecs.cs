using Sfu.Media.Codecs;
using Sfu.Media.Forwarding;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>Which frames one client gets, and where it goes over to other layers. Frames are given as the codecs' parsers describe them.</summary>
public class LayerSelectorSpecs
{
    private const FrameFlags Whole = FrameFlags.FrameStart | FrameFlags.FrameEnd;

    [Fact]
    public void Nothing_goes_out_before_a_key_frame()
    {
        var selector = new LayerSelector(needsKeyFrame: true);
        Assert.False(selector.Takes(Simulcast(2, 0)));
        Assert.True(selector.WaitsForKeyFrame);
        Assert.True(selector.Takes(Simulcast(2, 0, key: true)));
        Assert.True(selector.Takes(Simulcast(2, 2)));
    }

    [Fact]
    public void Sound_begins_with_any_packet()
    {
        var selector = new LayerSelector(needsKeyFrame: false);
        Assert.True(selector.Takes(new FrameLayers(0, 0, 1, 1, Whole | FrameFlags.PictureStart)));
        Assert.False(selector.WaitsForKeyFrame);
    }

    [Fact]
    public void A_lower_encoding_is_good_enough_to_begin_with_and_the_wanted_one_replaces_it()
    {
        var selector = Wanting(2, 3);
        Assert.True(selector.Takes(Simulcast(0, 0, key: true)));
        Assert.True(selector.WaitsForKeyFrame);
        Assert.False(selector.Takes(Simulcast(2, 0)));
        Assert.True(selector.Takes(Simulcast(2, 0, key: true)));
        Assert.False(selector.WaitsForKeyFrame);
        Assert.False(selector.Takes(Simulcast(0, 0)));
    }

    [Fact]
    public void An_encoding_above_the_wanted_one_is_never_taken()
    {
        var selector = Wanting(1, 3);
        Assert.False(selector.Takes(Simulcast(2, 0, key: true)));
        Assert.True(selector.Takes(Simulcast(1, 0, key: true)));
        Assert.False(selector.Takes(Simulcast(2, 0, key: true)));
    }

    [Fact]
    public void On_the_way_down_only_the_base_is_sent_until_the_key_frame()
    {
        var selector = Wanting(2, 3);
        Assert.True(selector.Takes(Simulcast(2, 0, key: true)));
        selector.Want(0, 3);
        Assert.True(selector.Takes(Simulcast(2, 0)));
        Assert.False(selector.Takes(Simulcast(2, 2)));
        Assert.False(selector.Takes(Simulcast(2, 1)));
        Assert.True(selector.Takes(Simulcast(0, 0, key: true)));
        Assert.True(selector.Takes(Simulcast(0, 2, sync: true)));
    }

    [Fact]
    public void More_temporal_layers_begin_only_where_a_frame_allows_it()
    {
        var selector = Wanting(0, 0);
        Assert.True(selector.Takes(Simulcast(0, 0, key: true)));
        selector.Want(0, 2);
        Assert.True(selector.Takes(Simulcast(0, 0)));
        Assert.False(selector.Takes(Simulcast(0, 2)));
        Assert.True(selector.Takes(Simulcast(0, 1, sync: true)));
        Assert.Equal(2, selector.Temporal);
        Assert.True(selector.Takes(Simulcast(0, 2)));
    }

    [Fact]
    public void Full_svc_goes_down_at_any_picture_and_up_at_a_key_frame()
    {
        var selector = Wanting(2, 3);
        Assert.True(Picture(ref selector, [0, 1, 2], key: true, nested: true).All(static taken => taken));
        selector.Want(0, 3);
        Assert.Equal([true, false, false], Picture(ref selector, [0, 1, 2], key: false, nested: true));
        selector.Want(1, 3);
        Assert.Equal([true, false, false], Picture(ref selector, [0, 1, 2], key: false, nested: true));
        Assert.True(selector.WaitsForKeyFrame);
        Assert.Equal([true, true, false], Picture(ref selector, [0, 1, 2], key: true, nested: true));
    }

    [Fact]
    public void Key_svc_changes_at_key_frames_alone()
    {
        var selector = Wanting(2, 3);
        Assert.Equal([true, true, true], Picture(ref selector, [0, 1, 2], key: true, nested: false));
        Assert.Equal([false, false, true], Picture(ref selector, [0, 1, 2], key: false, nested: false));
        selector.Want(1, 3);
        Assert.Equal([false, false, true], Picture(ref selector, [0, 1, 2], key: false, nested: false));
        Assert.True(selector.WaitsForKeyFrame);
        Assert.Equal([true, true, false], Picture(ref selector, [0, 1, 2], key: true, nested: false));
        Assert.Equal([false, true, false], Picture(ref selector, [0, 1, 2], key: false, nested: false));
    }

    [Fact]
    public void Key_svc_goes_down_without_a_key_frame_as_long_as_no_base_frame_below_was_left_out()
    {
        var selector = Wanting(2, 3);
        Assert.Equal([true, true, true], Picture(ref selector, [0, 1, 2], key: true, nested: false));
        selector.Want(0, 3);
        Assert.False(selector.WaitsForKeyFrame);

        // Frames that nothing builds on may be missing.
        Assert.False(selector.Takes(new FrameLayers(0, 2, From(0, 2), 0, Whole | FrameFlags.PictureStart)));
        Assert.False(selector.WaitsForKeyFrame);
        Assert.Equal([true, false, false], Picture(ref selector, [0, 1, 2], key: false, nested: false));
        Assert.Equal((0, 0), (selector.Spatial, selector.Temporal));

        // Of the upper ones base frames are missing now.
        selector.Want(1, 3);
        Assert.True(selector.WaitsForKeyFrame);
    }

    [Fact]
    public void An_encoding_is_not_gone_back_to_without_a_key_frame()
    {
        var selector = Wanting(1, 3);
        Assert.True(selector.Takes(Simulcast(1, 0, key: true)));
        selector.Want(2, 3);
        Assert.True(selector.Takes(Simulcast(2, 0, key: true)));
        selector.Want(1, 3);
        Assert.True(selector.WaitsForKeyFrame);
        Assert.False(selector.Takes(Simulcast(1, 0)));
    }

    [Fact]
    public void An_upper_layer_that_stands_by_itself_begins_with_its_own_frame()
    {
        // S2T1: the key picture's upper frame refers to nothing, and is no key frame of the whole stream.
        var selector = Wanting(1, 3);
        Assert.True(selector.Takes(Simulcast(0, 0, key: true)));
        Assert.True(selector.Takes(Simulcast(1, 0, key: true) with { Flags = Whole | FrameFlags.Independent }));
        Assert.False(selector.WaitsForKeyFrame);
        Assert.False(selector.Takes(Simulcast(0, 0)));
        Assert.True(selector.Takes(Simulcast(1, 0)));
    }

    [Fact]
    public void What_is_stopped_takes_nothing_and_begins_with_a_key_frame_again()
    {
        var selector = Wanting(0, 3);
        Assert.True(selector.Takes(Simulcast(0, 0, key: true)));
        selector.Stop();
        Assert.False(selector.Takes(Simulcast(0, 0, key: true)));
        Assert.False(selector.WaitsForKeyFrame);
        selector.Want(0, 3);
        Assert.False(selector.Takes(Simulcast(0, 0)));
        Assert.True(selector.Takes(Simulcast(0, 0, key: true)));
    }

    [Fact]
    public void Where_a_picture_builds_on_its_lower_layers_temporal_layers_change_with_its_first_frame()
    {
        var selector = Wanting(1, 0);
        Assert.True(Nested(ref selector, 0, 0, key: true) && Nested(ref selector, 1, 0, key: true));

        // The upper frame allows it, the lower one is gone.
        Assert.False(Nested(ref selector, 0, 1, allows: false));
        selector.Want(1, 1);
        Assert.False(Nested(ref selector, 1, 1));
        Assert.True(Nested(ref selector, 0, 0) && Nested(ref selector, 1, 0));
        Assert.True(Nested(ref selector, 0, 1) && Nested(ref selector, 1, 1));

        // A picture that has begun is ended.
        Assert.True(Nested(ref selector, 0, 1));
        selector.Want(1, 0);
        Assert.True(Nested(ref selector, 1, 1));
        Assert.False(Nested(ref selector, 0, 1) || Nested(ref selector, 1, 1));
    }

    /// <summary>A frame of L2T2, whose upper spatial layer refers to the lower one in each picture.</summary>
    private static bool Nested(ref LayerSelector selector, int spatial, int temporal, bool key = false, bool allows = true)
    {
        var own = TargetSets.InTimeUpTo(spatial, 1) & ~(temporal == 0 ? 0 : TargetSets.InTimeUpTo(spatial, temporal - 1));
        var above = spatial == 0 ? own << FrameLayers.MaxTemporalLayers : 0;
        var flags = Whole | (spatial == 0 ? FrameFlags.PictureStart : 0) | (key && spatial == 0 ? FrameFlags.KeyFrame | FrameFlags.Independent : 0);
        var switches = key ? own | above : allows && temporal > 0 ? own : 0;
        return selector.Takes(new FrameLayers((byte)spatial, (byte)temporal, (ushort)(own | above), (ushort)switches, flags));
    }

    private static LayerSelector Wanting(int spatial, int temporal)
    {
        var selector = new LayerSelector(needsKeyFrame: true);
        selector.Want(spatial, temporal);
        return selector;
    }

    private static FrameLayers Simulcast(int encoding, int temporal, bool key = false, bool sync = false)
    {
        var above = From(encoding, temporal);
        return new FrameLayers(
            (byte)encoding,
            (byte)temporal,
            above,
            key || sync ? above : temporal == 0 ? FrameLayers.TargetBit(encoding, 0) : (ushort)0,
            Whole | FrameFlags.PictureStart | (key ? FrameFlags.KeyFrame : FrameFlags.None));
    }

    /// <summary>One picture of three spatial layers at temporal layer 0; what the selector takes of it.</summary>
    private static bool[] Picture(ref LayerSelector selector, int[] layers, bool key, bool nested)
    {
        var taken = new List<bool>();
        foreach (var spatial in layers)
        {
            var targets = 0;
            for (var target = spatial; target <= (key || nested ? 2 : spatial); target++)
            {
                targets |= From(target, 0);
            }

            var flags = Whole | (spatial == 0 ? FrameFlags.PictureStart : 0) | (key && spatial == 0 ? FrameFlags.KeyFrame : 0);
            taken.Add(selector.Takes(new FrameLayers((byte)spatial, 0, (ushort)targets, key ? (ushort)targets : (ushort)0, flags)));
        }

        return [.. taken];
    }

    private static ushort From(int spatial, int temporal)
    {
        var targets = 0;
        for (var t = temporal; t < FrameLayers.MaxTemporalLayers; t++)
        {
            targets |= FrameLayers.TargetBit(spatial, t);
        }

        return (ushort)targets;
    }
}

using Sfu.Media.Codecs;
using Sfu.Media.Forwarding;
using Sfu.Media.Rtcp;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>Which layers somebody beyond a pipe may go over to with a key frame.</summary>
public sealed class CrossingLayersSpecs
{
    private CrossingLayers _crossing = new();

    [Fact]
    public void An_end_that_tells_nothing_sends_all()
    {
        _crossing.Ask(TargetSets.UpTo(0, 3));
        Assert.Equal(TargetSets.All, SwitchesAt(7));
    }

    [Fact]
    public void A_key_frame_brings_what_was_told_before_it_by_number_whatever_the_order_of_arrival()
    {
        Tell(TargetSets.UpTo(0, 0), after: 65_530);
        Tell(TargetSets.UpTo(2, 0), after: 3);
        Assert.Equal(TargetSets.UpTo(0, 3), SwitchesAt(3));
        Assert.Equal(TargetSets.UpTo(0, 3), SwitchesAt(65_535));
        Assert.Equal(TargetSets.UpTo(2, 3), SwitchesAt(4));

        // Said again, it is about the same packets.
        Tell(TargetSets.UpTo(2, 0), after: 10);
        Assert.Equal(TargetSets.UpTo(0, 3), SwitchesAt(3));
        Tell(TargetSets.UpTo(2, 0), after: 2_000);
        Assert.Equal(TargetSets.UpTo(2, 3), SwitchesAt(3));
    }

    [Fact]
    public void What_is_not_asked_for_any_more_does_not_count_until_it_is_told_again()
    {
        Tell(TargetSets.UpTo(2, 3), after: 5);
        _crossing.Ask(TargetSets.UpTo(1, 3));
        _crossing.Ask(TargetSets.UpTo(2, 3));
        Assert.Equal(TargetSets.UpTo(1, 3), SwitchesAt(6));
        _crossing.Ask(0);
        Assert.Equal(TargetSets.UpTo(0, 3), SwitchesAt(6));
        Tell(TargetSets.UpTo(2, 3), after: 8);
        Assert.Equal(TargetSets.UpTo(2, 3), SwitchesAt(9));
    }

    private void Tell(int targets, ushort after)
    {
        var writer = new RtcpWriter(new byte[RtcpWriter.MaxCompoundBytes]);
        Assert.True(writer.TryAddCrossingNotice(1, (ushort)targets, after, score: null));
        var reader = new RtcpReader(writer.Written);
        Assert.True(reader.TryNext(out var packet));
        Assert.True(CrossingNotice.TryParse(packet, out var notice));
        _crossing.Tell(notice);
    }

    private int SwitchesAt(ushort sequence) => _crossing.Limit(
        new FrameLayers(0, 0, TargetSets.All, TargetSets.All, FrameFlags.FrameStart | FrameFlags.KeyFrame), sequence).Switches;
}

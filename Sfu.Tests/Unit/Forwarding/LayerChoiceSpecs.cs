using Sfu.Media.Bwe;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>What a client is to get: its wish, bounded by its share of the path and by what the producer sends.</summary>
public sealed class LayerChoiceSpecs
{
    private static readonly MediaTime Now = MediaTime.FromMilliseconds(1_000);

    [Theory]
    [InlineData(null, LayerDemand.Unlimited, 2)]
    [InlineData(1, LayerDemand.Unlimited, 1)]
    [InlineData(null, 4, 1)] // 1.0
    [InlineData(0, 4, 0)]
    [InlineData(7, 15, 2)]
    public void Wish_is_bounded_by_the_share_of_the_path_and_by_what_there_is(int? wish, int allowed, int expected)
    {
        var choice = new LayerChoice(wish is { } spatial ? new ConsumerLayers(spatial, null) : null, priority: 1, needsKeyFrame: true);
        choice.Allow(allowed);

        choice.Decide(Present(0, 1, 2), encodings: 3);

        Assert.Equal(expected, choice.WantedSpatial);
        Assert.True(choice.WaitsForKeyFrame);
    }

    [Fact]
    public void Key_frame_is_asked_for_when_another_layer_is_decided_on_and_not_again_for_the_same()
    {
        var choice = new LayerChoice(null, priority: 1, needsKeyFrame: true);

        Assert.True(choice.Decide(Present(0, 1, 2), encodings: 3));
        Assert.False(choice.Decide(Present(0, 1, 2), encodings: 3));
        Assert.True(choice.Decide(Present(0, 1), encodings: 3));
    }

    [Fact]
    public void Missing_key_frame_is_asked_for_again_after_300_ms()
    {
        var choice = new LayerChoice(null, priority: 1, needsKeyFrame: true);
        choice.OnAsked(Now);

        Assert.False(choice.MissesKeyFrame(Now.PlusMs(299)));
        Assert.True(choice.MissesKeyFrame(Now.PlusMs(300)));
    }

    [Fact]
    public void Nothing_is_wanted_where_the_path_has_room_for_nothing()
    {
        var choice = new LayerChoice(null, priority: 1, needsKeyFrame: true);
        Assert.True(choice.Allow(LayerDemand.None));
        Assert.False(choice.Allow(LayerDemand.None));

        Assert.False(choice.Decide(Present(0, 1, 2), encodings: 3));

        Assert.True(choice.IsStopped);
        Assert.False(choice.WaitsForKeyFrame);
        Assert.Null(choice.Present);
    }

    [Fact]
    public void Layers_are_news_once()
    {
        var choice = new LayerChoice(null, priority: 1, needsKeyFrame: true);

        Assert.False(choice.IsNews(null));
        Assert.True(choice.IsNews(new ConsumerLayers(1, 0)));
        Assert.False(choice.IsNews(new ConsumerLayers(1, 0)));
        Assert.True(choice.IsNews(null));
    }

    private static LayerActivity Present(params int[] layers)
    {
        var activity = new LayerActivity();
        foreach (var spatial in layers)
        {
            activity.Assume(spatial, Now);
        }

        return activity;
    }
}

using System.Collections.Immutable;
using Sfu.Actors.Bridge;
using Sfu.Media.Control;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>Scores, layers, traces and levels between a media thread that may be fast and an actor that may be slow.</summary>
public sealed class MediaMailboxSpecs
{
    private readonly CountingActorRef _actor = new();

    [Fact]
    public void A_flood_that_nobody_looks_at_is_one_message_and_a_bounded_state()
    {
        var media = new MediaMailbox(_actor);
        for (var i = 0; i < 10_000; i++)
        {
            var producer = new ProducerHandle(i % 2, 1);
            var consumer = new ConsumerHandle(i % 3, 1);
            media.ScoresChanged(producer, [new EncodingScore(0, 1, null, i % 11)]);
            media.OrientationChanged(producer, new VideoOrientation(false, false, i % 4 * 90));
            media.ScoreChanged(consumer, new ConsumerScore(i % 11, 10, []));
            media.LayersChanged(consumer, new ConsumerLayers(i % 3, 0));
            media.Traced(new MediaNews.Traced(producer, null, Trace(i)));
        }

        Assert.Equal(1, _actor.Told);
        var news = media.Take();
        Assert.Equal(2 + 2 + 3 + 3 + MediaNews.MaxTraces, news.Count);
        Assert.Equal(9999 % 11, news.ConsumerScores[new ConsumerHandle(0, 1)].Score);
        Assert.Equal(Enumerable.Range(10_000 - MediaNews.MaxTraces, MediaNews.MaxTraces), news.Traces.Select(traced => (int)traced.Trace.Timestamp));
        Assert.Equal(0, media.Take().Count);
        media.ScoreChanged(default, new ConsumerScore(1, 1, []));
        Assert.Equal(2, _actor.Told);
    }

    [Fact]
    public void Levels_are_kept_in_order_and_the_oldest_give_way()
    {
        var levels = new LevelMailbox(_actor);
        var producer = new ProducerHandle(1, 1);
        levels.Measured(producer, [1, 2]);
        levels.Measured(producer, [3]);
        levels.Measured(default, [127]);
        Assert.Equal(1, _actor.Told);
        var news = levels.Take();
        Assert.Equal([1, 2, 3], news.Levels[producer].AsEnumerable());
        Assert.Equal([127], news.Levels[default].AsEnumerable());

        for (var i = 0; i < 1000; i++)
        {
            levels.Measured(producer, [(byte)(i % 128)]);
        }

        var kept = levels.Take().Levels[producer];
        Assert.Equal((LevelNews.MaxLevels, (byte)(999 % 128)), (kept.Length, kept[^1]));
    }

    private static FeedbackTrace Trace(int i) => new(MediaTraceTypes.Pli, i, MediaTraceDirection.In, 1);
}

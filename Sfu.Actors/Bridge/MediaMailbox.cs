using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Scores, layers, orientations and traces of what a transport carries, on their way to its actor. Bounded by <see cref="MediaNews"/>.
/// Media thread only, but for <c>Take</c>.
/// </summary>
internal sealed class MediaMailbox(IActorRef transport) : NewsMailbox<MediaNews>(transport)
{
    protected override MediaNews None => MediaNews.None;

    protected override object WakeUp => MediaEvents.MediaChanged.Instance;

    public void ScoresChanged(ProducerHandle producer, ImmutableArray<EncodingScore> scores) =>
        Fold(static (news, change) => news.WithScores(change.Producer, change.Scores), (Producer: producer, Scores: scores));

    public void OrientationChanged(ProducerHandle producer, VideoOrientation orientation) =>
        Fold(static (news, change) => news.WithOrientation(change.Producer, change.Orientation), (Producer: producer, Orientation: orientation));

    public void ScoreChanged(ConsumerHandle consumer, ConsumerScore score) =>
        Fold(static (news, change) => news.WithScore(change.Consumer, change.Score), (Consumer: consumer, Score: score));

    public void LayersChanged(ConsumerHandle consumer, ConsumerLayers? layers) =>
        Fold(static (news, change) => news.WithLayers(change.Consumer, change.Layers), (Consumer: consumer, Layers: layers));

    public void DemandChanged(ProducerHandle producer, WantedLayers wanted) =>
        Fold(static (news, change) => news.WithDemand(change.Producer, change.Wanted), (Producer: producer, Wanted: wanted));

    public void Traced(MediaNews.Traced traced) => Fold(static (news, change) => news.WithTrace(change), traced);
}

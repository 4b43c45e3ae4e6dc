using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>The loudness of a transport's Producers, on its way to the transport's actor. Bounded by <see cref="LevelNews"/>. Media thread only, but for <c>Take</c>.</summary>
internal sealed class LevelMailbox(IActorRef transport) : NewsMailbox<LevelNews>(transport)
{
    protected override LevelNews None => LevelNews.None;

    protected override object WakeUp => MediaEvents.LevelsMeasured.Instance;

    public void Measured(ProducerHandle producer, ImmutableArray<byte> levels) =>
        Fold(static (news, change) => news.With(change.Producer, change.Levels), (Producer: producer, Levels: levels));
}

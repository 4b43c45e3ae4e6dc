using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>The Routers that a Router is piped to, each with the actor that does it. Part of the Router's actor, whose children they are.</summary>
internal sealed class RouterPipes(RouterState state)
{
    /// <summary>After the first branch that a former incarnation had has been heard of, the others are heard of within this.</summary>
    private static readonly TimeSpan _gathering = TimeSpan.FromSeconds(3);

    private readonly Dictionary<RouterId, IActorRef> _targets = [];
    private TimeSpan? _gathersUntil;

    /// <summary>Refuses what cannot be and passes the rest on, to the one actor for the target: concurrent requests share one pipe.</summary>
    public ImmutableArray<Letter> Decide(RouterProtocol.PipeToRouter request, IActorRef asker, IUntypedActorContext context)
    {
        if (request.TargetRouterId == state.Id || string.IsNullOrEmpty(request.TargetRouterId.Value))
        {
            return [Letter.Refusal(request, asker, SfuErrorCode.InvalidParameters, "A Router is piped to another Router.")];
        }

        if (state.Producer(request.ProducerId) is null)
        {
            return
            [
                state.WasClosed(request.ProducerId.Value)
                    ? Letter.Gone(request, asker, $"The Producer {request.ProducerId} is closed.")
                    : Letter.Refusal(request, asker, SfuErrorCode.NotFound, $"No Producer {request.ProducerId} in Router {state.Id}."),
            ];
        }

        if (!_targets.TryGetValue(request.TargetRouterId, out var target))
        {
            var region = ClusterSharding.Get(context.System).ShardRegion(SfuNodeHosting.RouterTypeName);
            var left = _gathersUntil is { } until ? until - context.System.Scheduler.MonotonicClock : TimeSpan.Zero;
            target = context.Watch(context.ActorOf(PipeToRouterActor.Props(state.Id, request.TargetRouterId, region, left)));
            target.Tell(new PipeToRouterActor.HasEnds(state.PipeEnds));
            _targets.Add(request.TargetRouterId, target);
        }

        return [new Letter(target, request, asker)];
    }

    /// <summary>A branch of a former incarnation has brought what it carries.</summary>
    public void Adopted(TimeSpan now)
    {
        _gathersUntil ??= now + _gathering;
        foreach (var target in _targets.Values)
        {
            target.Tell(new PipeToRouterActor.HasEnds(state.PipeEnds));
        }
    }

    /// <summary>False when it was none of them.</summary>
    public bool Remove(IActorRef actor)
    {
        foreach (var (id, target) in _targets)
        {
            if (target.Equals(actor))
            {
                return _targets.Remove(id);
            }
        }

        return false;
    }
}

using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// A branch's tie to its Router: who that is now, and, while it is lost, the search for its next incarnation, which is told all that the
/// branch carries. Part of the branch's actor.
/// </summary>
internal sealed class RouterLink(
    RouterId routerId, IActorRef router, IActorRef region, BranchState state, IUntypedActorContext context, ITimerScheduler timers)
{
    private const string SearchTimer = "search";

    private static readonly TimeSpan _searchInterval = TimeSpan.FromSeconds(1);

    public IActorRef Router { get; private set; } = router;

    /// <summary>The Router is lost, and its next incarnation not found yet.</summary>
    public bool IsOrphaned { get; private set; }

    public void Open()
    {
        context.Watch(Router);
        Tell(new BranchProtocol.BranchOpened(routerId, context.Self, context.Parent));
    }

    public void Tell(IRouterMessage report) => Router.Tell(report, context.Self);

    /// <summary>Looks for the next incarnation, at once and every second.</summary>
    public void Search()
    {
        IsOrphaned = true;
        context.GetLogger().Warning(
            "The Router {RouterId} is lost; its {Transports} transports here go on and look for its next incarnation", routerId, state.TransportIds.Length);
        timers.StartPeriodicTimer(SearchTimer, SearchTick.Instance, TimeSpan.Zero, _searchInterval);
    }

    /// <summary>By way of sharding, which starts the next incarnation where there is none.</summary>
    public void Attach() => region.Tell(Attachment, context.Self);

    /// <summary>An incarnation that does not know this branch shows itself.</summary>
    public void AttachTo(IActorRef router)
    {
        Follow(router);
        Tell(Attachment);
    }

    /// <summary>False when it is the same as before.</summary>
    public bool Follow(IActorRef router)
    {
        StopSearching();
        if (router.Equals(Router))
        {
            return false;
        }

        context.Unwatch(Router);
        Router = context.Watch(router);
        return true;
    }

    public void StopSearching()
    {
        IsOrphaned = false;
        timers.Cancel(SearchTimer);
    }

    private BranchProtocol.AttachBranch Attachment => new(routerId, context.Self, context.Parent, state.Snapshot);

    /// <summary>It is time to ask again.</summary>
    internal sealed record SearchTick : INoSerializationVerificationNeeded
    {
        public static readonly SearchTick Instance = new();
    }
}

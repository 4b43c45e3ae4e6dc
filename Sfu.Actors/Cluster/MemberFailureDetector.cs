using Akka.Configuration;
using Akka.Event;
using Akka.Remote;

namespace Sfu.Actors.Cluster;

/// <summary>
/// A member is available while its heartbeats come often enough (phi accrual, as Akka's own), and until its process is known to have ended: who
/// is gone need not be waited for as long as who may only be slow. What follows is the membership's to decide in either case. Akka makes one
/// for each member that a node watches over. Any thread.
/// </summary>
/// <param name="config"><c>akka.cluster.failure-detector</c>.</param>
/// <param name="events">Of the actor system.</param>
internal sealed class MemberFailureDetector(Config config, EventStream events) : PhiAccrualFailureDetector(config, events)
{
    private readonly GoneMembers _gone = GoneMembers.Of(events);

    public override bool IsAvailable => !_gone.Contains(Address) && base.IsAvailable;

    public override void HeartBeat()
    {
        _gone.Forgive(Address);
        base.HeartBeat();
    }
}

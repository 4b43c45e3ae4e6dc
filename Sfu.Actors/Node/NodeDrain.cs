using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Actors.Node;

/// <summary>A node on its way to being empty: which branches still carry transports, and who waits for the end. Part of the node's actor.</summary>
internal sealed class NodeDrain(ITimerScheduler timers)
{
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    private readonly HashSet<IActorRef> _carrying = [];
    private readonly List<PendingRequest> _waiters = [];

    /// <summary>Nothing new is taken.</summary>
    public bool IsOn { get; private set; }

    public static bool IsValid(TimeSpan deadline) => deadline >= TimeSpan.Zero && deadline <= _longest;

    /// <summary>Who asks while it goes on waits with the first.</summary>
    public void Begin(PendingRequest waiter)
    {
        IsOn = true;
        _waiters.Add(waiter);
    }

    /// <summary>Awaits that the branches are empty, asking for their transports if those may not stay.</summary>
    public void Empty(IEnumerable<IActorRef> branches, TimeSpan deadline, bool mayStay)
    {
        timers.StartSingleTimer(DeadlinePassed.Key, DeadlinePassed.Instance, deadline);
        foreach (var branch in branches)
        {
            _carrying.Add(branch);
            branch.Tell(new BranchCommands.Empty(mayStay ? null : deadline));
        }

        FinishWhenEmpty();
    }

    /// <summary>The branch is empty, or gone.</summary>
    public void Emptied(IActorRef branch)
    {
        _carrying.Remove(branch);
        FinishWhenEmpty();
    }

    /// <summary>The node takes transports again. Who waited hears that it was cancelled.</summary>
    public void Cancel()
    {
        timers.Cancel(DeadlinePassed.Key);
        IsOn = false;
        _carrying.Clear();
        foreach (var waiter in _waiters)
        {
            waiter.Asker.Tell(new Rejected(waiter.RequestId, SfuErrorCode.InvalidState, "The drain was cancelled."));
        }

        _waiters.Clear();
    }

    /// <summary>It is empty, or the deadline has passed. Nothing new is taken all the same.</summary>
    public void Finish()
    {
        foreach (var waiter in _waiters)
        {
            waiter.Asker.Tell(new NodeProtocol.NodeDrained(waiter.RequestId, IsEmpty: _carrying.Count == 0));
        }

        _waiters.Clear();
    }

    private void FinishWhenEmpty()
    {
        if (IsOn && _carrying.Count == 0)
        {
            timers.Cancel(DeadlinePassed.Key);
            Finish();
        }
    }

    /// <summary>To the node's actor.</summary>
    internal sealed record DeadlinePassed : INoSerializationVerificationNeeded
    {
        public const string Key = "drain-deadline";

        public static readonly DeadlinePassed Instance = new();
    }
}

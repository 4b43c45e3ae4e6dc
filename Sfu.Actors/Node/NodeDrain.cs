using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Node;

/// <summary>A node on its way to being empty: which branches still carry transports, and who waits for the end. Part of the node's actor.</summary>
internal sealed class NodeDrain
{
    private readonly HashSet<IActorRef> _carrying = [];
    private readonly List<PendingRequest> _waiters = [];

    /// <summary>Nothing new is taken.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Every branch has said that it is empty.</summary>
    public bool IsEmpty => _carrying.Count == 0;

    /// <summary>Who asks while it goes on waits with the first.</summary>
    public void Begin(PendingRequest waiter)
    {
        IsOn = true;
        _waiters.Add(waiter);
    }

    /// <summary>The branch is asked for its transports.</summary>
    public void Await(IActorRef branch) => _carrying.Add(branch);

    /// <summary>The branch is empty, or gone.</summary>
    public void Emptied(IActorRef branch) => _carrying.Remove(branch);

    /// <summary>The node takes transports again. Who waited hears that it was cancelled.</summary>
    public void Cancel()
    {
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
            waiter.Asker.Tell(new NodeProtocol.NodeDrained(waiter.RequestId, IsEmpty));
        }

        _waiters.Clear();
    }
}

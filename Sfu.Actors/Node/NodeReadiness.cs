using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>Whether a node's own WebRtcServer listens, and who waits to know. Part of the node's actor.</summary>
internal sealed class NodeReadiness
{
    private readonly List<PendingRequest> _waiters = [];
    private ImmutableArray<ListenInfo>? _bound;
    private SfuError? _failure;

    /// <summary>Is answered as soon as the server listens or has failed: at once where that is known.</summary>
    public void Await(PendingRequest waiter)
    {
        _waiters.Add(waiter);
        AnswerWaiters();
    }

    /// <summary>The server is opened again: what became of the former does not count.</summary>
    public void Reopen() => _failure = null;

    public void Opened(ImmutableArray<ListenInfo> bound)
    {
        _bound = bound;
        AnswerWaiters();
    }

    public void Closed(SfuError error)
    {
        _bound = null;
        _failure = error;
        AnswerWaiters();
    }

    private void AnswerWaiters()
    {
        if (_bound is null && _failure is null)
        {
            return;
        }

        foreach (var waiter in _waiters)
        {
            waiter.Asker.Tell(_bound is { } bound
                ? new NodeProtocol.NodeReady(waiter.RequestId, bound)
                : new NodeProtocol.NodeFailed(waiter.RequestId, _failure!));
        }

        _waiters.Clear();
    }
}

using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Node;

/// <summary>What new transports may ask this node for, told to whom it concerns when it changes. Part of the node's actor.</summary>
internal sealed class NodeService
{
    private IActorRef _listener = ActorRefs.Nobody;
    private Offer? _told;

    /// <summary>Of the node.</summary>
    public Offer Current
    {
        get;
        set
        {
            field = value;
            if (value != _told)
            {
                _told = value;
                _listener.Tell(value);
            }
        }
    } = new([], Draining: false);

    /// <summary>Gets the current offer, and each later one.</summary>
    public void TellTo(IActorRef listener)
    {
        _listener = listener;
        _told = Current;
        listener.Tell(Current);
    }

    /// <summary>Answers a request once the listener has taken the current offer: who hears of a new WebRtcServer can have transports on it.</summary>
    public void Answer(PendingRequest request, IReply reply)
    {
        if (_listener.IsNobody())
        {
            request.Asker.Tell(reply);
        }
        else
        {
            _listener.Tell(new PassOn(request.Asker, reply));
        }
    }

    /// <summary>To the listener: what is answered after the offers before it.</summary>
    internal sealed record PassOn(IActorRef Asker, IReply Reply) : INoSerializationVerificationNeeded;

    /// <summary>Whoever is named is told from now on, instead of who was before.</summary>
    internal sealed record Follow(IActorRef Listener) : INoSerializationVerificationNeeded;

    /// <param name="Servers">The WebRtcServers that listen or are about to, but for those of single transports.</param>
    /// <param name="Draining">No transport is taken any more.</param>
    internal sealed record Offer(ImmutableArray<ServerId> Servers, bool Draining) : INoSerializationVerificationNeeded;
}

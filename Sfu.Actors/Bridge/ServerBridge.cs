using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Turns a server's media events into messages to its actor and to the node. Media thread; never blocks. The node hears them too because
/// the sockets outlive the server's actor: they close when the last transport has left.
/// </summary>
internal sealed class ServerBridge(ServerHandle handle, IActorRef server, IActorRef node) : IServerEvents
{
    public void ServerOpened(ImmutableArray<ListenInfo> bound)
    {
        var opened = new MediaEvents.ServerOpened(handle, bound);
        server.Tell(opened, ActorRefs.NoSender);
        node.Tell(opened, ActorRefs.NoSender);
    }

    public void ServerClosed(MediaError? error)
    {
        var closed = new MediaEvents.ServerClosed(handle, error);
        server.Tell(closed, ActorRefs.NoSender);
        node.Tell(closed, ActorRefs.NoSender);
    }
}

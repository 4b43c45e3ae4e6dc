using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Server;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>Puts one node dump together from servers, branches and the media plane, or one description without the latter; answers, and stops.</summary>
internal sealed class NodeDumpActor : UntypedActor
{
    private readonly IMediaPlane? _media;
    private readonly long _requestId;
    private readonly IActorRef _asker;
    private readonly HashSet<IActorRef> _awaited;
    private readonly ImmutableArray<NodeProtocol.NodeServerDump>.Builder _servers = ImmutableArray.CreateBuilder<NodeProtocol.NodeServerDump>();
    private readonly ImmutableArray<NodeProtocol.NodeBranchDump>.Builder _branches = ImmutableArray.CreateBuilder<NodeProtocol.NodeBranchDump>();
    private readonly ImmutableArray<TransportId> _transports;
    private MediaPlaneDump? _mediaDump;

    public NodeDumpActor(
        IMediaPlane? media,
        long requestId,
        IActorRef asker,
        IEnumerable<IActorRef> servers,
        IEnumerable<IActorRef> branches,
        ImmutableArray<TransportId> transports)
    {
        _media = media;
        _requestId = requestId;
        _asker = asker;
        _awaited = [.. servers, .. branches];
        _transports = transports;
    }

    /// <param name="media">The node's; null for a description.</param>
    /// <param name="requestId">The asker's.</param>
    /// <param name="asker">Who gets the dump.</param>
    /// <param name="servers">Are asked.</param>
    /// <param name="branches">Are asked.</param>
    /// <param name="transports">Those without a server.</param>
    public static Props Props(
        IMediaPlane? media,
        long requestId,
        IActorRef asker,
        IEnumerable<IActorRef> servers,
        IEnumerable<IActorRef> branches,
        ImmutableArray<TransportId> transports)
    {
        var (serversNow, branchesNow) = (servers.ToArray(), branches.ToArray());
        return ActorFactory<NodeDumpActor>.Props(() => new NodeDumpActor(media, requestId, asker, serversNow, branchesNow, transports));
    }

    protected override void PreStart()
    {
        foreach (var actor in _awaited)
        {
            Context.Watch(actor);
            actor.Tell(new ServerCommands.Describe());
        }

        _media?.Dump(_requestId, new MediaPlaneBridge(Self));
        AnswerWhenComplete();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ServerCommands.Described server:
                _servers.Add(server.Dump);
                _awaited.Remove(Sender);
                break;
            case BranchCommands.Described branch:
                _branches.Add(branch.Dump);
                _awaited.Remove(Sender);
                break;
            case MediaEvents.DumpReady ready:
                _mediaDump = ready.Dump;
                break;
            case Terminated terminated:
                _awaited.Remove(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }

        AnswerWhenComplete();
    }

    private void AnswerWhenComplete()
    {
        if (_awaited.Count > 0 || (_media is not null && _mediaDump is null))
        {
            return;
        }

        var servers = _servers.ToImmutable();
        var branches = _branches.ToImmutable();
        _asker.Tell(_mediaDump is { } media
            ? new NodeProtocol.NodeDump(_requestId, servers, branches, media, _transports)
            : new NodeProtocol.NodeDescription(_requestId, servers, branches, _transports));
        Context.Stop(Self);
    }
}

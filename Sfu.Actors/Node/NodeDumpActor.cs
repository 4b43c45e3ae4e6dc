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
    private readonly NodeProtocol.DumpNode _request;
    private readonly IActorRef _asker;
    private readonly HashSet<IActorRef> _awaited;
    private readonly ImmutableArray<NodeProtocol.NodeServerDump>.Builder _servers = ImmutableArray.CreateBuilder<NodeProtocol.NodeServerDump>();
    private readonly ImmutableArray<NodeProtocol.NodeBranchDump>.Builder _branches = ImmutableArray.CreateBuilder<NodeProtocol.NodeBranchDump>();
    private readonly ImmutableArray<TransportId> _transports;
    private MediaPlaneDump? _mediaDump;

    public NodeDumpActor(
        IMediaPlane? media,
        NodeProtocol.DumpNode request,
        IActorRef asker,
        IEnumerable<IActorRef> servers,
        IEnumerable<IActorRef> branches,
        ImmutableArray<TransportId> transports)
    {
        _media = media;
        _request = request;
        _asker = asker;
        _awaited = [.. servers, .. branches];
        _transports = transports;
    }

    /// <param name="media">The node's; null for a description.</param>
    /// <param name="request">Says which part; a description is whole.</param>
    /// <param name="asker">Who gets the dump.</param>
    /// <param name="servers">Are asked.</param>
    /// <param name="branches">Are asked.</param>
    /// <param name="transports">Those without a server.</param>
    public static Props Props(
        IMediaPlane? media,
        NodeProtocol.DumpNode request,
        IActorRef asker,
        IEnumerable<IActorRef> servers,
        IEnumerable<IActorRef> branches,
        ImmutableArray<TransportId> transports)
    {
        var (serversNow, branchesNow) = (servers.ToArray(), branches.ToArray());
        return ActorFactory<NodeDumpActor>.Props(() => new NodeDumpActor(media, request, asker, serversNow, branchesNow, transports));
    }

    protected override void PreStart()
    {
        foreach (var actor in _awaited)
        {
            Context.Watch(actor);
            actor.Tell(new ServerCommands.Describe());
        }

        _media?.Dump(_request.RequestId, new MediaPlaneBridge(Self));
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
        if (_mediaDump is { } whole)
        {
            var page = MediaDumpPage.Of(whole, _request.FirstTransport, _request.MaxObjects);
            _asker.Tell(new NodeProtocol.NodeDump(_request.RequestId, servers, branches, page.Media, _transports, page.Left));
        }
        else
        {
            _asker.Tell(new NodeProtocol.NodeDescription(_request.RequestId, servers, branches, _transports));
        }

        Context.Stop(Self);
    }
}

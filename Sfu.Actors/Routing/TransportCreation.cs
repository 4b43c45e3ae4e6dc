using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// Finds each new transport of a Router a node, and has it made there. Part of the Router's actor, which watches a node until its branch has
/// announced itself.
/// </summary>
internal sealed class TransportCreation(RouterState state, IPlacement placement)
{
    /// <param name="request">To create a transport, of whichever kind.</param>
    /// <param name="asker">Is answered by the transport, or refused.</param>
    /// <param name="context">The Router's actor's.</param>
    public ImmutableArray<Letter> Decide(IRequest request, IActorRef asker, IUntypedActorContext context)
    {
        var (transport, place, open) = Read(request, context.Self);
        if (placement.Choose(place) is not { } node)
        {
            var reason = place.Server is { } server ? $"No node takes transports for WebRtcServer {server}." : "No node takes transports.";
            return [Letter.Refusal(request, asker, SfuErrorCode.Unavailable, reason)];
        }

        var branch = state.Branches.On(node);
        state.PutTransport(new TransportEntry(transport, node, branch, new PendingRequest(request.RequestId, asker)));
        if (branch is null)
        {
            // Until its branch announces itself and is watched instead.
            state.Branches.AwaitPlaceOf(transport.TransportId, node);
            context.Watch(node);
        }

        return [new Letter(node, open, asker)];
    }

    private (TransportRecord Transport, PlacementRequest Place, BranchProtocol.OpenTransport Open) Read(IRequest request, IActorRef router)
    {
        var open = new BranchProtocol.OpenTransport(
            request.RequestId, state.Id, router, state.Setup!, state.Peers, TransportId.New(), Options: null, PeerId: null, Owner: null);
        var place = new PlacementRequest(state.Id, state.Branches.Carries);
        open = request switch
        {
            RouterProtocol.CreateWebRtcTransport create => open with { Options = create.Options, PeerId = create.PeerId, Owner = create.Owner },
            RouterProtocol.CreatePlainTransport create => open with { Plain = create.Options, PeerId = create.PeerId, Owner = create.Owner },
            RouterProtocol.CreatePipeTransport create => open with { Pipe = create.Options, Owner = create.Owner },
            _ => throw new ArgumentException($"{request.GetType().Name} creates no transport.", nameof(request)),
        };
        if (request is RouterProtocol.CreateWebRtcTransport { Options: var options } asked)
        {
            place = place with
            {
                Server = options.ListenInfos is null ? options.Server ?? SfuNodeActor.MainServer : null,
                Region = asked.Region,
                Zone = asked.Zone,
            };
        }

        return (new TransportRecord(open.TransportId, open.PeerId, open.Owner, Open: false, open.Kind), place, open);
    }
}

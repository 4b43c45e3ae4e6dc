using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What the actor of a transport of any kind is born with.</summary>
/// <param name="Media">The media plane of this node.</param>
/// <param name="Ortc">For Consumers' parameters.</param>
/// <param name="Open">The request that made it.</param>
/// <param name="Asker">Who sent that.</param>
/// <param name="Branch">The Router's branch on this node.</param>
/// <param name="ParentClosing">
/// Raised before the transports of its WebRtcServer, or of its node, are told: an own closing is near, so that no Consumer reports its Producer's.
/// </param>
/// <param name="RouterClosing">The same for the Router.</param>
/// <param name="PathReportInterval">The least time between two reports of changed paths, scores and the like.</param>
/// <param name="MaxIncomingBitrate">In bit/s; 0: no limit.</param>
internal sealed record TransportSeed(
    IMediaPlane Media,
    RouterOrtc Ortc,
    BranchProtocol.OpenTransport Open,
    IActorRef Asker,
    IActorRef Branch,
    ClosingSignal ParentClosing,
    ClosingSignal RouterClosing,
    TimeSpan PathReportInterval,
    long MaxIncomingBitrate = 0)
{
    public RouterId RouterId => Open.RouterId;

    public TransportId TransportId => Open.TransportId;

    /// <summary>The end of its server, node or Router takes the transport along: its Consumers end with it, not with their Producers.</summary>
    public bool IsOwnClosingNear => ParentClosing.IsRaised || RouterClosing.IsRaised;

    /// <summary>To the branch.</summary>
    public Letter Report(object message) => new(Branch, message);
}

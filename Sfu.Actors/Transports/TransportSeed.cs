using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What a transport's actor is born with.</summary>
/// <param name="Media">The media plane of this node.</param>
/// <param name="Ortc">For Consumers' parameters.</param>
/// <param name="Server">Its listening server.</param>
/// <param name="Settings">For its media twin.</param>
/// <param name="Open">The request that made it.</param>
/// <param name="Asker">Who sent that.</param>
/// <param name="Branch">The Router's branch on this node.</param>
/// <param name="ServerClosing">Raised before the server's transports are told: an own closing is near, so that no Consumer reports its Producer's.</param>
/// <param name="RouterClosing">The same for the Router.</param>
/// <param name="PathReportInterval">The least time between two reports of changed paths, scores and the like.</param>
/// <param name="MaxIncomingBitrate">In bit/s; 0: no limit.</param>
internal sealed record TransportSeed(
    IMediaPlane Media,
    RouterOrtc Ortc,
    ServerHandle Server,
    TransportSettings Settings,
    BranchProtocol.OpenTransport Open,
    IActorRef Asker,
    IActorRef Branch,
    ClosingSignal ServerClosing,
    ClosingSignal RouterClosing,
    TimeSpan PathReportInterval,
    long MaxIncomingBitrate = 0)
{
    public RouterId RouterId => Open.RouterId;

    public TransportId TransportId => Open.TransportId;

    /// <summary>The end of its server or Router takes the transport along: its Consumers end with it, not with their Producers.</summary>
    public bool IsOwnClosingNear => ServerClosing.IsRaised || RouterClosing.IsRaised;

    /// <summary>To the branch.</summary>
    public Letter Report(object message) => new(Branch, message);
}

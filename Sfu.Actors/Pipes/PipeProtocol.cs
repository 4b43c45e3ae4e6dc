using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Pipes;

/// <summary>
/// Between the two ends of a pipe, on two nodes. What the inlet wants is always told whole, with a version, and again until it is heard: a
/// message that a broken connection swallowed changes nothing for long.
/// </summary>
internal static class PipeProtocol
{
    /// <summary>
    /// Inlet → branch of the Producers' node, which makes the outlet: send me media here, under this key. Answered with
    /// <see cref="PipeOpened"/> or <see cref="Rejected"/>; repeated until it is answered.
    /// </summary>
    internal sealed record OpenPipe(long RequestId, RouterId RouterId, IActorRef Inlet, LocalAddress Rtp, SrtpParameters Srtp) : IRouterMessage, IRequest;

    /// <summary>Outlet → inlet: I send from here, under this key.</summary>
    internal sealed record PipeOpened(IActorRef Outlet, LocalAddress Rtp, SrtpParameters Srtp) : IWireMessage;

    /// <summary>Inlet → branch → outlet: all that is to cross from now on, and nothing else.</summary>
    /// <param name="RouterId">Whose.</param>
    /// <param name="Inlet">The pipe.</param>
    /// <param name="Version">Counts up with each change.</param>
    /// <param name="Wants">Each Producer once.</param>
    internal sealed record WantProducers(RouterId RouterId, IActorRef Inlet, long Version, ImmutableArray<WantedProducer> Wants) : IRouterMessage;

    /// <summary>Outlet → inlet: the version that it follows.</summary>
    internal sealed record WantsHeard(long Version) : IWireMessage;

    /// <summary>Outlet → inlet: what it sends of a Producer, in streams of its own, as of the version that it follows.</summary>
    internal sealed record ProducerPiped(long Version, ProducerId ProducerId, RtpParameters RtpParameters) : IWireMessage;

    /// <summary>Outlet → inlet: the Producer is gone, or was never there.</summary>
    internal sealed record ProducerUnpiped(long Version, ProducerId ProducerId) : IWireMessage;
}

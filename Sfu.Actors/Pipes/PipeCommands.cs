using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Pipes;

/// <summary>Between a branch and the pipe ends on its own node.</summary>
internal static class PipeCommands
{
    /// <summary>Branch → inlet: have it cross.</summary>
    internal sealed record Want(ProducerRecord Producer) : INoSerializationVerificationNeeded;

    /// <summary>Branch → inlet: nobody here wants it any more.</summary>
    internal sealed record Drop(ProducerId ProducerId) : INoSerializationVerificationNeeded;

    /// <summary>Branch → inlet: it was paused or resumed.</summary>
    internal sealed record SetPaused(ProducerId ProducerId, bool Paused) : INoSerializationVerificationNeeded;

    /// <summary>Inlet → branch: this node's media plane has it, under this handle.</summary>
    internal sealed record Arrived(IActorRef Inlet, ProducerId ProducerId, ProducerHandle Handle) : INoSerializationVerificationNeeded;

    /// <summary>Inlet → branch: it does not cross any more, or never did.</summary>
    internal sealed record Lost(IActorRef Inlet, ProducerId ProducerId, SfuError Error) : INoSerializationVerificationNeeded;

    /// <summary>Inlet → branch: the pipe ends with all that crossed. One that fails ends without this.</summary>
    internal sealed record InletEnded(IActorRef Inlet, SfuError Error) : INoSerializationVerificationNeeded;

    /// <summary>Branch → outlet: what the inlet wants, with those of this node's Producers that it does not send yet.</summary>
    internal sealed record Follow(PipeProtocol.WantProducers Wanted, ImmutableDictionary<ProducerId, Source> Sources) : INoSerializationVerificationNeeded;

    /// <summary>Branch → outlet: the inlet asks again to open.</summary>
    internal sealed record OpenAgain : INoSerializationVerificationNeeded
    {
        public static readonly OpenAgain Instance = new();
    }

    /// <summary>A Producer of this node.</summary>
    internal sealed record Source(ProducerRecord Producer, ProducerHandle Handle);
}

using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>Between a branch and its node.</summary>
internal static class BranchCommands
{
    /// <summary>Node → branch: have the WebRtcServer, or the node itself, make a transport.</summary>
    internal sealed record Open(BranchProtocol.OpenTransport OpenTransport, IActorRef Parent) : IRequest, INoSerializationVerificationNeeded
    {
        public long RequestId => OpenTransport.RequestId;
    }

    /// <summary>Branch → node: send me nothing more; I end.</summary>
    internal sealed record Release(RouterId RouterId) : INoSerializationVerificationNeeded;

    /// <summary>Node → branch: nothing more comes.</summary>
    internal sealed record Released : INoSerializationVerificationNeeded;

    /// <summary>Node that is being emptied → branch: tell when nothing of the Router is left here.</summary>
    /// <param name="MoveWithin">Owners of transports are asked to move them within this; null: those may stay.</param>
    internal sealed record Empty(TimeSpan? MoveWithin) : INoSerializationVerificationNeeded;

    /// <summary>Branch → node that is being emptied: nothing of the Router is left here.</summary>
    internal sealed record Emptied : INoSerializationVerificationNeeded
    {
        public static readonly Emptied Instance = new();
    }

    /// <summary>Branch → whoever asked it to describe itself.</summary>
    internal sealed record Described(NodeProtocol.NodeBranchDump Dump) : INoSerializationVerificationNeeded;
}

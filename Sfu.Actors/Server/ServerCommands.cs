using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Server;

/// <summary>Node → WebRtcServer, on one node.</summary>
internal static class ServerCommands
{
    /// <summary>Close all transports, then the sockets. The reason is the server's; its transports report that their server closed, or the node.</summary>
    internal sealed record Close(CloseReason Reason) : INoSerializationVerificationNeeded;

    /// <summary>Answered with <see cref="Described"/>.</summary>
    internal sealed record Describe : INoSerializationVerificationNeeded;

    internal sealed record Described(NodeProtocol.NodeServerDump Dump) : INoSerializationVerificationNeeded;
}

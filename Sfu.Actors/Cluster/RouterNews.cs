using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>What Routers say of themselves on their node's event stream.</summary>
internal static class RouterNews
{
    internal sealed record Began(RouterId RouterId) : INoSerializationVerificationNeeded;

    internal sealed record Ended(RouterId RouterId, bool Closed) : INoSerializationVerificationNeeded;
}

using Akka.Actor;

namespace Sfu.Actors.Routing;

/// <summary>Sharding → Router: stop here. Not an end of the Router: its branches keep their media and look for its next incarnation.</summary>
internal sealed record RouterHandOff : INoSerializationVerificationNeeded
{
    public static readonly RouterHandOff Instance = new();
}

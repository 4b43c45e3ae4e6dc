using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Observers;

/// <summary>Router → observer, its child. Levels come as the branches' own report.</summary>
internal static class ObserverCommands
{
    internal sealed record Add(ProducerId ProducerId, PeerId? PeerId) : INoSerializationVerificationNeeded;

    internal sealed record Remove(ProducerId ProducerId) : INoSerializationVerificationNeeded;

    internal sealed record SetPaused(bool Paused) : INoSerializationVerificationNeeded;

    internal sealed record Close : INoSerializationVerificationNeeded
    {
        public static readonly Close Instance = new();
    }
}

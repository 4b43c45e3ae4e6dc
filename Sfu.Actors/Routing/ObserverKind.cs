namespace Sfu.Actors.Routing;

/// <summary>What an observer tells.</summary>
internal enum ObserverKind
{
    /// <summary>Who is loud.</summary>
    AudioLevel,

    /// <summary>Who has the floor.</summary>
    ActiveSpeaker,
}

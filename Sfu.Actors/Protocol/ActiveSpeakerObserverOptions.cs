namespace Sfu.Actors.Protocol;

/// <summary>What an active speaker observer is created with.</summary>
/// <param name="IntervalMs">How often it decides, in milliseconds: 100 … 5000.</param>
public sealed record ActiveSpeakerObserverOptions(int IntervalMs = 300);

namespace Sfu.Actors.Protocol;

/// <summary>What an audio level observer is created with.</summary>
/// <param name="MaxEntries">How many of the loudest are told, at least 1.</param>
/// <param name="Threshold">Who is less loud on average is not told, in dBov: −127 … 0.</param>
/// <param name="IntervalMs">How often, in milliseconds: 250 … 5000.</param>
public sealed record AudioLevelObserverOptions(int MaxEntries = 1, int Threshold = -80, int IntervalMs = 1000);

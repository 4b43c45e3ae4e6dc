namespace Sfu.Media.Forwarding;

/// <summary>What a transport's consumers share, and how.</summary>
/// <param name="Available">Bits per second for all.</param>
/// <param name="Former">Likewise, when it was shared last; 0: it was not.</param>
/// <param name="IsMeasured">The path is known; otherwise it is a guess.</param>
/// <param name="MayClimb">Whether anybody may get more than before.</param>
/// <param name="KeepsSpatial">What is missing is missing for a moment: fewer frames of a spatial layer rather than a lower one.</param>
internal readonly record struct PathToShare(long Available, long Former, bool IsMeasured, bool MayClimb, bool KeepsSpatial);

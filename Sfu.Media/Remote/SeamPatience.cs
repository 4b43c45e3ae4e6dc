namespace Sfu.Media.Remote;

/// <summary>How long node and media process put up with each other's silence.</summary>
/// <param name="Time">Zero: for ever.</param>
internal readonly record struct SeamPatience(TimeSpan Time)
{
    /// <summary>Answers that must be missing, at least, before somebody is given up: one alone says nothing on a busy machine.</summary>
    private const int LeastBeats = 10;

    private static readonly TimeSpan _longestBeat = TimeSpan.FromSeconds(1);

    public bool IsLimited => Time > TimeSpan.Zero;

    /// <summary>From one question to the next.</summary>
    public TimeSpan Beat => Time / LeastBeats < _longestBeat ? Time / LeastBeats : _longestBeat;

    /// <summary>How many beats the time is.</summary>
    public int Beats => IsLimited ? (int)(Time / Beat) : int.MaxValue;
}

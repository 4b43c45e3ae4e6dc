namespace Sfu.Media.Srtp;

/// <summary>What a <see cref="ReplayWindow"/> knows of an index.</summary>
internal enum ReplayVerdict
{
    /// <summary>Not seen before.</summary>
    Fresh,

    Seen,

    /// <summary>Behind the window: whether it was seen is forgotten.</summary>
    TooOld,
}

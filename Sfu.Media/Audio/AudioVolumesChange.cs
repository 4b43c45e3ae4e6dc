namespace Sfu.Media.Audio;

/// <summary>What an interval brought.</summary>
public enum AudioVolumesChange
{
    /// <summary>Nothing new: silence goes on, or the interval has not ended.</summary>
    None,

    /// <summary>Somebody was loud enough.</summary>
    Volumes,

    /// <summary>Nobody is any more.</summary>
    Silence,
}

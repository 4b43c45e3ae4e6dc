namespace Sfu.Media.Srtp;

/// <summary>What became of a packet that was to be unprotected. Only <see cref="Ok"/> leaves a usable packet behind.</summary>
public enum SrtpStatus
{
    Ok,

    /// <summary>Too short for header and tag, or not version 2.</summary>
    Malformed,

    /// <summary>The tag does not fit, or the receiver is disposed. The payload's bytes are meaningless.</summary>
    AuthenticationFailed,

    /// <summary>The index was received before, or lies behind the replay window. The packet was not touched.</summary>
    Replayed,

    /// <summary>An unknown SSRC while the session already holds as many as it may. The packet was not touched.</summary>
    TooManyStreams,
}

namespace Sfu.Media.Ortc;

/// <summary>What kind of thing is wrong with RTP or DTLS parameters.</summary>
public enum OrtcErrorCode
{
    /// <summary>A member is missing, of the wrong type, out of its range, or contradicts another.</summary>
    Invalid,

    /// <summary>Well formed, and more than this Router or this peer can do.</summary>
    Unsupported,
}

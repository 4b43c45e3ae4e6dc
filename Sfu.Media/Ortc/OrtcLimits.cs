namespace Sfu.Media.Ortc;

/// <summary>How much a peer may send. Browsers stay below a third of each.</summary>
public static class OrtcLimits
{
    /// <summary>Bytes of one JSON document.</summary>
    public const int DocumentBytes = 256 * 1024;

    /// <summary>As many as there are payload types.</summary>
    public const int Codecs = 128;

    public const int HeaderExtensions = 96;

    public const int Encodings = 16;

    public const int RtcpFeedback = 32;

    public const int Parameters = 64;

    public const int Fingerprints = 16;

    /// <summary>Characters of a codec or header-extension parameter, key or value.</summary>
    public const int ParameterText = 1024;

    /// <summary>Characters of a MIME type, an RTCP feedback type and the like.</summary>
    public const int NameText = 64;

    public const int UriText = 256;

    /// <summary>Characters of a MID or RID.</summary>
    public const int StreamIdText = 32;

    /// <summary>Characters of a CNAME or an msid.</summary>
    public const int DescriptionText = 256;
}

namespace Sfu.Media.Ortc;

/// <summary>The H.264 profiles that endpoints offer over RTP (RFC 6184 §8.1, table 5).</summary>
public enum H264Profile
{
    ConstrainedBaseline,
    Baseline,
    Main,
    ConstrainedHigh,
    High,
    PredictiveHigh444,
}

namespace Sfu.Media.Ortc;

/// <summary>RTCP settings of a set of encodings.</summary>
public sealed record RtcpParameters
{
    public static readonly RtcpParameters Default = new();

    /// <summary>The canonical name for SDES (RFC 3550 §6.5.1).</summary>
    public string? Cname { get; init; }

    /// <summary>Reduced-size RTCP (RFC 5506). The Router always uses it.</summary>
    public bool ReducedSize { get; init; } = true;
}

namespace Sfu.Media.Ortc;

/// <summary>RTCP settings of a set of encodings.</summary>
/// <param name="Cname">The canonical name for SDES (RFC 3550 §6.5.1).</param>
/// <param name="ReducedSize">Reduced-size RTCP (RFC 5506). The Router always uses it.</param>
public sealed record RtcpParameters(string? Cname = null, bool ReducedSize = true)
{
    public static readonly RtcpParameters Default = new();
}

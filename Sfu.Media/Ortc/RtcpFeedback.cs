namespace Sfu.Media.Ortc;

/// <summary>A kind of RTCP feedback (RFC 4585 §4.2), for instance <c>nack</c> with <c>pli</c>.</summary>
/// <param name="Type">For instance <c>nack</c>, <c>ccm</c>, <c>goog-remb</c>, <c>transport-cc</c>.</param>
/// <param name="Parameter">For instance <c>pli</c>, <c>fir</c>; empty when the type stands alone.</param>
public sealed record RtcpFeedback(string Type, string Parameter = "")
{
    /// <summary>Congestion control feedback (RFC 8888 §6): <c>ack ccfb</c>.</summary>
    internal bool IsCongestionFeedback => Type == "ack" && Parameter == "ccfb";
}

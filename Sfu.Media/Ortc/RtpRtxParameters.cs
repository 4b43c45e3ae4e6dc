namespace Sfu.Media.Ortc;

/// <summary>The retransmission stream of an encoding (RFC 4588).</summary>
public sealed record RtpRtxParameters(uint Ssrc);

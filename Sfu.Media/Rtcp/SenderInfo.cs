namespace Sfu.Media.Rtcp;

/// <summary>The sender information of a sender report (RFC 3550 §6.4.1).</summary>
/// <param name="Ssrc">The sender's stream.</param>
/// <param name="Ntp">Wall clock at which <paramref name="RtpTimestamp"/> holds.</param>
/// <param name="RtpTimestamp">The stream's timestamp at that moment.</param>
/// <param name="PacketCount">Packets sent since the start.</param>
/// <param name="OctetCount">Payload bytes sent since the start, without headers and padding.</param>
public readonly record struct SenderInfo(uint Ssrc, NtpTime Ntp, uint RtpTimestamp, uint PacketCount, uint OctetCount);

namespace Sfu.Media.Rtcp;

/// <summary>One sub-block of a DLRR report block (RFC 3611 §4.5).</summary>
/// <param name="Ssrc">The receiver that sent the reference time.</param>
/// <param name="LastReceiverReference">Compact NTP time of its last reference time report.</param>
/// <param name="Delay">Time since that report, in 1/65536 s.</param>
public readonly record struct DlrrItem(uint Ssrc, uint LastReceiverReference, uint Delay);

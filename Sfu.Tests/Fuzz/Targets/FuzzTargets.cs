namespace Sfu.Tests.Fuzz.Targets;

/// <summary>All parsers of what comes from the network.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        RtpTargets.Rtp, RtpTargets.Extensions, RtpTargets.Rtx,
        RtcpTargets.Rtcp, RtcpTargets.TransportCc, RtcpTargets.CongestionControl,
        CodecTargets.Vp8, CodecTargets.Vp9, CodecTargets.H264, CodecTargets.Av1, CodecTargets.Red, CodecTargets.Opus,
        StreamTargets.Descriptors, StreamTargets.Inspection, StreamTargets.Numbers,
        ForwardingTargets.FrameNumbering, ForwardingTargets.Writer, SecurityTargets.Srtp,
        ConnectionTargets.Stun, ConnectionTargets.Frames, ConnectionTargets.DtlsRecords,
    ];

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}

using Sfu.Media.Ortc;
using Sfu.Media.Rtp;

namespace Sfu.Media.Forwarding;

/// <summary>How one stream's receiver tells its sender what the path between them carries, as the two have agreed. Immutable.</summary>
/// <param name="HasTransportNumbers">Its packets bear transport-wide sequence numbers.</param>
/// <param name="IsCongestionFeedback">The receiver tells of its packets by their own numbers (RFC 8888).</param>
/// <param name="IsRemb">The receiver tells what it thinks that the path carries.</param>
internal readonly record struct PathFeedback(bool HasTransportNumbers, bool IsCongestionFeedback, bool IsRemb)
{
    /// <summary>The receiver tells of its packets by transport-wide sequence numbers.</summary>
    public bool IsTransportWide => HasTransportNumbers && !IsCongestionFeedback;

    /// <summary>The receiver tells something of the path.</summary>
    public bool IsAny => HasTransportNumbers || IsCongestionFeedback || IsRemb;

    public static PathFeedback Of(RtpParameters parameters) => new(
        MediaProducer.ExtensionIdsOf(parameters).IdOf(HeaderExtensionKind.TransportWideSequenceNumber) != 0,
        CongestionControl.UsesCongestionFeedback(parameters),
        parameters.Codecs.Any(static codec => codec.RtcpFeedback.Any(static f => f.Type == "goog-remb")));
}

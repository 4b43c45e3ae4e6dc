using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>Which feedback tells what the path carries, of all that two peers have agreed on. Pure functions; any thread.</summary>
/// <remarks>
/// One kind at a time, since the arrival times of two are on two clocks. Transport-wide feedback comes first: it tells in one message and one
/// range of numbers of all streams that share the path, in steps of 250 µs, where congestion feedback (RFC 8888) has about a millisecond. Then
/// that, and last REMB, which is somebody else's estimate.
/// </remarks>
internal static class CongestionControl
{
    /// <summary>Packets are told of by congestion feedback (RFC 8888).</summary>
    public static bool UsesCongestionFeedback(RtpParameters parameters) =>
        parameters.Codecs.Any(static codec => codec.RtcpFeedback.Any(static f => f.IsCongestionFeedback))
        && !(HasTransportSequence(parameters.HeaderExtensions)
            && parameters.Codecs.Any(static codec => codec.RtcpFeedback.Any(static f => f.Type == "transport-cc")));

    /// <summary>
    /// A codec's feedback with one way to estimate bandwidth: transport-cc when its extension is there, else congestion feedback, else REMB
    /// when the send time is there, else none.
    /// </summary>
    public static ImmutableArray<RtcpFeedback> Choose(
        ImmutableArray<RtcpFeedback> feedback, ImmutableArray<RtpHeaderExtensionParameters> extensions)
    {
        var hasExtension = HasTransportSequence(extensions);
        var congestion = !(hasExtension && feedback.Any(static f => f.Type == "transport-cc")) && feedback.Any(static f => f.IsCongestionFeedback);
        var transportCc = hasExtension && !congestion;
        var remb = !hasExtension && !congestion && extensions.Any(static extension => extension.Uri == RtpHeaderExtensionUri.AbsSendTime);
        return
        [
            .. feedback.Where(entry => entry.IsCongestionFeedback ? congestion : entry.Type switch
            {
                "transport-cc" => transportCc,
                "goog-remb" => remb,
                _ => true,
            }),
        ];
    }

    private static bool HasTransportSequence(ImmutableArray<RtpHeaderExtensionParameters> extensions) =>
        extensions.Any(static extension => extension.Uri == RtpHeaderExtensionUri.TransportWideCc01);
}

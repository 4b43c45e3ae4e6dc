using System.Globalization;
using System.Text;
using Sfu.Bench.Load;

namespace Sfu.Bench.Signaling;

/// <summary>The RtpParameters of a VP8 track, as mediasoup-client writes them.</summary>
internal static class ProduceRequest
{
    public const byte Vp8 = 96;
    private const byte Rtx = 97;

    /// <summary>The data of <c>produce</c>.</summary>
    /// <param name="transportId">The sending transport.</param>
    /// <param name="encodings">One, or several with RIDs.</param>
    public static string Json(string transportId, IReadOnlyList<SourceSettings> encodings)
    {
        var extensions = encodings[0].Extensions;
        var headers = new List<string>();
        AddExtension(headers, "urn:ietf:params:rtp-hdrext:sdes:mid", extensions.Mid);
        AddExtension(headers, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", extensions.TransportWideCc);
        if (encodings.Count > 1)
        {
            AddExtension(headers, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", extensions.Rid);
        }

        return string.Create(CultureInfo.InvariantCulture, $$$"""
            {"transportId":"{{{transportId}}}","kind":"video","appData":{},"rtpParameters":{"mid":"{{{encodings[0].Mid}}}","codecs":[
            {"mimeType":"video/VP8","payloadType":{{{Vp8}}},"clockRate":90000,"parameters":{},"rtcpFeedback":[{"type":"nack"},{"type":"nack","parameter":"pli"},{"type":"ccm","parameter":"fir"}]},
            {"mimeType":"video/rtx","payloadType":{{{Rtx}}},"clockRate":90000,"parameters":{"apt":{{{Vp8}}}},"rtcpFeedback":[]}],
            "headerExtensions":[{{{string.Join(',', headers)}}}],"encodings":[{{{string.Join(',', encodings.Select(Encoding))}}}],
            "rtcp":{"cname":"load","reducedSize":true} }}
            """);
    }

    private static string Encoding(SourceSettings encoding) => encoding.Rid is { } rid
        ? $$$"""{"rid":"{{{rid}}}","scalabilityMode":"L1T1"}"""
        : string.Create(CultureInfo.InvariantCulture, $$$"""{"ssrc":{{{encoding.Ssrc}}},"rtx":{"ssrc":{{{encoding.Ssrc + 1}}}}}""");

    private static void AddExtension(List<string> headers, string uri, byte id)
    {
        if (id != 0)
        {
            headers.Add(string.Create(CultureInfo.InvariantCulture, $$$"""{"uri":"{{{uri}}}","id":{{{id}}},"encrypt":false,"parameters":{}}"""));
        }
    }
}

using System.Globalization;
using System.Net;
using Sfu.Bench.Load;
using Sfu.Bench.Scenarios;
using Sfu.Media.Dtls;
using Sfu.Media.Wire;

namespace Sfu.Bench.Rivals;

/// <summary>The session descriptions of one VP8 track, as far as Janus needs them.</summary>
internal static class JanusSdp
{
    private const string MidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
    private const string TransportWideCcUri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

    public static string Offer(LoadTransport transport, ushort port, SourceSettings video) => Write(
        transport,
        port,
        video.PayloadType,
        "0",
        string.Create(CultureInfo.InvariantCulture, $"""
            a=sendonly
            a=extmap:{video.Extensions.Mid} {MidUri}
            a=extmap:{video.Extensions.TransportWideCc} {TransportWideCcUri}
            a=ssrc:{video.Ssrc} cname:load
            """));

    public static string Answer(LoadTransport transport, ushort port, string offer) => Write(
        transport, port, byte.Parse(MediaLine(offer).Split(' ')[3], CultureInfo.InvariantCulture), Attribute(offer, "mid"), "a=recvonly");

    /// <summary>What a description of Janus says of its end.</summary>
    public static RemoteEnd Remote(string sdp)
    {
        // RFC 8839 §5.1: foundation, component, protocol, priority, address, port.
        var candidate = Lines(sdp).First(static line => line.StartsWith("a=candidate:", StringComparison.Ordinal) && line.Contains(" udp ", StringComparison.OrdinalIgnoreCase))
            .Split(' ');
        var fingerprint = Attribute(sdp, "fingerprint").Split(' ');
        return new RemoteEnd(
            IpEndpoint.From(IPAddress.Parse(candidate[4]), int.Parse(candidate[5], CultureInfo.InvariantCulture)),
            IsTcp: false,
            Attribute(sdp, "ice-ufrag"),
            Attribute(sdp, "ice-pwd"),
            [new DtlsFingerprint(fingerprint[0], fingerprint[1])]);
    }

    /// <summary>Of the stream that Janus will send.</summary>
    public static uint Ssrc(string sdp) => uint.Parse(Attribute(sdp, "ssrc").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Write(LoadTransport transport, ushort port, byte payloadType, string mid, string more)
    {
        var fingerprint = LoadPeer.Fingerprint;
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            v=0
            o=- 1 1 IN IP4 127.0.0.1
            s=-
            t=0 0
            a=group:BUNDLE {mid}
            m=video 9 UDP/TLS/RTP/SAVPF {payloadType}
            c=IN IP4 {transport.Local}
            a=mid:{mid}
            a=rtcp-mux
            a=ice-ufrag:{transport.LocalUfrag}
            a=ice-pwd:{transport.LocalPassword}
            a=fingerprint:{fingerprint.Algorithm} {fingerprint.Value}
            a=setup:active
            a=rtpmap:{payloadType} VP8/90000
            a=rtcp-fb:{payloadType} nack
            a=rtcp-fb:{payloadType} nack pli
            {more}
            a=candidate:1 1 udp 2130706431 {transport.Local} {port} typ host
            a=end-of-candidates

            """);
        return text.ReplaceLineEndings("\r\n");
    }

    private static string MediaLine(string sdp) => Lines(sdp).First(static line => line.StartsWith("m=", StringComparison.Ordinal));

    private static string Attribute(string sdp, string name) =>
        Lines(sdp).First(line => line.StartsWith($"a={name}:", StringComparison.Ordinal))[(name.Length + 3)..];

    private static string[] Lines(string sdp) => sdp.Split(["\r\n", "\n"], StringSplitOptions.RemoveEmptyEntries);
}

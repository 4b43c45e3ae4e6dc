using System.Buffers.Binary;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;

namespace Sfu.Tests.Support.Loopback;

/// <summary>Parameters and packets of one audio and one VP8 track, as a browser would send them.</summary>
internal static class TestMedia
{
    public const uint VideoSsrc = 1111;
    public const uint VideoRtxSsrc = 1112;
    public const uint AudioSsrc = 2222;
    public const uint ConsumerSsrc = 9001;
    public const uint ConsumerRtxSsrc = 9002;
    public const byte ProducerVp8 = 96;
    public const byte ProducerRtx = 97;
    public const byte ProducerOpus = 111;
    public const byte RouterVp8 = 101;
    public const byte RouterRtx = 102;
    public const byte RouterOpus = 100;
    public const byte ProducerTwccId = 5;
    public const byte ProducerMidId = 9;
    public const byte ConsumerMidId = 1;
    public const byte ConsumerTwccId = 3;

    public static ProducerSettings Video(uint? ssrc = VideoSsrc, uint? rtxSsrc = VideoRtxSsrc, string? mid = "v") => new(
        "video",
        MediaKind.Video,
        new RtpParameters
        {
            Mid = mid,
            Codecs = [Vp8(ProducerVp8), Rtx(ProducerRtx, ProducerVp8)],
            HeaderExtensions = [Extension(RtpHeaderExtensionUri.Mid, ProducerMidId), Extension(RtpHeaderExtensionUri.TransportWideCc01, ProducerTwccId)],
            Encodings = [new RtpEncodingParameters { Ssrc = ssrc, Rtx = rtxSsrc is { } rtx ? new RtpRtxParameters(rtx) : null }],
            Rtcp = new RtcpParameters { Cname = "publisher" },
        },
        new RtpMapping { Codecs = [new RtpCodecMapping(ProducerVp8, RouterVp8), new RtpCodecMapping(ProducerRtx, RouterRtx)] },
        new RtpParameters(),
        Paused: false,
        KeyFrameRequestDelayMs: 0);

    public static ProducerSettings Audio() => new(
        "audio",
        MediaKind.Audio,
        new RtpParameters
        {
            Mid = "a",
            Codecs = [new RtpCodecParameters { MimeType = "audio/opus", PayloadType = ProducerOpus, ClockRate = 48_000, Channels = 2 }],
            Encodings = [new RtpEncodingParameters { Ssrc = AudioSsrc }],
            Rtcp = new RtcpParameters { Cname = "publisher" },
        },
        new RtpMapping { Codecs = [new RtpCodecMapping(ProducerOpus, RouterOpus)] },
        new RtpParameters(),
        Paused: false,
        KeyFrameRequestDelayMs: 0);

    public static ConsumerSettings VideoConsumer(bool rtx = true, bool paused = false, uint ssrc = ConsumerSsrc, uint rtxSsrc = ConsumerRtxSsrc) => new(
        "video-consumer",
        MediaKind.Video,
        new RtpParameters
        {
            Mid = "7",
            Codecs = rtx ? [Vp8(RouterVp8), Rtx(RouterRtx, RouterVp8)] : [Vp8(RouterVp8)],
            HeaderExtensions = [Extension(RtpHeaderExtensionUri.Mid, ConsumerMidId), Extension(RtpHeaderExtensionUri.TransportWideCc01, ConsumerTwccId)],
            Encodings = [new RtpEncodingParameters { Ssrc = ssrc, Rtx = rtx ? new RtpRtxParameters(rtxSsrc) : null }],
            Rtcp = new RtcpParameters { Cname = "publisher" },
        },
        paused);

    public static ConsumerSettings AudioConsumer() => new(
        "audio-consumer",
        MediaKind.Audio,
        new RtpParameters
        {
            Mid = "8",
            Codecs = [new RtpCodecParameters { MimeType = "audio/opus", PayloadType = RouterOpus, ClockRate = 48_000, Channels = 2 }],
            Encodings = [new RtpEncodingParameters { Ssrc = ConsumerSsrc + 100 }],
            Rtcp = new RtcpParameters { Cname = "publisher" },
        },
        Paused: false);

    /// <summary>A VP8 packet: payload descriptor with start bit, then a frame header whose lowest bit says key frame or not.</summary>
    public static byte[] Vp8Packet(ushort sequence, uint timestamp, bool key, ushort? transportSequence = null, uint ssrc = VideoSsrc, string? mid = null, int payload = 200)
    {
        var packet = new byte[1500];
        packet[0] = 0x80;
        packet[1] = 0x80 | ProducerVp8;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        var items = new List<ExtensionItem>();
        if (transportSequence is { } number)
        {
            items.Add(ExtensionItem.FromUInt16(ProducerTwccId, number));
        }

        if (mid is not null)
        {
            items.Add(ExtensionItem.FromValue(ProducerMidId, System.Text.Encoding.ASCII.GetBytes(mid)));
        }

        var header = 12;
        if (items.Count > 0)
        {
            packet[0] |= 0x10;
            header += HeaderExtensionWriter.Write(items.ToArray(), default, packet.AsSpan(12));
        }

        packet[header] = 0x10;
        packet[header + 1] = key ? (byte)0x00 : (byte)0x01;
        if (key)
        {
            // RFC 6386 §9.1: start code and size of a key frame.
            ReadOnlySpan<byte> start = [0x00, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01];
            start.CopyTo(packet.AsSpan(header + 2));
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(header + 20), sequence);
        return packet[..(header + payload)];
    }

    public static byte[] OpusPacket(ushort sequence, uint timestamp)
    {
        var packet = new byte[12 + 60];
        packet[0] = 0x80;
        packet[1] = ProducerOpus;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), AudioSsrc);
        packet[12] = 0x78;
        return packet;
    }

    /// <summary>How many packets of a kind the compounds carry.</summary>
    public static int CountRtcp(IEnumerable<byte[]> compounds, Func<RtcpPacket, bool> match)
    {
        var count = 0;
        foreach (var compound in compounds)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                count += match(packet) ? 1 : 0;
            }
        }

        return count;
    }

    public static bool IsPli(RtcpPacket packet) => PictureLossIndication.TryParse(packet, out _);

    private static RtpCodecParameters Vp8(byte payloadType) => new()
    {
        MimeType = "video/VP8",
        PayloadType = payloadType,
        ClockRate = 90_000,
        RtcpFeedback = [new RtcpFeedback("nack", ""), new RtcpFeedback("nack", "pli"), new RtcpFeedback("ccm", "fir"), new RtcpFeedback("transport-cc", "")],
    };

    public static RtpCodecParameters Rtx(byte payloadType, byte apt) => new()
    {
        MimeType = "video/rtx",
        PayloadType = payloadType,
        ClockRate = 90_000,
        Parameters = ParameterDictionary.Of(("apt", apt)),
    };

    public static RtpHeaderExtensionParameters Extension(string uri, int id) => new() { Uri = uri, Id = id };
}

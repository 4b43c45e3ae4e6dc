using System.Text.Json;

namespace Sfu.Media.Ortc;

/// <summary>From JSON of the right shape to records. What values are allowed is the business of <see cref="OrtcValidation"/>.</summary>
internal static class OrtcShapes
{
    private static readonly MediaKindConverter _kinds = new();
    private static readonly RtpHeaderExtensionDirectionConverter _directions = new();
    private static readonly DtlsRoleConverter _roles = new();

    public static RtpCapabilities? RtpCapabilities(OrtcReader reader, JsonElement json, string path) =>
        !reader.IsObject(json, path) ? null : new RtpCapabilities()
        {
            Codecs = reader.Array(json, path, "codecs", mandatory: false, CodecCapability),
            HeaderExtensions = reader.Array(json, path, "headerExtensions", mandatory: false, HeaderExtension),
        };

    public static RtpCodecCapability CodecCapability(OrtcReader reader, JsonElement json, string path) => new()
    {
        MimeType = reader.MandatoryText(json, path, "mimeType"),
        PreferredPayloadType = (int?)reader.Integer(json, path, "preferredPayloadType", 0, 127),
        ClockRate = reader.MandatoryInteger(json, path, "clockRate", 1, OrtcValidation.MaxClockRate),
        Channels = (int?)reader.Integer(json, path, "channels", 1, OrtcValidation.MaxChannels),
        Parameters = reader.Parameters(json, path),
        RtcpFeedback = reader.Array(json, path, "rtcpFeedback", mandatory: false, Feedback),
    };

    public static RtpParameters? RtpParameters(OrtcReader reader, JsonElement json, string path) =>
        !reader.IsObject(json, path) ? null : new RtpParameters()
        {
            Mid = reader.Text(json, path, "mid"),
            Codecs = reader.Array(json, path, "codecs", mandatory: true, Codec),
            HeaderExtensions = reader.Array(json, path, "headerExtensions", mandatory: false, Extension),
            Encodings = reader.Array(json, path, "encodings", mandatory: false, Encoding),
            Rtcp = Rtcp(reader, json, path),
            Msid = reader.Text(json, path, "msid"),
        };

    public static DtlsParameters? DtlsParameters(OrtcReader reader, JsonElement json, string path) =>
        !reader.IsObject(json, path) ? null : new DtlsParameters()
        {
            Role = reader.Name(json, path, "role", _roles) ?? DtlsRole.Auto,
            Fingerprints = reader.Array(json, path, "fingerprints", mandatory: true, Fingerprint),
        };

    private static RtpCodecParameters Codec(OrtcReader reader, JsonElement json, string path) => new()
    {
        MimeType = reader.MandatoryText(json, path, "mimeType"),
        PayloadType = reader.MandatoryInteger(json, path, "payloadType", 0, 127),
        ClockRate = reader.MandatoryInteger(json, path, "clockRate", 1, OrtcValidation.MaxClockRate),
        Channels = (int?)reader.Integer(json, path, "channels", 1, OrtcValidation.MaxChannels),
        Parameters = reader.Parameters(json, path),
        RtcpFeedback = reader.Array(json, path, "rtcpFeedback", mandatory: false, Feedback),
    };

    private static RtpHeaderExtension HeaderExtension(OrtcReader reader, JsonElement json, string path)
    {
        var kind = reader.Name(json, path, "kind", _kinds);
        if (kind is null)
        {
            reader.Fail($"{path}.kind", "is missing");
        }

        return new RtpHeaderExtension
        {
            Kind = kind ?? MediaKind.Audio,
            Uri = reader.MandatoryText(json, path, "uri"),
            PreferredId = reader.MandatoryInteger(json, path, "preferredId", 1, 255),
            PreferredEncrypt = reader.Flag(json, path, "preferredEncrypt") ?? false,
            Direction = reader.Name(json, path, "direction", _directions) ?? RtpHeaderExtensionDirection.SendRecv,
        };
    }

    private static RtpHeaderExtensionParameters Extension(OrtcReader reader, JsonElement json, string path) => new()
    {
        Uri = reader.MandatoryText(json, path, "uri"),
        Id = reader.MandatoryInteger(json, path, "id", 1, 255),
        Encrypt = reader.Flag(json, path, "encrypt") ?? false,
        Parameters = reader.Parameters(json, path),
    };

    private static RtcpFeedback Feedback(OrtcReader reader, JsonElement json, string path) =>
        new(reader.MandatoryText(json, path, "type"), reader.Text(json, path, "parameter") ?? string.Empty);

    private static RtpEncodingParameters Encoding(OrtcReader reader, JsonElement json, string path) => new()
    {
        Ssrc = reader.UInt32(json, path, "ssrc"),
        Rid = reader.Text(json, path, "rid"),
        CodecPayloadType = (int?)reader.Integer(json, path, "codecPayloadType", 0, 127),
        Rtx = Rtx(reader, json, path),
        Dtx = reader.Flag(json, path, "dtx"),
        ScalabilityMode = reader.Text(json, path, "scalabilityMode"),
        MaxBitrate = reader.Number(json, path, "maxBitrate"),
    };

    private static RtpRtxParameters? Rtx(OrtcReader reader, JsonElement json, string path)
    {
        if (!reader.TryGet(json, "rtx", out var rtx) || !reader.IsObject(rtx, reader.At(path, "rtx")))
        {
            return null;
        }

        var ssrc = reader.UInt32(rtx, reader.At(path, "rtx"), "ssrc");
        if (ssrc is null)
        {
            reader.Fail(reader.At(path, "rtx.ssrc"), "is missing");
        }

        return new RtpRtxParameters(ssrc ?? 0);
    }

    private static RtcpParameters Rtcp(OrtcReader reader, JsonElement json, string path)
    {
        if (!reader.TryGet(json, "rtcp", out var rtcp) || !reader.IsObject(rtcp, reader.At(path, "rtcp")))
        {
            return RtcpParameters.Default;
        }

        return new RtcpParameters
        {
            Cname = reader.Text(rtcp, reader.At(path, "rtcp"), "cname"),
            ReducedSize = reader.Flag(rtcp, reader.At(path, "rtcp"), "reducedSize") ?? true,
        };
    }

    private static DtlsFingerprint Fingerprint(OrtcReader reader, JsonElement json, string path) =>
        new(reader.MandatoryText(json, path, "algorithm"), reader.MandatoryText(json, path, "value"));
}

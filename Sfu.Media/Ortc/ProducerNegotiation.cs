using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Ortc;

/// <summary>What a Router makes of the parameters that a Producer sends with. Pure functions; any thread.</summary>
public static class ProducerNegotiation
{
    // A Router's Producers share what is the same in their offers, for as long as the Router lives.
    private static readonly ConditionalWeakTable<RtpCapabilities, ConsumableParts> Parts = new();

    /// <summary>
    /// All that <c>produce</c> needs, in one call: validation, mapping, type and consumable parameters. A Producer without encodings gets
    /// one, whose SSRC is found by its MID.
    /// </summary>
    /// <param name="kind">As the client says; its codecs must agree.</param>
    /// <param name="parameters">As the client says.</param>
    /// <param name="capabilities">Of the Router.</param>
    /// <param name="random">For the SSRCs by which the Router knows the streams.</param>
    /// <param name="offer">The Producer as the Router takes it.</param>
    /// <param name="error">Why it is refused.</param>
    public static bool TryNegotiate(
        MediaKind kind,
        RtpParameters parameters,
        RtpCapabilities capabilities,
        IRandomSource random,
        [NotNullWhen(true)] out ProducerOffer? offer,
        [NotNullWhen(false)] out OrtcError? error)
    {
        offer = null;
        if (!OrtcValidation.TryNormalize(parameters, out var normalized, out error))
        {
            return false;
        }

        for (var i = 0; i < normalized.Codecs.Length; i++)
        {
            if (CodecView.KindOf(normalized.Codecs[i].MimeType) != kind)
            {
                error = OrtcError.Invalid($"rtpParameters.codecs[{i}].mimeType must be of the Producer's kind");
                return false;
            }
        }

        if (normalized.Encodings.IsEmpty)
        {
            normalized = normalized with { Encodings = [new RtpEncodingParameters { Dtx = false }] };
        }

        if (!TryGetProducerRtpParametersMapping(normalized, capabilities, random, out var mapped, out var mapping, out error)
            || !TryGetProducerType(mapped, out var type, out error))
        {
            return false;
        }

        offer = new ProducerOffer(kind, type, mapped, mapping, GetConsumableRtpParameters(kind, mapped, capabilities, mapping));
        return true;
    }

    /// <summary>Finds the Router's codec for each of the Producer's, and an SSRC for each encoding.</summary>
    /// <param name="parameters">Validated.</param>
    /// <param name="capabilities">Of the Router.</param>
    /// <param name="random">For the SSRCs, which count up from one drawn here.</param>
    /// <param name="mapped">The parameters with the <c>profile-level-id</c> that H.264 is answered with.</param>
    /// <param name="mapping">Media codecs first, then RTX codecs.</param>
    /// <param name="error"><see cref="OrtcErrorCode.Unsupported"/> when the Router has no such codec, or no RTX for it.</param>
    public static bool TryGetProducerRtpParametersMapping(
        RtpParameters parameters,
        RtpCapabilities capabilities,
        IRandomSource random,
        [NotNullWhen(true)] out RtpParameters? mapped,
        [NotNullWhen(true)] out RtpMapping? mapping,
        [NotNullWhen(false)] out OrtcError? error)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(capabilities);
        mapped = null;
        mapping = null;
        var codecs = parameters.Codecs.ToBuilder();
        var mappings = ImmutableArray.CreateBuilder<RtpCodecMapping>(codecs.Count);
        if (!TryMapMedia(codecs, capabilities, mappings, out error) || !TryMapRtx(codecs, capabilities, mappings, out error))
        {
            return false;
        }

        mapped = parameters with { Codecs = codecs.DrainToImmutable() };
        mapping = new RtpMapping { Codecs = mappings.DrainToImmutable(), Encodings = MapEncodings(parameters, RandomSsrc.Next(random)) };
        return true;
    }

    /// <summary>
    /// What Consumers of a Producer can be given: the Router's payload types, header extensions and SSRCs, with the Producer's codec
    /// parameters. Every media codec has the Router's RTX codec after it, also when the Producer sends no RTX.
    /// </summary>
    /// <remarks>
    /// The capture time is offered only when the Producer sends it: a receiver that waits for it in vain synchronizes worse.
    /// </remarks>
    public static RtpParameters GetConsumableRtpParameters(
        MediaKind kind, RtpParameters mapped, RtpCapabilities capabilities, RtpMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapped);
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(mapping);
        var hasCaptureTime = mapped.HeaderExtensions.Any(static extension => extension.Uri == RtpHeaderExtensionUri.AbsCaptureTime);
        var parts = Parts.GetValue(capabilities, static all => new ConsumableParts(all));
        return new RtpParameters
        {
            Codecs =
            [
                .. mapped.Codecs
                    .Where(codec => !((CodecView)codec).IsRtx)
                    .SelectMany(codec => ConsumableCodecs(codec, capabilities, parts, mapping)),
            ],
            HeaderExtensions = parts.HeaderExtensions(kind, hasCaptureTime),
            Encodings =
            [
                .. mapped.Encodings.Select((encoding, i) => encoding with
                {
                    Ssrc = mapping.Encodings[i].MappedSsrc,
                    Rid = null,
                    Rtx = null,
                    CodecPayloadType = null,
                }),
            ],
            Rtcp = mapped.Rtcp.ReducedSize ? mapped.Rtcp : mapped.Rtcp with { ReducedSize = true },
            Msid = mapped.Msid,
        };
    }

    /// <summary>
    /// Several encodings are simulcast, and several layers in one encoding are SVC, both of which every video codec here does; one layer in one
    /// encoding is simple. Encodings of simulcast have temporal layers only.
    /// </summary>
    public static bool TryGetProducerType(RtpParameters parameters, out ProducerType type, [NotNullWhen(false)] out OrtcError? error)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        type = ProducerType.Simple;
        error = null;
        if (parameters.Encodings.IsEmpty)
        {
            error = OrtcError.Invalid("rtpParameters.encodings must hold an encoding");
            return false;
        }

        var first = parameters.Encodings[0];
        var mode = ScalabilityMode.Parse(first.ScalabilityMode);
        if (parameters.Encodings.Length == 1 && mode is { SpatialLayers: 1, TemporalLayers: 1 })
        {
            return true;
        }

        type = parameters.Encodings.Length == 1 ? ProducerType.Svc : ProducerType.Simulcast;
        var media = parameters.Codecs.FirstOrDefault(codec => first.CodecPayloadType is { } payloadType
            ? codec.PayloadType == payloadType
            : !((CodecView)codec).IsFeature);
        if (media is not null && HasLayers(media))
        {
            if (type == ProducerType.Svc || parameters.Encodings.All(static encoding => ScalabilityMode.Parse(encoding.ScalabilityMode).SpatialLayers == 1))
            {
                return true;
            }

            error = OrtcError.Unsupported("rtpParameters.encodings has several entries, of which one has spatial layers in its scalabilityMode");
            return false;
        }

        error = OrtcError.Unsupported(type == ProducerType.Svc
            ? "rtpParameters.encodings[0].scalabilityMode has layers, which its codec does not do"
            : "rtpParameters.encodings has several entries, which its codec does not do");
        return false;
    }

    private static bool HasLayers(CodecView codec) => codec.Is("video/VP8") || codec.Is("video/H264") || codec.Is("video/VP9") || codec.Is("video/AV1");

    private static bool TryMapMedia(
        ImmutableArray<RtpCodecParameters>.Builder codecs,
        RtpCapabilities capabilities,
        ImmutableArray<RtpCodecMapping>.Builder mappings,
        [NotNullWhen(false)] out OrtcError? error)
    {
        for (var i = 0; i < codecs.Count; i++)
        {
            CodecView codec = codecs[i];
            if (codec.IsRtx)
            {
                continue;
            }

            var match = capabilities.Codecs.FirstOrDefault(candidate => CodecMatching.IsCompatible(codec, candidate));
            if (match?.PreferredPayloadType is not { } mapped)
            {
                error = OrtcError.Unsupported($"rtpParameters.codecs[{i}] is {codec.MimeType} as this Router does not support it");
                return false;
            }

            if (codec.Is("video/H264"))
            {
                codecs[i] = codecs[i] with
                {
                    Parameters = CodecMatching.AnswerProfileLevelId(codec, match) is { } answer
                        ? codec.Parameters.With("profile-level-id", answer)
                        : codec.Parameters.Without("profile-level-id"),
                };
            }

            mappings.Add(new RtpCodecMapping(codecs[i].PayloadType, mapped));
        }

        error = null;
        return true;
    }

    private static bool TryMapRtx(
        ImmutableArray<RtpCodecParameters>.Builder codecs,
        RtpCapabilities capabilities,
        ImmutableArray<RtpCodecMapping>.Builder mappings,
        [NotNullWhen(false)] out OrtcError? error)
    {
        var mediaMappings = mappings.ToArray();
        for (var i = 0; i < codecs.Count; i++)
        {
            CodecView codec = codecs[i];
            if (!codec.IsRtx)
            {
                continue;
            }

            if (mediaMappings.FirstOrDefault(mapping => mapping.PayloadType == codec.AssociatedPayloadType) is not { } media)
            {
                error = OrtcError.Invalid($"rtpParameters.codecs[{i}].parameters.apt must be the payload type of a media codec");
                return false;
            }

            if (FindRtx(capabilities, media.MappedPayloadType) is not { PreferredPayloadType: { } mapped })
            {
                error = OrtcError.Unsupported($"rtpParameters.codecs[{i}] is RTX for a codec that this Router has no RTX for");
                return false;
            }

            mappings.Add(new RtpCodecMapping(codecs[i].PayloadType, mapped));
        }

        error = null;
        return true;
    }

    private static ImmutableArray<RtpEncodingMapping> MapEncodings(RtpParameters parameters, uint firstSsrc) =>
    [
        .. parameters.Encodings.Select((encoding, i) => new RtpEncodingMapping
        {
            Ssrc = encoding.Ssrc,
            Rid = encoding.Rid,
            ScalabilityMode = encoding.ScalabilityMode,
            MappedSsrc = firstSsrc + (uint)i,
        }),
    ];

    private static IEnumerable<RtpCodecParameters> ConsumableCodecs(
        RtpCodecParameters codec, RtpCapabilities capabilities, ConsumableParts parts, RtpMapping mapping)
    {
        var payloadType = mapping.Codecs.First(entry => entry.PayloadType == codec.PayloadType).MappedPayloadType;
        var match = capabilities.Codecs.First(candidate => candidate.PreferredPayloadType == payloadType);
        yield return new RtpCodecParameters
        {
            MimeType = match.MimeType,
            PayloadType = payloadType,
            ClockRate = match.ClockRate,
            Channels = match.Channels,
            Parameters = codec.Parameters,
            RtcpFeedback = match.RtcpFeedback,
        };

        if (parts.Rtx(payloadType) is { } rtx)
        {
            yield return rtx;
        }
    }

    private static RtpCodecCapability? FindRtx(RtpCapabilities capabilities, int payloadType) =>
        capabilities.Codecs.FirstOrDefault(codec => (CodecView)codec is { IsRtx: true } rtx && rtx.AssociatedPayloadType == payloadType);
}

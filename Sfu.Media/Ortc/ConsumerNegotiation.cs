using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Sfu.Media.Wire;

namespace Sfu.Media.Ortc;

/// <summary>What a peer that receives is given of a Producer. Pure functions; any thread.</summary>
public static class ConsumerNegotiation
{
    private static readonly RtpHeaderExtensionParameters _pipedDependencyDescriptor = new()
    {
        Uri = RtpHeaderExtensionUri.DependencyDescriptor,
        Id = SupportedRtpCapabilities.Value.HeaderExtensions.First(e => e.Uri == RtpHeaderExtensionUri.DependencyDescriptor).PreferredId,
    };

    /// <summary>Whether the peer decodes one of the Producer's codecs, so that <see cref="TryGetConsumerRtpParameters"/> succeeds.</summary>
    /// <param name="consumable">Of the Producer.</param>
    /// <param name="remoteCapabilities">Of the peer, validated.</param>
    public static bool CanConsume(RtpParameters consumable, RtpCapabilities remoteCapabilities)
    {
        ArgumentNullException.ThrowIfNull(consumable);
        ArgumentNullException.ThrowIfNull(remoteCapabilities);
        return consumable.Codecs.Any(codec => !((CodecView)codec).IsRtx && Match(codec, remoteCapabilities) is not null);
    }

    /// <summary>
    /// What the peer receives: the codecs and header extensions that it shares with the Producer, and one stream of fresh SSRCs, into
    /// which the Router puts whichever layer it chooses.
    /// </summary>
    /// <param name="consumable">Of the Producer.</param>
    /// <param name="remoteCapabilities">Of the peer, validated.</param>
    /// <param name="enableRtx">Whether lost packets are sent again; without it nack and RTX are left out.</param>
    /// <param name="random">For the SSRCs.</param>
    /// <param name="parameters">The Consumer's, without <c>mid</c>, which its transport gives.</param>
    /// <param name="error"><see cref="OrtcErrorCode.Unsupported"/> when there is no codec in common.</param>
    /// <param name="pipe">All the Producer's streams, each with its own SSRC, instead of one.</param>
    public static bool TryGetConsumerRtpParameters(
        RtpParameters consumable,
        RtpCapabilities remoteCapabilities,
        bool enableRtx,
        IRandomSource random,
        [NotNullWhen(true)] out RtpParameters? parameters,
        [NotNullWhen(false)] out OrtcError? error,
        bool pipe = false)
    {
        ArgumentNullException.ThrowIfNull(consumable);
        ArgumentNullException.ThrowIfNull(remoteCapabilities);
        parameters = null;
        error = null;
        var codecs = SharedCodecs(consumable, remoteCapabilities, enableRtx);
        if (codecs.All(codec => ((CodecView)codec).IsRtx))
        {
            error = OrtcError.Unsupported("rtpCapabilities.codecs holds no codec of the Producer");
            return false;
        }

        var descriptors = pipe || PassesDependencyDescriptors(consumable);
        var extensions = consumable.HeaderExtensions
            .Where(extension => (descriptors || extension.Uri != RtpHeaderExtensionUri.DependencyDescriptor) && remoteCapabilities.HeaderExtensions.Any(
                known => known.PreferredId == extension.Id && known.Uri == extension.Uri))
            .ToImmutableArray();
        var withRtx = codecs.Any(codec => ((CodecView)codec).IsRtx);
        parameters = new RtpParameters
        {
            Codecs = [.. codecs.Select(codec => codec with { RtcpFeedback = CongestionControl.Choose(codec.RtcpFeedback, extensions) })],
            HeaderExtensions = extensions,
            Encodings = pipe ? PipedEncodings(consumable, withRtx, random) : [SingleEncoding(consumable, withRtx, RandomSsrc.Next(random))],
            Rtcp = consumable.Rtcp,
            Msid = consumable.Msid,
        };
        return true;
    }

    /// <summary>
    /// What another Router receives over a PipeTransport: every codec and every stream. Nothing there estimates bandwidth, so that its
    /// feedback and extensions are left out, and the dependency descriptor, which ends at a Router otherwise, is passed on.
    /// </summary>
    public static RtpParameters GetPipeConsumerRtpParameters(RtpParameters consumable, bool enableRtx, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(consumable);
        return new RtpParameters
        {
            Codecs =
            [
                .. consumable.Codecs
                    .Where(codec => enableRtx || !((CodecView)codec).IsRtx)
                    .Select(codec => codec with { RtcpFeedback = [.. codec.RtcpFeedback.Where(feedback => IsPiped(feedback, enableRtx))] }),
            ],
            HeaderExtensions =
            [
                .. consumable.HeaderExtensions
                    .Where(extension => extension.Uri is not (RtpHeaderExtensionUri.Mid or RtpHeaderExtensionUri.AbsSendTime
                        or RtpHeaderExtensionUri.TransportWideCc01 or RtpHeaderExtensionUri.DependencyDescriptor))
                    .Append(_pipedDependencyDescriptor)
                    .OrderBy(extension => extension.Id),
            ],
            Encodings = PipedEncodings(consumable, enableRtx, random),
            Rtcp = consumable.Rtcp,
            Msid = consumable.Msid,
        };
    }

    public static ConsumerType GetConsumerType(ProducerType type, bool pipe = false) => pipe ? ConsumerType.Pipe : type switch
    {
        ProducerType.Simulcast => ConsumerType.Simulcast,
        ProducerType.Svc => ConsumerType.Svc,
        _ => ConsumerType.Simple,
    };

    /// <summary>
    /// A browser needs the descriptor to put together an AV1 picture of several spatial layers, and where the payload is encrypted end to
    /// end there is nothing else that tells frames apart. VP8 and VP9 have numbers of their own that do.
    /// </summary>
    private static bool PassesDependencyDescriptors(RtpParameters consumable) =>
        consumable.Codecs.FirstOrDefault()?.MimeType.ToUpperInvariant() is "VIDEO/AV1" or "VIDEO/H264";

    /// <summary>In the Producer's order, with the peer's feedback; RTX only behind a media codec that is there.</summary>
    private static ImmutableArray<RtpCodecParameters> SharedCodecs(RtpParameters consumable, RtpCapabilities remote, bool enableRtx)
    {
        var matched = new List<RtpCodecParameters>();
        foreach (var codec in consumable.Codecs)
        {
            if (((CodecView)codec).IsRtx && !enableRtx)
            {
                continue;
            }

            if (Match(codec, remote) is { } match)
            {
                matched.Add(codec with { RtcpFeedback = [.. match.RtcpFeedback.Where(feedback => enableRtx || !IsPlainNack(feedback))] });
            }
        }

        return
        [
            .. matched.Where(codec => (CodecView)codec is not { IsRtx: true } rtx
                || matched.Any(media => media.PayloadType == rtx.AssociatedPayloadType)),
        ];
    }

    private static RtpCodecCapability? Match(RtpCodecParameters codec, RtpCapabilities remote) =>
        remote.Codecs.FirstOrDefault(candidate => CodecMatching.IsCompatible(candidate, codec));

    private static RtpEncodingParameters SingleEncoding(RtpParameters consumable, bool withRtx, uint ssrc)
    {
        var mode = consumable.Encodings.FirstOrDefault(encoding => !string.IsNullOrEmpty(encoding.ScalabilityMode))?.ScalabilityMode;
        if (consumable.Encodings.Length > 1)
        {
            mode = $"L{consumable.Encodings.Length}T{ScalabilityMode.Parse(mode).TemporalLayers}";
        }

        var maxBitrate = consumable.Encodings.Max(encoding => encoding.MaxBitrate);
        return new RtpEncodingParameters
        {
            Ssrc = ssrc,
            Rtx = withRtx ? new RtpRtxParameters(ssrc + 1) : null,
            ScalabilityMode = mode,
            MaxBitrate = maxBitrate > 0 ? maxBitrate : null,
        };
    }

    private static ImmutableArray<RtpEncodingParameters> PipedEncodings(RtpParameters consumable, bool withRtx, IRandomSource random)
    {
        var ssrc = RandomSsrc.Next(random);
        var rtxSsrc = RandomSsrc.Next(random);
        return
        [
            .. consumable.Encodings.Select((encoding, i) => encoding with
            {
                Ssrc = ssrc + (uint)i,
                Rtx = withRtx ? new RtpRtxParameters(rtxSsrc + (uint)i) : null,
            }),
        ];
    }

    private static bool IsPlainNack(RtcpFeedback feedback) => feedback.Type == "nack" && feedback.Parameter.Length == 0;

    private static bool IsPiped(RtcpFeedback feedback, bool enableRtx) =>
        feedback is { Type: "nack", Parameter: "pli" } or { Type: "ccm", Parameter: "fir" } || (enableRtx && IsPlainNack(feedback));
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Sfu.Media.Ortc;

/// <summary>What a Router tells its clients that it can do. Pure functions; any thread.</summary>
public static class RouterNegotiation
{
    /// <summary>
    /// The capabilities of a Router with these codecs: the supported codec of each with a payload type and the given parameters put over
    /// its own, an RTX codec after each video codec, and all supported header extensions. Congestion feedback (RFC 8888, <c>ack ccfb</c>) is
    /// offered for the codecs that ask for it in their <c>rtcpFeedback</c>; mediasoup does not know it.
    /// </summary>
    /// <returns>
    /// False with <see cref="OrtcErrorCode.Unsupported"/> for a codec that is not supported, <see cref="OrtcErrorCode.Invalid"/> otherwise.
    /// </returns>
    public static bool TryGenerateRouterRtpCapabilities(
        ImmutableArray<RtpCodecCapability> mediaCodecs,
        [NotNullWhen(true)] out RtpCapabilities? capabilities,
        [NotNullWhen(false)] out OrtcError? error)
    {
        capabilities = null;
        if (!OrtcValidation.TryNormalize(mediaCodecs, out var normalized, out error))
        {
            return false;
        }

        var free = new DynamicPayloadTypes();
        var codecs = ImmutableArray.CreateBuilder<RtpCodecCapability>();
        for (var i = 0; i < normalized.Length; i++)
        {
            var wanted = normalized[i];
            if (SupportedRtpCapabilities.Value.Codecs.FirstOrDefault(codec => CodecMatching.IsSameCodec(wanted, codec)) is not { } supported)
            {
                error = OrtcError.Unsupported($"mediaCodecs[{i}] is a codec that is not supported");
                return false;
            }

            if (!TryAdd(codecs, wanted, supported, free, out error))
            {
                error = error with { Reason = $"mediaCodecs[{i}] {error.Reason}" };
                return false;
            }
        }

        capabilities = new RtpCapabilities
        {
            Codecs = codecs.DrainToImmutable(),
            HeaderExtensions = SupportedRtpCapabilities.Value.HeaderExtensions,
        };
        return true;
    }

    private static bool TryAdd(
        ImmutableArray<RtpCodecCapability>.Builder codecs,
        RtpCodecCapability wanted,
        RtpCodecCapability supported,
        DynamicPayloadTypes free,
        [NotNullWhen(false)] out OrtcError? error)
    {
        error = null;
        if (wanted.PreferredPayloadType is { } own)
        {
            free.Remove(own);
        }

        if ((wanted.PreferredPayloadType ?? supported.PreferredPayloadType ?? free.Take()) is not { } payloadType)
        {
            error = OrtcError.Invalid("finds no payload type free");
            return false;
        }

        if (codecs.Any(codec => codec.PreferredPayloadType == payloadType))
        {
            error = OrtcError.Invalid($"has payload type {payloadType}, which another codec has");
            return false;
        }

        codecs.Add(supported with
        {
            PreferredPayloadType = payloadType,
            Parameters = supported.Parameters.Merge(wanted.Parameters),
            RtcpFeedback = wanted.RtcpFeedback.FirstOrDefault(static f => f.IsCongestionFeedback) is { } congestion
                ? supported.RtcpFeedback.Add(congestion)
                : supported.RtcpFeedback,
        });
        if (supported.Kind != MediaKind.Video)
        {
            return true;
        }

        if (free.Take() is not { } rtxPayloadType)
        {
            error = OrtcError.Invalid("finds no payload type free for its RTX codec");
            return false;
        }

        codecs.Add(new RtpCodecCapability
        {
            Kind = MediaKind.Video,
            MimeType = "video/rtx",
            PreferredPayloadType = rtxPayloadType,
            ClockRate = supported.ClockRate,
            Parameters = ParameterDictionary.Of(("apt", payloadType)),
        });
        return true;
    }

    /// <summary>The dynamic range of RFC 3551 §6, from 100 so that the usual numbers of browsers come last.</summary>
    private sealed class DynamicPayloadTypes
    {
        private readonly List<int> _free = [.. Enumerable.Range(100, 28), .. Enumerable.Range(96, 4)];

        public void Remove(int payloadType) => _free.Remove(payloadType);

        public int? Take()
        {
            if (_free.Count == 0)
            {
                return null;
            }

            var first = _free[0];
            _free.RemoveAt(0);
            return first;
        }
    }
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;
using Sfu.Media.Wire;

namespace Sfu.Actors.Routing;

/// <summary>The ORTC decisions that Router and transport take, with what goes wrong in the protocol's words. Any thread.</summary>
internal sealed class RouterOrtc(IRandomSource random)
{
    public bool TryGetRouterCapabilities(
        ImmutableArray<RtpCodecCapability> mediaCodecs,
        [NotNullWhen(true)] out RtpCapabilities? capabilities,
        [NotNullWhen(false)] out SfuError? error)
    {
        var done = RouterNegotiation.TryGenerateRouterRtpCapabilities(mediaCodecs, out capabilities, out var ortcError);
        error = done ? null : ToSfuError(ortcError!);
        return done;
    }

    /// <summary>Checks what a producing client sent and maps it into the Router's numbers.</summary>
    public bool TryMapProducer(
        MediaKind kind,
        RtpParameters rtpParameters,
        RtpCapabilities router,
        [NotNullWhen(true)] out ProducerOffer? offer,
        [NotNullWhen(false)] out SfuError? error)
    {
        var done = ProducerNegotiation.TryNegotiate(kind, rtpParameters, router, random, out offer, out var ortcError);
        error = done ? null : ToSfuError(ortcError!);
        return done;
    }

    public static bool CanConsume(RtpParameters consumable, RtpCapabilities capabilities) =>
        OrtcValidation.TryNormalize(capabilities, out var normalized, out _) && ConsumerNegotiation.CanConsume(consumable, normalized);

    /// <summary>What a consuming client is told, with a MID that is unique on its transport.</summary>
    public bool TryGetConsumerParameters(
        RtpParameters consumable,
        RtpCapabilities capabilities,
        string mid,
        bool enableRtx,
        [NotNullWhen(true)] out RtpParameters? parameters,
        [NotNullWhen(false)] out SfuError? error)
    {
        if (OrtcValidation.TryNormalize(capabilities, out var normalized, out var ortcError)
            && ConsumerNegotiation.TryGetConsumerRtpParameters(consumable, normalized, enableRtx, random, out parameters, out ortcError))
        {
            parameters = parameters with { Mid = mid };
            error = null;
            return true;
        }

        parameters = null;
        error = ToSfuError(ortcError!);
        return false;
    }

    /// <summary>What leaves by a pipe: every codec and every stream, under SSRCs of the pipe's own.</summary>
    public RtpParameters GetPipeParameters(RtpParameters consumable, bool enableRtx) =>
        ConsumerNegotiation.GetPipeConsumerRtpParameters(consumable, enableRtx, random);

    private static SfuError ToSfuError(OrtcError error) =>
        new(error.Code == OrtcErrorCode.Unsupported ? SfuErrorCode.Unsupported : SfuErrorCode.InvalidParameters, error.Reason);
}

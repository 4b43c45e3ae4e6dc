using System.Diagnostics.CodeAnalysis;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Actors.Hosting;

/// <summary>What a WebRtcTransport gets where its creator says nothing (<c>sfu.web-rtc-transport</c>).</summary>
public sealed record WebRtcTransportDefaults(
    bool EnableUdp,
    bool EnableTcp,
    bool PreferUdp,
    bool PreferTcp,
    int InitialAvailableOutgoingBitrate,
    int IceConsentTimeout,
    int MaxTuples,
    TupleLimitPolicy TuplePolicy,
    int MaxIncomingBitrate)
{
    /// <summary>The least outgoing bitrate that an estimate starts from, in bit/s.</summary>
    public const int MinimumOutgoingBitrate = 30_000;

    /// <summary>Puts the options over the defaults. False, with a reason for people, when the result makes no sense.</summary>
    public bool TryResolve(WebRtcTransportOptions options, [NotNullWhen(true)] out TransportSettings? settings, out string reason)
    {
        ArgumentNullException.ThrowIfNull(options);
        settings = new TransportSettings(
            options.EnableUdp ?? EnableUdp,
            options.EnableTcp ?? EnableTcp,
            options.PreferUdp ?? PreferUdp,
            options.PreferTcp ?? PreferTcp,
            options.InitialAvailableOutgoingBitrate ?? InitialAvailableOutgoingBitrate,
            options.IceConsentTimeout ?? IceConsentTimeout,
            options.MaxTuples ?? MaxTuples,
            options.TuplePolicy ?? TuplePolicy);
        reason = settings switch
        {
            { EnableUdp: false, EnableTcp: false } => "enableUdp and enableTcp are both off",
            { InitialAvailableOutgoingBitrate: < MinimumOutgoingBitrate } => $"initialAvailableOutgoingBitrate is less than {MinimumOutgoingBitrate} bit/s",
            { IceConsentTimeoutSeconds: not 0 and (< 10 or > 60) } => "iceConsentTimeout is neither 0 nor 10 … 60 seconds",
            { MaxTuples: < 1 or > IceAgentSettings.MaxMaxTuples } => $"maxTuples is not 1 … {IceAgentSettings.MaxMaxTuples}",
            _ when options.MaxIncomingBitrate < 0 => "maxIncomingBitrate is negative",
            _ => string.Empty,
        };
        if (reason.Length == 0)
        {
            return true;
        }

        settings = null;
        return false;
    }
}

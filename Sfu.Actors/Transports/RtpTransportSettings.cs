using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Sfu.Actors.Protocol;
using Sfu.Actors.Server;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;

namespace Sfu.Actors.Transports;

/// <summary>What is asked of a PlainTransport, or of an end of a pipe, as its media twin needs it.</summary>
internal static class RtpTransportSettings
{
    public static bool TryResolve(
        PlainTransportOptions options, [NotNullWhen(true)] out PlainTransportSettings? settings, [NotNullWhen(false)] out SfuError? error)
    {
        settings = null;
        var suite = SrtpProfile.None;
        ImmutableArray<ListenInfo> infos = options.RtcpListenInfo is { } rtcp ? [options.ListenInfo, rtcp] : [options.ListenInfo];
        if (!ListenInfoRules.AreValid(infos, out error))
        {
            return false;
        }

        if (options.EnableSrtp && !SrtpParameters.TryParseSuite(options.SrtpCryptoSuite, out suite))
        {
            error = new SfuError(SfuErrorCode.InvalidParameters, $"srtpCryptoSuite \"{options.SrtpCryptoSuite}\" is not supported");
            return false;
        }

        settings = new PlainTransportSettings(options.ListenInfo)
        {
            RtcpMux = options.RtcpMux,
            Rtcp = options.RtcpListenInfo,
            Comedia = options.Comedia,
            Srtp = suite,
        };
        return true;
    }

    /// <param name="options">As asked for.</param>
    /// <param name="usual">Where pipes of this node listen.</param>
    /// <param name="settings">For the twin.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryResolve(
        PipeTransportOptions options,
        ListenInfo usual,
        [NotNullWhen(true)] out PlainTransportSettings? settings,
        [NotNullWhen(false)] out SfuError? error)
    {
        var listen = options.ListenInfo ?? usual;
        settings = ListenInfoRules.AreValid([listen], out error)
            ? new PlainTransportSettings(listen) { Srtp = options.EnableSrtp ? SrtpProfile.AeadAes256Gcm : SrtpProfile.None, IsPipe = true }
            : null;
        return settings is not null;
    }
}

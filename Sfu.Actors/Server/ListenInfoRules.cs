using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Actors.Server;

/// <summary>What can be said of listening addresses before anybody tries to bind them.</summary>
internal static class ListenInfoRules
{
    public static bool AreValid(ImmutableArray<ListenInfo> infos, [NotNullWhen(false)] out SfuError? error)
    {
        var problem = infos.IsDefaultOrEmpty
            ? "listenInfos names no address"
            : infos.Select(Problem).FirstOrDefault(found => found is not null);
        error = problem is null ? null : new SfuError(SfuErrorCode.InvalidParameters, problem);
        return problem is null;
    }

    private static string? Problem(ListenInfo info) => info switch
    {
        null => "listenInfos has an empty entry",
        { Protocol: not (TransportProtocol.Udp or TransportProtocol.Tcp) } => "protocol is neither udp nor tcp",
        _ when !IPAddress.TryParse(info.Ip, out _) => $"ip \"{info.Ip}\" is not an IP address",
        { AnnouncedAddress: { } announced } when Uri.CheckHostName(announced) == UriHostNameType.Unknown =>
            $"announcedAddress \"{announced}\" is neither an IP address nor a host name",
        { PortRange: { IsValid: false } range } => $"portRange {range} is not a range of ports from 1 up",
        { PortRange: not null, Port: not 0 } => "port and portRange are two ways to say the same: give one",
        _ => null,
    };
}

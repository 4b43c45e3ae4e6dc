using System.Collections.Immutable;

namespace Sfu.Host.Options;

/// <summary>The command line, read.</summary>
/// <param name="Overrides">HOCON that wins over everything.</param>
/// <param name="ConfigFile">HOCON between the built-in defaults and <paramref name="Overrides"/>.</param>
/// <param name="RtcIps">Addresses for media; empty: as configured.</param>
/// <param name="RtcPort">Port for media; null: as configured.</param>
/// <param name="AnnouncedAddresses">What clients are told, in the order of <paramref name="RtcIps"/>.</param>
/// <param name="ClusterAddress"><c>host:port</c> of this node for the others; null: as configured.</param>
/// <param name="SeedNodes"><c>host:port</c>; empty: as configured.</param>
/// <param name="Roles">Empty: as configured.</param>
internal sealed record StartArguments(
    string Overrides,
    string? ConfigFile,
    ImmutableArray<string> RtcIps,
    int? RtcPort,
    ImmutableArray<string> AnnouncedAddresses,
    string? ClusterAddress,
    ImmutableArray<string> SeedNodes,
    ImmutableArray<string> Roles);

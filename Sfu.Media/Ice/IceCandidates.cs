using System.Globalization;
using System.Text;
using Sfu.Media.Stun;

namespace Sfu.Media.Ice;

/// <summary>Makes the candidates of a transport from the sockets it listens on. Any thread.</summary>
public static class IceCandidates
{
    // RFC 8445 §5.1.2.2: 126 is recommended for host candidates, the highest. All candidates here are of that type, also the
    // TCP ones, whose place below UDP the local preference gives; so a client's reflexive and relayed ones rank below them.
    private const uint HostTypePreference = 126;

    // RTP and RTCP share component 1, as BUNDLE and rtcp-mux demand.
    private const uint Component = 1;

    private const uint RankSize = 16_000;
    private const int MaxListenAddresses = (int)RankSize / 2;

    /// <summary>
    /// One candidate per address, two where the internal one is exposed, highest rank for the preferred protocol, within it in
    /// the given order. UDP goes before TCP unless TCP alone is preferred.
    /// </summary>
    /// <exception cref="ArgumentException">More than 8,000 addresses.</exception>
    public static IReadOnlyList<IceCandidate> Create(IReadOnlyList<IceListenAddress> addresses, bool preferUdp = false, bool preferTcp = false)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        if (addresses.Count > MaxListenAddresses)
        {
            throw new ArgumentException($"At most {MaxListenAddresses} addresses have a priority of their own.", nameof(addresses));
        }

        var candidates = new List<IceCandidate>(addresses.Count);
        for (var i = 0; i < addresses.Count; i++)
        {
            var listen = addresses[i];
            var preferred = listen.Protocol == TransportProtocol.Udp ? preferUdp : preferTcp;
            candidates.Add(Candidate(listen, listen.AnnouncedAddress ?? listen.Ip, Priority(listen.Protocol, preferred, i, isInternal: false)));
            if (listen.AnnouncedAddress is not null && listen.ExposeInternalIp && listen.AnnouncedAddress != listen.Ip)
            {
                candidates.Add(Candidate(listen, listen.Ip, Priority(listen.Protocol, preferred, i, isInternal: true)));
            }
        }

        return candidates;
    }

    /// <summary>RFC 8445 §5.1.2.1. Different for every combination of the arguments.</summary>
    /// <param name="protocol">UDP ranks above TCP.</param>
    /// <param name="preferred">Ranks above all that are not preferred.</param>
    /// <param name="index">The place among the listen addresses, 0 … 7,999; earlier ones rank higher.</param>
    /// <param name="isInternal">The internal address beside an announced one: just below that.</param>
    public static uint Priority(TransportProtocol protocol, bool preferred, int index, bool isInternal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, MaxListenAddresses);
        var rank = (preferred ? 2u : 0u) + (protocol == TransportProtocol.Udp ? 1u : 0u);
        var localPreference = (rank * RankSize) + (RankSize - 1) - (2 * (uint)index) - (isInternal ? 1u : 0u);
        return (HostTypePreference << 24) | (localPreference << 8) | (256 - Component);
    }

    /// <summary>
    /// RFC 8445 §5.1.1.3: the same for the same type, address and protocol, different otherwise. The published address counts
    /// as the base, because that is the path a client can tell apart.
    /// </summary>
    public static string Foundation(TransportProtocol protocol, string address) =>
        StunFingerprint.Crc32(Encoding.UTF8.GetBytes($"host {ProtocolName(protocol)} {address}")).ToString(CultureInfo.InvariantCulture);

    private static IceCandidate Candidate(IceListenAddress listen, string address, uint priority) => new(
        Foundation(listen.Protocol, address),
        priority,
        address,
        address,
        listen.Port,
        ProtocolName(listen.Protocol),
        "host",
        listen.Protocol == TransportProtocol.Tcp ? "passive" : null);

    private static string ProtocolName(TransportProtocol protocol) => protocol == TransportProtocol.Udp ? "udp" : "tcp";
}

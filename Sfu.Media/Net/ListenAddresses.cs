using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Sfu.Media.Net;

/// <summary>
/// Turns a listen address into the addresses to bind. A wildcard becomes every address of this machine that a peer could reach:
/// candidates need real addresses, and a socket bound to one answers from the address it was asked at.
/// </summary>
internal static class ListenAddresses
{
    public static bool TryResolve(string ip, out List<IPAddress> addresses)
    {
        addresses = [];
        if (!IPAddress.TryParse(ip, out var address))
        {
            return false;
        }

        if (!address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
        {
            addresses.Add(address);
            return true;
        }

        // Loopback comes last: it serves browsers on this machine and nobody else.
        addresses.AddRange(
            from nic in NetworkInterface.GetAllNetworkInterfaces()
            where nic.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
            from unicast in nic.GetIPProperties().UnicastAddresses
            let candidate = unicast.Address
            where candidate.AddressFamily == address.AddressFamily && !candidate.IsIPv6LinkLocal && !IsIPv4LinkLocal(candidate)
            orderby IPAddress.IsLoopback(candidate)
            select candidate);
        return true;
    }

    private static bool IsIPv4LinkLocal(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..];
}

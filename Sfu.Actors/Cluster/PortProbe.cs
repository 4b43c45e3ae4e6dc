using System.Net;
using System.Net.Sockets;

namespace Sfu.Actors.Cluster;

/// <summary>Asks the kernel of a host whether anybody listens at a TCP port. Any thread.</summary>
internal static class PortProbe
{
    /// <summary>
    /// True: the host is there and says that nobody does, at every address of that name. False: somebody does, or nothing is known, since no
    /// answer came in time. A process that hangs still listens: its kernel answers for it.
    /// </summary>
    public static async Task<bool> IsRefusedAsync(string host, int port, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, deadline.Token).ConfigureAwait(false);
            foreach (var address in addresses)
            {
                if (!await IsRefusedAsync(address, port, deadline.Token).ConfigureAwait(false))
                {
                    return false;
                }
            }

            return addresses.Length > 0;
        }
        catch (Exception unknown) when (unknown is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> IsRefusedAsync(IPAddress address, int port, CancellationToken deadline)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, port, deadline).ConfigureAwait(false);
            return false;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }
}

using System.Collections.Concurrent;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>How many TCP connections each remote address has, on all threads together. Any thread, without locks.</summary>
internal sealed class TcpCallers(int maxPerAddress)
{
    private readonly ConcurrentDictionary<IpEndpoint, int> _connections = new();

    /// <summary>Counts one more. False: the address has as many as it may.</summary>
    public bool TryAdd(IpEndpoint remote)
    {
        var address = remote.WithPort(0);
        if (_connections.AddOrUpdate(address, 1, static (_, count) => count + 1) <= maxPerAddress || maxPerAddress == 0)
        {
            return true;
        }

        Remove(remote);
        return false;
    }

    public void Remove(IpEndpoint remote)
    {
        var address = remote.WithPort(0);
        if (_connections.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0)
        {
            // Goes only if it is still zero: somebody may call at this moment.
            _connections.TryRemove(KeyValuePair.Create(address, 0));
        }
    }
}

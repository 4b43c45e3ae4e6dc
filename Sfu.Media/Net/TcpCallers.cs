using System.Collections.Concurrent;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// How many TCP connections each remote address has, and whether it was said that there is no room for more, on all threads together. Any
/// thread, without locks.
/// </summary>
internal sealed class TcpCallers(int maxPerAddress)
{
    private const long SilenceMs = 60_000;

    private readonly ConcurrentDictionary<IpEndpoint, int> _connections = new();
    private long _silentUntilUs = long.MinValue;

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

    /// <summary>
    /// Whether it is to be said that the process has no descriptor left: by one thread, and once a minute at most, though descriptors come
    /// and go meanwhile.
    /// </summary>
    public bool IsExhaustionToBeSaid(MediaTime now)
    {
        var silentUntil = Volatile.Read(ref _silentUntilUs);
        return now.Us >= silentUntil
            && Interlocked.CompareExchange(ref _silentUntilUs, now.PlusMs(SilenceMs).Us, silentUntil) == silentUntil;
    }
}

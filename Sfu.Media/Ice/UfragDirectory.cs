using System.Collections.Immutable;

namespace Sfu.Media.Ice;

/// <summary>
/// Finds the transport that a connectivity check is for by the ufrag in it. Any thread, without locks: readers see one immutable map,
/// writers put the next one in its place by compare-and-swap. The maps are persistent trees, so a change costs O(log n) and 10,000 joins
/// stay far from quadratic; there are several, chosen by the ufrag's hash, so that the path which a change copies is short and writers
/// rarely meet. A lookup allocates nothing and happens per STUN message, not per packet.
/// </summary>
/// <typeparam name="T">What a ufrag leads to.</typeparam>
public sealed class UfragDirectory<T>
    where T : class
{
    private const int Maps = 1024;

    private readonly IEqualityComparer<UfragKey> _comparer;
    private readonly ImmutableDictionary<UfragKey, T>[] _maps = new ImmutableDictionary<UfragKey, T>[Maps];

    public UfragDirectory()
        : this(EqualityComparer<UfragKey>.Default)
    {
    }

    internal UfragDirectory(IEqualityComparer<UfragKey> comparer)
    {
        _comparer = comparer;
        Array.Fill(_maps, ImmutableDictionary.Create<UfragKey, T>(comparer));
    }

    public int Count
    {
        get
        {
            var count = 0;
            foreach (ref var map in _maps.AsSpan())
            {
                count += Volatile.Read(ref map).Count;
            }

            return count;
        }
    }

    /// <summary>False when the ufrag is taken.</summary>
    /// <exception cref="ArgumentException">Not a ufrag of 1 … 32 ASCII characters.</exception>
    public bool TryAdd(string ufrag, T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var key = UfragKey.Of(ufrag);
        return ImmutableInterlocked.TryAdd(ref MapOf(key), key, value);
    }

    /// <param name="ufrag">As it came from the wire, see <see cref="Stun.StunMessage.TryGetLocalUfrag"/>; any bytes.</param>
    /// <param name="value">Null when nobody has it.</param>
    public bool TryGet(ReadOnlySpan<byte> ufrag, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        if (UfragKey.TryCreate(ufrag, out var key))
        {
            return Volatile.Read(ref MapOf(key)).TryGetValue(key, out value);
        }

        value = null;
        return false;
    }

    /// <summary>False when it is not there.</summary>
    /// <exception cref="ArgumentException">Not a ufrag of 1 … 32 ASCII characters.</exception>
    public bool Remove(string ufrag)
    {
        var key = UfragKey.Of(ufrag);
        return ImmutableInterlocked.TryRemove(ref MapOf(key), key, out _);
    }

    /// <summary>All entries, for dumps: whoever comes and goes meanwhile may be there or not. Allocates.</summary>
    public IReadOnlyList<KeyValuePair<string, T>> Snapshot() =>
        [.. _maps.SelectMany(map => map.Select(entry => KeyValuePair.Create(entry.Key.ToString(), entry.Value)))];

    private ref ImmutableDictionary<UfragKey, T> MapOf(in UfragKey key)
    {
        var hash = (uint)_comparer.GetHashCode(key);
        return ref _maps[(hash ^ (hash >> 16)) % Maps];
    }
}

using System.Collections.Immutable;

namespace Sfu.Media.Ice;

/// <summary>
/// Finds the transport that a connectivity check is for by the ufrag in it. Any thread, without locks: readers see one
/// immutable map, writers put the next one in its place by compare-and-swap. The map is a persistent tree, so a change costs
/// O(log n) and 10,000 joins stay far from quadratic; a lookup allocates nothing and happens per STUN message, not per packet.
/// </summary>
/// <typeparam name="T">What a ufrag leads to.</typeparam>
public sealed class UfragDirectory<T>
    where T : class
{
    private ImmutableDictionary<UfragKey, T> _map;

    public UfragDirectory()
        : this(EqualityComparer<UfragKey>.Default)
    {
    }

    internal UfragDirectory(IEqualityComparer<UfragKey> comparer) => _map = ImmutableDictionary.Create<UfragKey, T>(comparer);

    public int Count => Volatile.Read(ref _map).Count;

    /// <summary>False when the ufrag is taken.</summary>
    /// <exception cref="ArgumentException">Not a ufrag of 1 … 32 ASCII characters.</exception>
    public bool TryAdd(string ufrag, T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return ImmutableInterlocked.TryAdd(ref _map, UfragKey.Of(ufrag), value);
    }

    /// <param name="ufrag">As it came from the wire, see <see cref="Stun.StunMessage.TryGetLocalUfrag"/>; any bytes.</param>
    /// <param name="value">Null when nobody has it.</param>
    public bool TryGet(ReadOnlySpan<byte> ufrag, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        if (UfragKey.TryCreate(ufrag, out var key))
        {
            return Volatile.Read(ref _map).TryGetValue(key, out value);
        }

        value = null;
        return false;
    }

    /// <summary>False when it is not there.</summary>
    /// <exception cref="ArgumentException">Not a ufrag of 1 … 32 ASCII characters.</exception>
    public bool Remove(string ufrag) => ImmutableInterlocked.TryRemove(ref _map, UfragKey.Of(ufrag), out _);

    /// <summary>All entries of one moment, for dumps. Allocates.</summary>
    public IReadOnlyList<KeyValuePair<string, T>> Snapshot() =>
        [.. Volatile.Read(ref _map).Select(entry => KeyValuePair.Create(entry.Key.ToString(), entry.Value))];
}

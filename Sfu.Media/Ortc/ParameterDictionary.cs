using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>
/// The <c>parameters</c> of a codec or header extension (SDP <c>fmtp</c>): an immutable map that keeps the order of insertion and equals
/// another map of the same content. Lookup is linear; there are seldom more than six entries, and validation bounds them.
/// </summary>
[JsonConverter(typeof(ParameterDictionaryConverter))]
[CollectionBuilder(typeof(ParameterDictionary), nameof(Create))]
public sealed class ParameterDictionary : IReadOnlyDictionary<string, ParameterValue>, IEquatable<ParameterDictionary>
{
    private readonly ImmutableArray<KeyValuePair<string, ParameterValue>> _entries;

    private ParameterDictionary(ImmutableArray<KeyValuePair<string, ParameterValue>> entries) => _entries = entries;

    public static readonly ParameterDictionary Empty = new([]);

    public int Count => _entries.Length;

    /// <summary>The value of <paramref name="key"/>, or the default value (kind <c>Undefined</c>) when there is none.</summary>
    public ParameterValue this[string key] => TryGetValue(key, out var value) ? value : default;

    public IEnumerable<string> Keys => _entries.Select(entry => entry.Key);

    public IEnumerable<ParameterValue> Values => _entries.Select(entry => entry.Value);

    /// <summary>A map of the entries; a key that comes twice takes its last value at its first place.</summary>
    public static ParameterDictionary Create(params ReadOnlySpan<KeyValuePair<string, ParameterValue>> entries)
    {
        var builder = ImmutableArray.CreateBuilder<KeyValuePair<string, ParameterValue>>(entries.Length);
        foreach (var entry in entries)
        {
            Put(builder, entry);
        }

        return builder.Count == 0 ? Empty : new ParameterDictionary(builder.ToImmutable());
    }

    public static ParameterDictionary Of(params ReadOnlySpan<(string Key, ParameterValue Value)> entries)
    {
        var builder = ImmutableArray.CreateBuilder<KeyValuePair<string, ParameterValue>>(entries.Length);
        foreach (var (key, value) in entries)
        {
            Put(builder, KeyValuePair.Create(key, value));
        }

        return builder.Count == 0 ? Empty : new ParameterDictionary(builder.ToImmutable());
    }

    public ParameterDictionary With(string key, ParameterValue value) => [.. _entries, KeyValuePair.Create(key, value)];

    public ParameterDictionary Without(string key) => [.. _entries.Where(entry => entry.Key != key)];

    /// <summary>This map with the entries of <paramref name="other"/> put over it.</summary>
    public ParameterDictionary Merge(ParameterDictionary other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return [.. _entries, .. other._entries];
    }

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, out ParameterValue value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key == key)
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public bool Equals([NotNullWhen(true)] ParameterDictionary? other)
    {
        if (other is null || other.Count != Count)
        {
            return false;
        }

        foreach (var entry in _entries)
        {
            if (!other.TryGetValue(entry.Key, out var value) || value != entry.Value)
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ParameterDictionary);

    public override int GetHashCode()
    {
        var hash = Count;
        foreach (var entry in _entries)
        {
            hash ^= HashCode.Combine(entry.Key, entry.Value);
        }

        return hash;
    }

    public ImmutableArray<KeyValuePair<string, ParameterValue>>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    IEnumerator<KeyValuePair<string, ParameterValue>> IEnumerable<KeyValuePair<string, ParameterValue>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, ParameterValue>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)_entries).GetEnumerator();

    public override string ToString() => string.Join(';', _entries.Select(entry => $"{entry.Key}={entry.Value}"));

    private static void Put(ImmutableArray<KeyValuePair<string, ParameterValue>>.Builder builder, KeyValuePair<string, ParameterValue> entry)
    {
        for (var i = 0; i < builder.Count; i++)
        {
            if (builder[i].Key == entry.Key)
            {
                builder[i] = entry;
                return;
            }
        }

        builder.Add(entry);
    }
}

using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sfu.Actors.Serialization;

/// <summary>The contract, put together: which message has which name, and how it is written. Immutable; any thread.</summary>
internal sealed class WireTable
{
    private readonly FrozenDictionary<string, Entry> _byManifest;
    private readonly FrozenDictionary<Type, Entry> _byType;
    private readonly FrozenDictionary<string, string> _versions;
    private readonly Func<string> _schema;

    internal WireTable(IReadOnlyCollection<Entry> messages, Func<string> schema)
    {
        _byManifest = messages.ToFrozenDictionary(entry => entry.Manifest);
        _byType = messages.ToFrozenDictionary(entry => entry.Type);
        _versions = messages.GroupBy(entry => NameOf(entry.Manifest))
            .ToFrozenDictionary(group => group.Key, group => string.Join(", ", group.Select(entry => entry.Manifest[(group.Key.Length + 1)..])));
        _schema = schema;
    }

    /// <summary>The nodes' own.</summary>
    public static WireTable Sfu { get; } = Contract.WireContract.Build();

    public ImmutableArray<string> Manifests => [.. _byManifest.Keys.Order(StringComparer.Ordinal)];

    public ImmutableArray<Type> Types => [.. _byType.Keys];

    /// <summary>The contract as a proto3 file.</summary>
    public string Schema => _schema();

    public Entry? Find(Type type) => _byType.GetValueOrDefault(type);

    public Entry? Find(string manifest) => _byManifest.GetValueOrDefault(manifest);

    /// <summary>Why there is no message of that name, for people.</summary>
    public string WhyUnknown(string manifest) => _versions.TryGetValue(NameOf(manifest), out var known)
        ? $"{manifest} is of a version that this node does not speak: it knows {known}."
        : $"No message is named {manifest}.";

    private static string NameOf(string manifest)
    {
        var slash = manifest.LastIndexOf('/');
        return slash < 0 ? manifest : manifest[..slash];
    }

    /// <summary>One message.</summary>
    internal sealed record Entry(string Manifest, Type Type, IWireRecord Record);
}

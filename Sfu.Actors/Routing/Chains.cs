using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sfu.Actors.Routing;

/// <summary>
/// Items by what they belong to, in the order in which they came. Taking one out costs the same however many there are, and going through
/// those of one key visits no others: what an end costs is what ends. The links are fields of the items, so that an item which is alone
/// in its chain costs one entry of a dictionary.
/// </summary>
/// <param name="linkOf">Where an item keeps its place in its chain of this kind.</param>
internal sealed class Chains<TKey, TItem>(Chains<TKey, TItem>.LinkOf linkOf)
    where TKey : notnull
    where TItem : class
{
    private readonly Dictionary<TKey, TItem> _firsts = [];

    internal delegate ref Link LinkOf(TItem item);

    /// <summary>Items looked at so far: what tests count instead of time.</summary>
    public long Visits { get; private set; }

    public void Add(TKey key, TItem item)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_firsts, key, out var exists);
        if (!exists)
        {
            first = item;
            linkOf(item) = new Link(Former: item, Next: null);
            return;
        }

        ref var head = ref linkOf(first!);
        linkOf(head.Former!).Next = item;
        linkOf(item) = new Link(head.Former, Next: null);
        head.Former = item;
    }

    /// <param name="key">The one that it was added with.</param>
    /// <param name="item">Is there.</param>
    public void Remove(TKey key, TItem item)
    {
        var link = linkOf(item);
        linkOf(item) = default;
        var first = _firsts[key];
        if (!ReferenceEquals(first, item))
        {
            linkOf(link.Former!).Next = link.Next;
            linkOf(link.Next ?? first).Former = link.Former;
        }
        else if (link.Next is { } second)
        {
            linkOf(second).Former = link.Former;
            _firsts[key] = second;
        }
        else
        {
            _firsts.Remove(key);
        }
    }

    /// <summary>A copy: what is done about the items may change the chain.</summary>
    public ImmutableArray<TResult> Of<TResult>(TKey key, Func<TItem, TResult> project)
    {
        if (!_firsts.TryGetValue(key, out var item))
        {
            return [];
        }

        if (linkOf(item).Next is null)
        {
            Visits++;
            return [project(item)];
        }

        var results = ImmutableArray.CreateBuilder<TResult>();
        for (; item is not null; item = linkOf(item).Next)
        {
            Visits++;
            results.Add(project(item));
        }

        return results.DrainToImmutable();
    }

    public bool Contains(TKey key) => _firsts.ContainsKey(key);

    /// <summary>The neighbors of an item. The first one's former is the last.</summary>
    internal record struct Link(TItem? Former, TItem? Next);
}

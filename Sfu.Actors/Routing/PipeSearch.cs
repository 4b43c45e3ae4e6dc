using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// Whether a former incarnation of a Router has made the pipe that is wanted: each end of a pipe that the Router has may be its, until it has
/// said what it is. Does nothing itself.
/// </summary>
internal sealed class PipeSearch
{
    private readonly HashSet<TransportId> _ends = []; // Of pipes to any Router.
    private readonly HashSet<TransportId> _unknown = [];

    /// <summary>It may be found yet.</summary>
    public bool IsOn { get; private set; } = true;

    /// <summary>All ends that have been heard of have said what they are.</summary>
    public bool KnowsAll => _unknown.Count == 0;

    /// <summary>The Router tells of ends that it has, of old ones once more.</summary>
    /// <returns>Those that are to be asked what they are: none when the search is over.</returns>
    public ImmutableArray<TransportId> Add(ImmutableArray<TransportId> ends)
    {
        ImmutableArray<TransportId> news = IsOn ? [.. ends.Where(_ends.Add)] : [];
        _unknown.UnionWith(news);
        return news;
    }

    /// <summary>An end has said what it is, or that it is none.</summary>
    /// <returns>False when that is of no interest any more.</returns>
    public bool Described(TransportId end) => _unknown.Remove(end);

    /// <returns>False when it was over before.</returns>
    public bool End()
    {
        _unknown.Clear();
        var ends = IsOn;
        IsOn = false;
        return ends;
    }
}

using System.Collections.Immutable;
using Akka.Actor;

namespace Sfu.Actors.Cluster;

/// <summary>Places transports by what the nodes tell of their load. The candidates are replaced as a whole by <see cref="ClusterLoadActor"/>.</summary>
internal sealed class ClusterPlacement(PlacementRules rules) : IPlacement
{
    private volatile IReadOnlyList<PlacementCandidate> _candidates = [];

    public IReadOnlyList<PlacementCandidate> Candidates => _candidates;

    public IActorRef? Choose(PlacementRequest request)
    {
        var chosen = Placement.Choose(_candidates, request, rules);
        chosen?.CountPlaced();
        return chosen?.Node;
    }

    /// <summary>Reachable members. Who has told nothing new keeps its candidate, and with it the count of what was placed there.</summary>
    public void Update(ImmutableArray<PlacementCandidate> candidates) => _candidates = candidates;
}

namespace Sfu.Actors.Cluster;

/// <summary>
/// Where a transport goes, decided from what the nodes tell. A Router stays together: each further node costs a stream of each Producer
/// between the two. Pure; the same question has the same answer.
/// </summary>
/// <remarks>
/// <code>
/// the least used node that carries the Router, while it is not full
/// else a node that does not, and is not full: in the client's zone, in its region, anywhere, the least used of the first of these; but where
///      the Router is carried already, only if that takes MarginPermille off
/// else the least used of all
/// </code>
/// The Router's own node comes after others that are as near and not full, and after carriers that are alike: a lost node then takes Routers or
/// transports, and seldom both of one room.
/// Of nodes that are alike (within <see cref="PlacementRules.AlikePermille"/>), each Router prefers another one, so that many Routers which
/// decide at once from the same news do not all take the same node.
/// </remarks>
internal static class Placement
{
    /// <param name="candidates">Reachable members.</param>
    /// <param name="request">What is to be placed.</param>
    /// <param name="rules">When a node is full.</param>
    /// <returns>Null: no node takes it.</returns>
    public static PlacementCandidate? Choose(IReadOnlyList<PlacementCandidate> candidates, PlacementRequest request, PlacementRules rules)
    {
        var carrier = new Best(request);
        var near = new Best(request);
        var any = new Best(request);
        var nearness = -1;
        for (var i = 0; i < candidates.Count; i++)
        {
            var candidate = candidates[i];
            if (!candidate.Takes(request.Server))
            {
                continue;
            }

            var used = candidate.UsedPermille;
            any.Offer(candidate, used);
            if (request.Carries(candidate.Node))
            {
                carrier.Offer(candidate, used);
                continue;
            }

            var closeness = candidate.Nearness(request.Region, request.Zone);
            if (used >= rules.FullPermille)
            {
                continue;
            }

            // The home is the last of its nearness, however little it is used.
            var rank = (2 * closeness) + (request.IsHome(candidate.Node) ? 0 : 1);
            if (rank > nearness)
            {
                nearness = rank;
                near = new Best(request);
            }

            if (rank == nearness)
            {
                near.Offer(candidate, used);
            }
        }

        var here = carrier.Choose();
        var elsewhere = near.Choose() ?? any.Choose();
        var stays = here is not null
            && (here.UsedPermille < rules.FullPermille || elsewhere!.UsedPermille + rules.MarginPermille > here.UsedPermille);
        return stays ? here : elsewhere;
    }

    /// <summary>Finds the least used of what it is offered, and among those alike the one that the Router prefers.</summary>
    private struct Best(PlacementRequest request)
    {
        private readonly PlacementRequest _request = request;
        private readonly ulong _router = PlacementCandidate.HashOf(request.Router.Value);
        private readonly List<(PlacementCandidate Candidate, int Used)> _alike = [];
        private int _least = int.MaxValue;

        public void Offer(PlacementCandidate candidate, int used)
        {
            // What others place meanwhile changes what is used: each is looked at once.
            if (used - PlacementRules.AlikePermille <= _least)
            {
                _least = Math.Min(_least, used);
                _alike.Add((candidate, used));
            }
        }

        public readonly PlacementCandidate? Choose()
        {
            PlacementCandidate? best = null;
            (bool Away, ulong Hash) preference = default;
            foreach (var (candidate, used) in _alike)
            {
                var value = (!_request.IsHome(candidate.Node), Mix(candidate.Hash ^ _router));
                if (used - PlacementRules.AlikePermille <= _least && (best is null || value.CompareTo(preference) > 0))
                {
                    (best, preference) = (candidate, value);
                }
            }

            return best;
        }

        private static ulong Mix(ulong x)
        {
            // The finalizer of MurmurHash3: every bit of the input reaches every bit of the result.
            x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdUL;
            x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53UL;
            return x ^ (x >> 33);
        }
    }
}

namespace Sfu.Media.Bwe;

/// <summary>
/// Shares a path among streams, layer by layer: in each round a stream of priority n may climb n steps. Where it does not suffice for all,
/// streams get nothing rather than all of them too little. Sans-IO, allocates nothing. Any thread.
/// </summary>
/// <remarks>
/// What a stream has it keeps as long as it fits; more than that it gets when there is a tenth to spare. The first stream by priority always
/// has its lowest target: without media nobody can find out what the path carries.
/// </remarks>
internal static class LayerAllocator
{
    // A tenth of what the stream then takes.
    private const long ClimbMargin = 10;

    /// <param name="available">Bits per second for all of them together.</param>
    /// <param name="mayClimb">Whether streams may get more than they have; not shortly after the path became narrower.</param>
    /// <param name="keepsSpatial">What is missing is missing for a moment: a stream gets fewer frames of its spatial layer rather than a lower one.</param>
    /// <param name="demands">Sorted by priority, the highest first; <see cref="LayerDemand.Allowed"/> is set.</param>
    public static void Allocate(long available, bool mayClimb, bool keepsSpatial, Span<LayerDemand> demands)
    {
        foreach (ref var demand in demands)
        {
            demand.Allowed = LayerDemand.None;
        }

        GiveTheFirst(ref available, demands);
        bool climbed;
        do
        {
            climbed = false;
            foreach (ref var demand in demands)
            {
                for (var step = 0; step < demand.Priority && TryClimb(ref available, mayClimb, ref demand); step++)
                {
                    climbed = true;
                }
            }
        }
        while (climbed);

        foreach (ref var demand in demands)
        {
            if (keepsSpatial)
            {
                KeepSpatial(ref available, ref demand);
            }

            if (demand.IsUnknown)
            {
                demand.Allowed = LayerDemand.Unlimited;
            }
            else if (demand.Allowed != LayerDemand.None && demand.NextAbove(demand.Allowed) == LayerDemand.None)
            {
                // It has all that there is: what appears later is decided then, and not held back meanwhile.
                demand.Allowed = LayerDemand.Unlimited;
            }
        }
    }

    private static void GiveTheFirst(ref long available, Span<LayerDemand> demands)
    {
        foreach (ref var demand in demands)
        {
            if (demand.NextAbove(LayerDemand.None) is not LayerDemand.None and var lowest)
            {
                demand.Allowed = lowest;
                available -= demand.Rates[lowest];
                return;
            }
        }
    }

    private static bool TryClimb(ref long available, bool mayClimb, ref LayerDemand demand)
    {
        var next = demand.NextAbove(demand.Allowed);
        if (next == LayerDemand.None)
        {
            return false;
        }

        if (next > demand.Current && !mayClimb && demand.Allowed != LayerDemand.None)
        {
            return false;
        }

        return TryGive(ref available, ref demand, next, Math.Max(0, demand.Rates[next] - demand.RateUpTo(demand.Allowed)));
    }

    /// <summary>
    /// Instead of a lower spatial layer, to which a key frame leads and another one back, the most frames of the present one that there is room for.
    /// </summary>
    private static void KeepSpatial(ref long available, ref LayerDemand demand)
    {
        var present = demand.HighestUpTo(Math.Min(demand.Current, demand.Wanted));
        var lowest = present - (present % LayerDemand.TemporalLayers);
        if (present == LayerDemand.None || demand.Allowed == LayerDemand.None || demand.Allowed >= lowest)
        {
            return;
        }

        for (var target = lowest + (demand.Wanted % LayerDemand.TemporalLayers); target >= lowest; target--)
        {
            if (demand.Rates[target] > 0 && TryGive(ref available, ref demand, target, demand.Rates[target] - demand.RateUpTo(demand.Allowed)))
            {
                return;
            }
        }
    }

    /// <param name="available">What is left.</param>
    /// <param name="demand">Whose.</param>
    /// <param name="target">To be given, if there is room.</param>
    /// <param name="more">Than it has got so far, in bit/s.</param>
    private static bool TryGive(ref long available, ref LayerDemand demand, int target, long more)
    {
        if (more + (target > demand.Current ? demand.Rates[target] / ClimbMargin : 0) > available)
        {
            return false;
        }

        demand.Allowed = target;
        available -= more;
        return true;
    }
}

using System.Runtime.CompilerServices;
using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>Gives each consumer of a transport its share of the path. Stateless; media thread only.</summary>
internal static class BandwidthShares
{
    // Of more than these, those that came first share the path, and the others are not held back.
    private const int MaxDemands = 64;

    /// <summary>What all consumers would take at the layers that they want.</summary>
    public static long DesiredBy(RtpEgress egress, bool isMeasured, MediaTime now)
    {
        var desired = 0L;
        var demand = default(LayerDemand);
        foreach (var consumer in egress.Consumers)
        {
            desired += consumer.Layers.TryDescribe(ref demand, isMeasured) ? demand.WantedRate : consumer.Sent.Bitrate(now);
        }

        return desired;
    }

    /// <returns>
    /// Whether somebody got less than before because there is less to share. What would be taken back on the same path too, as a layer's rate
    /// becomes known or changes, is no sign of a narrower one.
    /// </returns>
    /// <param name="egress">Whose consumers.</param>
    /// <param name="path">What there is.</param>
    /// <param name="now">Call time.</param>
    [SkipLocalsInit]
    public static bool Apply(RtpEgress egress, in PathToShare path, MediaTime now)
    {
        var unasked = 0L;
        Span<LayerDemand> demands = stackalloc LayerDemand[MaxDemands];
        Span<int> places = stackalloc int[MaxDemands];
        var count = 0;
        for (var place = 0; place < egress.Consumers.Count; place++)
        {
            var consumer = egress.Consumers[place];
            if (count < MaxDemands && consumer.Layers.TryDescribe(ref demands[count], path.IsMeasured))
            {
                Insert(demands, places, count++, place);
            }
            else
            {
                // Audio, above all: nobody asks it to wait.
                unasked += consumer.Sent.Bitrate(now);
            }
        }

        demands = demands[..count];
        Allocate(path, path.Available - unasked, demands);
        var isNarrower = path.Former > path.Available && HasLost(demands) && HasLostToPath(demands, path, path.Former - unasked);
        for (var i = 0; i < count; i++)
        {
            egress.Consumers[places[i]].Layers.Allow(demands[i].Allowed, now);
        }

        return isNarrower;
    }

    private static void Allocate(in PathToShare path, long available, Span<LayerDemand> demands) =>
        LayerAllocator.Allocate(Math.Max(available, 0), path.MayClimb, path.KeepsSpatial, demands);

    private static bool HasLost(ReadOnlySpan<LayerDemand> demands)
    {
        foreach (ref readonly var demand in demands)
        {
            if (demand.Allowed < demand.Current)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether somebody who has lost would not have on the path as it was.</summary>
    [SkipLocalsInit]
    private static bool HasLostToPath(ReadOnlySpan<LayerDemand> demands, in PathToShare path, long former)
    {
        Span<LayerDemand> before = stackalloc LayerDemand[MaxDemands];
        before = before[..demands.Length];
        demands.CopyTo(before);
        Allocate(path, former, before);
        for (var i = 0; i < demands.Length; i++)
        {
            if (demands[i].Allowed < demands[i].Current && before[i].Allowed > demands[i].Allowed)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Keeps the demands in order of priority; those of one priority in the order of their consumers.</summary>
    private static void Insert(Span<LayerDemand> demands, Span<int> places, int count, int place)
    {
        var demand = demands[count];
        var at = count;
        while (at > 0 && demands[at - 1].Priority < demand.Priority)
        {
            demands[at] = demands[at - 1];
            places[at] = places[at - 1];
            at--;
        }

        demands[at] = demand;
        places[at] = place;
    }
}

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
            desired += consumer.TryDescribe(ref demand, isMeasured) ? demand.WantedRate : consumer.Sent.Bitrate(now);
        }

        return desired;
    }

    /// <returns>Whether somebody got less than before.</returns>
    /// <param name="egress">Whose consumers.</param>
    /// <param name="available">Bits per second for all.</param>
    /// <param name="isMeasured">The path is known; otherwise it is a guess.</param>
    /// <param name="mayClimb">Whether anybody may get more than before.</param>
    /// <param name="now">Call time.</param>
    [SkipLocalsInit]
    public static bool Apply(RtpEgress egress, long available, bool isMeasured, bool mayClimb, MediaTime now)
    {
        Span<LayerDemand> demands = stackalloc LayerDemand[MaxDemands];
        Span<int> places = stackalloc int[MaxDemands];
        var count = 0;
        for (var place = 0; place < egress.Consumers.Count; place++)
        {
            var consumer = egress.Consumers[place];
            if (count < MaxDemands && consumer.TryDescribe(ref demands[count], isMeasured))
            {
                Insert(demands, places, count++, place);
            }
            else
            {
                // Audio, above all: nobody asks it to wait.
                available -= consumer.Sent.Bitrate(now);
            }
        }

        LayerAllocator.Allocate(Math.Max(available, 0), mayClimb, demands[..count]);
        var lost = false;
        for (var i = 0; i < count; i++)
        {
            lost |= demands[i].Allowed < demands[i].Current;
            egress.Consumers[places[i]].Allow(demands[i].Allowed, now);
        }

        return lost;
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

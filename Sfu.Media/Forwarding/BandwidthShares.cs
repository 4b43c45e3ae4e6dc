using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Gives each consumer of a transport its share of the path. One for all transports of an engine: it keeps nothing but room to work in, as much as the
/// transport with the most consumers has needed. Media thread only.
/// </summary>
internal sealed class BandwidthShares
{
    private const int FirstRoom = 16;

    // By place among the consumers; those that do not take part leave theirs as it is.
    private LayerDemand[] _described = [];

    // By priority, and those of one priority by place. An order is the priority, the highest first, in the upper half and the place in the lower.
    private LayerDemand[] _demands = [];
    private long[] _order = [];

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
    public bool Apply(RtpEgress egress, in PathToShare path, MediaTime now)
    {
        Reserve(egress.Consumers.Count);
        var unasked = 0L;
        var count = 0;
        for (var place = 0; place < egress.Consumers.Count; place++)
        {
            var consumer = egress.Consumers[place];
            if (consumer.Layers.TryDescribe(ref _described[place], path.IsMeasured))
            {
                _order[count++] = ((long)(int.MaxValue - _described[place].Priority) << 32) | (uint)place;
            }
            else
            {
                // Audio, above all: nobody asks it to wait.
                unasked += consumer.Sent.Bitrate(now);
            }
        }

        var order = _order.AsSpan(0, count);
        order.Sort();
        var demands = _demands.AsSpan(0, count);
        for (var i = 0; i < count; i++)
        {
            demands[i] = _described[PlaceOf(order[i])];
        }

        Allocate(path, path.Available - unasked, demands);
        var isNarrower = path.Former > path.Available && HasLost(demands) && HasLostToPath(demands, path, path.Former - unasked);
        for (var i = 0; i < count; i++)
        {
            egress.Consumers[PlaceOf(order[i])].Layers.Allow(demands[i].Allowed, now);
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

    private static int PlaceOf(long order) => (int)(order & int.MaxValue);

    /// <summary>Whether somebody who has lost would not have on the path as it was.</summary>
    private bool HasLostToPath(ReadOnlySpan<LayerDemand> demands, in PathToShare path, long former)
    {
        // What was described has been copied.
        var before = _described.AsSpan(0, demands.Length);
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

    private void Reserve(int consumers)
    {
        if (consumers > _order.Length)
        {
            var room = Math.Max(FirstRoom, Math.Max(consumers, 2 * _order.Length));
            _described = new LayerDemand[room];
            _demands = new LayerDemand[room];
            _order = new long[room];
        }
    }
}

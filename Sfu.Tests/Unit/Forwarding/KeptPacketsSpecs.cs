using Sfu.Media.Buffers;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Forwarding;

public sealed class KeptPacketsSpecs : IDisposable
{
    private const int Capacity = 100;

    private readonly PacketPool _pool = new();
    private readonly KeptPackets _kept;

    public KeptPacketsSpecs() => _kept = new KeptPackets(_pool, maxAgeUs: 1_000_000, Capacity);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Many_consumers_keep_a_packet_once()
    {
        var index = Keep(ms: 0);
        _kept.Keep(index, MediaTime.Zero);
        _kept.Keep(index, MediaTime.Zero);

        Assert.Equal((1, 1), (_kept.Count, _pool.InUse));
        _kept.Clear();
        Assert.Equal((0, 0), (_kept.Count, _pool.InUse));
    }

    [Fact]
    public void A_packet_stays_as_long_after_the_last_consumer_has_sent_it_as_after_the_first()
    {
        var index = Keep(ms: 0);
        _kept.Keep(index, MediaTime.FromMilliseconds(700));

        _kept.EvictExpired(MediaTime.FromMilliseconds(1700));
        Assert.Equal(1, _pool.InUse);
        _kept.EvictExpired(MediaTime.FromMilliseconds(1701));
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void What_is_too_old_goes_when_others_come()
    {
        for (var ms = 0; ms < 5000; ms += 50)
        {
            Keep(ms);
            Assert.InRange(_pool.InUse, 1, 21);
        }

        Assert.Equal(21, _kept.Count);
    }

    [Fact]
    public void No_more_are_kept_than_there_is_room_for()
    {
        for (var i = 0; i < 10 * Capacity; i++)
        {
            Keep(ms: 0);
        }

        Assert.Equal((Capacity, Capacity), (_kept.Count, _pool.InUse));
    }

    [Fact]
    public void A_place_that_is_filled_anew_is_kept_anew()
    {
        var index = Keep(ms: 0);
        _kept.EvictExpired(MediaTime.FromMilliseconds(1001));

        Assert.Equal(index, Keep(ms: 1001));
        Assert.Equal((1, 1), (_kept.Count, _pool.InUse));
    }

    [Fact]
    public void Once_grown_it_allocates_nothing()
    {
        Assert.Equal(0, AllocationProbe.Measure(round => Keep(round), 10_000));
        _kept.Clear();
        Assert.Equal(0, _pool.InUse);
    }

    /// <summary>A packet comes and is sent.</summary>
    private int Keep(long ms)
    {
        var index = _pool.Rent([1, 2, 3]);
        _kept.Keep(index, MediaTime.FromMilliseconds(ms));
        _pool.Release(index);
        return index;
    }
}

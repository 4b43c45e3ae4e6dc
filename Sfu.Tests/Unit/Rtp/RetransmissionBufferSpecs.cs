using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class RetransmissionBufferSpecs
{
    private readonly List<int> _evicted = [];
    private readonly RetransmissionBuffer<int> _buffer;

    public RetransmissionBufferSpecs() => _buffer = new RetransmissionBuffer<int>(_evicted.Add, maxAgeUs: 1_000_000, capacity: 300);

    private RetransmissionLookup Get(int sequence, long ms = 0, long minIntervalUs = 0) =>
        _buffer.TryGet((ushort)sequence, MediaTime.FromMilliseconds(ms), minIntervalUs, out _);

    private bool Store(int sequence, int item, long ms = 0) => _buffer.TryStore((ushort)sequence, item, MediaTime.FromMilliseconds(ms));

    [Fact]
    public void A_stored_packet_is_found_across_the_wrap()
    {
        Assert.Equal(RetransmissionLookup.NotStored, Get(65535));
        for (var i = 0; i < 10; i++)
        {
            Assert.True(Store(65530 + i, i));
        }

        Assert.Equal(RetransmissionLookup.Found, _buffer.TryGet(65535, MediaTime.Zero, 0, out var item));
        Assert.Equal(5, item);
        Assert.Equal(RetransmissionLookup.Found, _buffer.TryGet(3, MediaTime.Zero, 0, out item));
        Assert.Equal(9, item);
        Assert.Equal(RetransmissionLookup.NotStored, Get(4));
        Assert.Equal(RetransmissionLookup.NotStored, Get(65529));
        Assert.Equal(RetransmissionLookup.NotStored, Get(30_000));
        Assert.Empty(_evicted);
    }

    [Fact]
    public void A_packet_is_not_sent_again_within_the_interval()
    {
        Store(1, 1);
        Assert.Equal(RetransmissionLookup.Found, Get(1, 10, 50_000));
        Assert.Equal(RetransmissionLookup.TooSoon, Get(1, 59, 50_000));
        Assert.Equal(RetransmissionLookup.Found, Get(1, 60, 50_000));
        Assert.Equal(RetransmissionLookup.TooSoon, Get(1, 100, 50_000));
    }

    [Fact]
    public void Age_and_range_give_items_back_in_order()
    {
        for (var i = 0; i < 300; i++)
        {
            Store(i, i);
        }

        Assert.Empty(_evicted);
        Store(301, 301);
        Assert.Equal([0, 1], _evicted);
        Assert.Equal(299, _buffer.Count);
        Assert.Equal(RetransmissionLookup.NotStored, Get(2, ms: 1001));
        _evicted.Clear();
        Store(302, 302, ms: 1001);
        Assert.Equal(299, _evicted.Count);
        Assert.Equal(1, _buffer.Count);
        Assert.Equal(RetransmissionLookup.Found, Get(302, 1001));
    }

    [Fact]
    public void A_reordered_packet_is_taken_within_the_range_and_refused_before_it()
    {
        Store(1000, 1);
        Assert.True(Store(998, 2));
        Assert.False(Store(998, 3));
        Assert.False(Store(1000, 4));
        Assert.False(Store(700, 5));
        Assert.True(Store(701, 6));
        Assert.Equal(RetransmissionLookup.Found, Get(998));
        Assert.Equal(RetransmissionLookup.Found, Get(701));
        Assert.Empty(_evicted);
    }

    [Fact]
    public void A_jump_gives_everything_back_and_starts_anew()
    {
        Store(1, 1);
        Store(2, 2);
        Store(20_000, 3);
        Assert.Equal([1, 2], _evicted);
        Assert.Equal(RetransmissionLookup.Found, Get(20_000));
    }

    [Fact]
    public void Clearing_gives_everything_back_once()
    {
        Store(1, 1);
        Store(3, 3);
        _buffer.Clear();
        _buffer.Clear();
        Assert.Equal([1, 3], _evicted);
        Assert.Equal(0, _buffer.Count);
        Assert.True(Store(40_000, 4));
        Assert.Equal(RetransmissionLookup.Found, Get(40_000));
    }

    [Fact]
    public void Each_item_is_held_or_given_back_exactly_once_under_random_use()
    {
        var random = new SeededRandom(21);
        var held = new Dictionary<ushort, (int Item, long StoredAt)>();
        var byItem = new Dictionary<int, ushort>();
        var evicted = new List<int>();
        var buffer = new RetransmissionBuffer<int>(evicted.Add, 500_000, 1000);
        var next = 65_000;
        long ms = 0;
        for (var item = 0; item < 50_000; item++)
        {
            ms += random.Next(3);
            next += random.Next(500) == 0 ? random.Next(5000) : 1 + (random.Next(8) / 7);
            var sequence = (ushort)(random.Next(10) == 0 ? next - random.Next(1200) : next);
            var stored = buffer.TryStore(sequence, item, MediaTime.FromMilliseconds(ms));
            foreach (var old in evicted)
            {
                Assert.True(byItem.Remove(old, out var its));
                Assert.True(held.Remove(its));
            }

            evicted.Clear();
            if (stored)
            {
                held.Add(sequence, (item, ms));
                byItem.Add(item, sequence);
            }

            Assert.Equal(held.Count, buffer.Count);
            var wanted = (ushort)(next - random.Next(1100));
            var found = buffer.TryGet(wanted, MediaTime.FromMilliseconds(ms), 0, out var got);
            if (held.TryGetValue(wanted, out var entry) && ms - entry.StoredAt <= 500)
            {
                Assert.Equal(RetransmissionLookup.Found, found);
                Assert.Equal(entry.Item, got);
            }
            else
            {
                Assert.Equal(RetransmissionLookup.NotStored, found);
            }
        }

        buffer.Clear();
        Assert.Equal(byItem.Keys.Order(), evicted.Order());
    }

    [Fact]
    public void Once_grown_it_allocates_nothing()
    {
        var released = 0;
        var buffer = new RetransmissionBuffer<(nint Address, int Length)>(_ => released++);
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            buffer.TryStore((ushort)round, (round, 1200), new MediaTime(round * 500L));
            buffer.TryGet((ushort)(round - 20), new MediaTime(round * 500L), 10_000, out _);
        }, 10_000));
        Assert.Equal(20_000 - buffer.Count, released);
    }
}

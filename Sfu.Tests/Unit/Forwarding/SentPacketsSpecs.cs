using Sfu.Media.Buffers;
using Sfu.Media.Codecs;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Forwarding;

public sealed class SentPacketsSpecs : IDisposable
{
    private const long MaxAgeMs = 500;
    private const long ResolutionMs = 2;
    private const int Capacity = 1024;

    private readonly PacketPool _pool = new();
    private readonly SentPackets _sent;

    public SentPacketsSpecs() => _sent = new SentPackets(MaxAgeMs * 1000, Capacity);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void What_was_sent_is_found_across_the_wrap_with_all_its_numbers()
    {
        Assert.Equal(RetransmissionLookup.NotStored, Get(65535));
        var packet = new SentPacket(Rent(), new PacketNumbers(0xE0, 3, 90_000, 77, 0xABCDEF), new DescriptorShift(5, 6, 7));
        for (var sequence = 65530; sequence < 65536 + 3; sequence++)
        {
            Send(sequence);
        }

        _sent.Add(packet, _pool, At(0));

        Assert.Equal(RetransmissionLookup.Found, _sent.TryGet(3, _pool, At(0), 0, out var found));
        Assert.Equal(packet, found);
        Assert.Equal(RetransmissionLookup.Found, Get(65535));
        Assert.Equal(RetransmissionLookup.NotStored, Get(4));
        Assert.Equal(RetransmissionLookup.NotStored, Get(65529));
        Assert.True(_sent.TryGetNewest(0, _pool, At(0), out var newest));
        Assert.Equal(packet, newest);
    }

    [Fact]
    public void Some_of_the_newest_packets_are_known_by_their_place()
    {
        Send(65_535);
        Send(0);
        Send(2);
        Assert.Equal([2, 2, 0, 65_535, 2], Enumerable.Range(0, 5).Select(before =>
        {
            Assert.True(_sent.TryGetNewest(before, _pool, At(0), out var packet));
            return (int)packet.Numbers.Sequence;
        }));
    }

    [Fact]
    public void A_packet_is_not_sent_again_within_the_interval()
    {
        Send(1);
        Assert.Equal(RetransmissionLookup.Found, Get(1, 10, 50_000));
        Assert.Equal(RetransmissionLookup.TooSoon, Get(1, 59, 50_000));
        Assert.Equal(RetransmissionLookup.Found, Get(1, 60, 50_000));
        Assert.Equal(RetransmissionLookup.TooSoon, Get(1, 100, 50_000));
    }

    [Fact]
    public void It_is_known_for_how_long_a_packet_has_not_been_sent_again()
    {
        Assert.False(_sent.WasSentAgain(1, At(0), 50_000));
        Send(1);
        Assert.False(_sent.WasSentAgain(1, At(0), 50_000));
        Get(1, 10);
        Assert.True(_sent.WasSentAgain(1, At(59), 50_000));
        Assert.False(_sent.WasSentAgain(1, At(61), 50_000));
    }

    [Fact]
    public void A_packet_is_found_until_it_is_too_old()
    {
        Send(1);
        Assert.Equal(RetransmissionLookup.Found, Get(1, MaxAgeMs));
        Assert.Equal(RetransmissionLookup.NotStored, Get(1, MaxAgeMs + ResolutionMs));
        Assert.False(_sent.TryGetNewest(0, _pool, At(MaxAgeMs + ResolutionMs), out _));
    }

    [Fact]
    public void A_place_in_the_pool_that_was_filled_anew_is_not_what_was_sent()
    {
        var index = Send(1);
        _pool.Release(index);
        Assert.Equal(RetransmissionLookup.NotStored, Get(1));
        Assert.Equal(index, Rent());
        Assert.Equal(RetransmissionLookup.NotStored, Get(1));
        Assert.False(_sent.TryGetNewest(0, _pool, At(0), out _));
    }

    [Fact]
    public void What_is_cleared_is_not_found_and_others_are_from_then_on()
    {
        Send(1);
        _sent.Clear();
        Assert.Equal(RetransmissionLookup.NotStored, Get(1));
        Send(40_000);
        Assert.Equal(RetransmissionLookup.Found, Get(40_000));
        Assert.True(_sent.TryGetNewest(0, _pool, At(0), out var newest));
        Assert.Equal(40_000, newest.Numbers.Sequence);
    }

    [Fact]
    public void Under_random_use_all_that_is_young_enough_is_found_and_nothing_else()
    {
        var random = new SeededRandom(21);

        // Of two numbers that lie a multiple of the capacity apart, the later one sent is remembered.
        var sent = new Dictionary<int, (ushort Sequence, uint Timestamp, long At)>();
        var index = Rent();
        var next = 65_000;
        long ms = 0;
        for (var i = 0; i < 50_000; i++)
        {
            // Less than the capacity in the time that a packet lives.
            ms += random.Next(3);
            next += random.Next(500) == 0 ? random.Next(5000) : 1 + (random.Next(8) / 7);
            var sequence = (ushort)(random.Next(10) == 0 ? next - random.Next(60) : next);
            if (sent.TryGetValue(sequence % Capacity, out var before) && before.Sequence == sequence && ms - before.At <= MaxAgeMs + ResolutionMs)
            {
                // No number is given to two packets while one of them may be asked for.
                continue;
            }

            _sent.Add(new SentPacket(index, new PacketNumbers(96, sequence, (uint)i, 0, 0), default), _pool, At(ms));
            sent[sequence % Capacity] = (sequence, (uint)i, ms);
            var wanted = (ushort)(next - random.Next(700));
            var found = _sent.TryGet(wanted, _pool, At(ms), 0, out var got);
            var age = sent.TryGetValue(wanted % Capacity, out var entry) && entry.Sequence == wanted ? ms - entry.At : long.MaxValue;
            if (age is > MaxAgeMs - ResolutionMs and < MaxAgeMs + ResolutionMs)
            {
                // Either is right.
            }
            else if (age <= MaxAgeMs)
            {
                Assert.Equal(RetransmissionLookup.Found, found);
                Assert.Equal(entry.Timestamp, got.Numbers.Timestamp);
            }
            else
            {
                Assert.Equal(RetransmissionLookup.NotStored, found);
            }
        }
    }

    [Fact]
    public void Of_more_than_it_holds_the_latest_are_found()
    {
        for (var sequence = 0; sequence < 3 * Capacity; sequence++)
        {
            Send(sequence);
        }

        Assert.Equal(RetransmissionLookup.NotStored, Get((2 * Capacity) - 1));
        Assert.Equal(RetransmissionLookup.Found, Get(2 * Capacity));
    }

    [Fact]
    public void Once_grown_it_allocates_nothing()
    {
        var index = Rent();
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            var now = new MediaTime(round * 500L);
            _sent.Add(new SentPacket(index, new PacketNumbers(96, (ushort)round, 0, 0, 0), default), _pool, now);
            _sent.TryGet((ushort)(round - 20), _pool, now, 10_000, out _);
        }, 10_000));
    }

    private static MediaTime At(long ms) => MediaTime.FromMilliseconds(ms);

    private int Rent() => _pool.Rent([1, 2, 3]);

    private int Send(int sequence)
    {
        var index = Rent();
        _sent.Add(new SentPacket(index, new PacketNumbers(96, (ushort)sequence, 0, 0, 0), default), _pool, At(0));
        return index;
    }

    private RetransmissionLookup Get(int sequence, long ms = 0, long minIntervalUs = 0) =>
        _sent.TryGet((ushort)sequence, _pool, At(ms), minIntervalUs, out _);
}

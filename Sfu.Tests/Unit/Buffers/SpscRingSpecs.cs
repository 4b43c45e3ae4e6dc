using Sfu.Media.Buffers;

namespace Sfu.Tests.Unit.Buffers;

public sealed class SpscRingSpecs
{
    [Fact]
    public void What_went_in_comes_out_in_order_and_full_is_full()
    {
        var ring = new SpscRing<int>(4);
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.True(ring.TryPush(i));
            }

            Assert.False(ring.TryPush(99));
            for (var i = 0; i < 4; i++)
            {
                Assert.False(ring.IsEmpty);
                Assert.True(ring.TryPop(out var item));
                Assert.Equal(i, item);
            }

            Assert.True(ring.IsEmpty);
            Assert.False(ring.TryPop(out _));
        }
    }

    [Fact]
    public void Two_threads_lose_nothing_and_see_whole_items()
    {
        var ring = new SpscRing<Pair>(64);

        Assert.Equal(0, Violations((out Pair pair) => ring.TryPop(out pair), pair => ring.TryPush(pair)));
    }

    /// <summary>The harness above finds a ring that announces an item before it is there.</summary>
    [Fact]
    public void Known_bad_ring_is_found_out()
    {
        var slots = new Pair[64];
        long written = 0;
        long read = 0;
        bool Push(Pair pair)
        {
            if (written - Volatile.Read(ref read) == slots.Length)
            {
                return false;
            }

            var place = written % slots.Length;
            Volatile.Write(ref written, written + 1);
            Thread.SpinWait(200);
            slots[place] = pair;
            return true;
        }

        bool Pop(out Pair pair)
        {
            pair = default;
            if (Volatile.Read(ref written) == read)
            {
                return false;
            }

            pair = slots[read % slots.Length];
            Volatile.Write(ref read, read + 1);
            return true;
        }

        Assert.NotEqual(0, Violations(Pop, Push));
    }

    private readonly record struct Pair(long Number, long Complement);

    private delegate bool TryPop(out Pair pair);

    private static long Violations(TryPop pop, Func<Pair, bool> push)
    {
        const int Items = 200_000;
        var writer = new Thread(() =>
        {
            for (long i = 0; i < Items; i++)
            {
                while (!push(new Pair(i, ~i)))
                {
                    Thread.Yield();
                }
            }
        });
        writer.Start();
        long violations = 0;
        for (long expected = 0; expected < Items; expected++)
        {
            Pair pair;
            while (!pop(out pair))
            {
                Thread.Yield();
            }

            violations += pair.Number == expected && pair.Complement == ~expected ? 0 : 1;
        }

        writer.Join();
        return violations;
    }
}

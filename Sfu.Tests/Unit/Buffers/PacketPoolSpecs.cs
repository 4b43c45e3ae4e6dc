using Sfu.Media.Buffers;

namespace Sfu.Tests.Unit.Buffers;

public sealed class PacketPoolSpecs
{
    [Fact]
    public void Packet_lives_until_its_last_holder_releases_it()
    {
        using var pool = new PacketPool();
        var index = pool.Rent([1, 2, 3]);
        pool.AddReference(index);

        pool.Release(index);
        Assert.Equal(1, pool.InUse);
        Assert.True(pool.Packet(index).SequenceEqual(new byte[] { 1, 2, 3 }));
        pool.Release(index);

        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void Packets_do_not_overlap_and_slots_come_back()
    {
        using var pool = new PacketPool();
        var indexes = Enumerable.Range(0, 1000).Select(i => pool.Rent(Enumerable.Repeat((byte)i, 1 + (i % PacketPool.PacketBytes)).ToArray())).ToList();
        Assert.Equal(1000, indexes.Distinct().Count());
        for (var i = 0; i < indexes.Count; i++)
        {
            Assert.Equal(1 + (i % PacketPool.PacketBytes), pool.Packet(indexes[i]).Length);
            Assert.Equal((byte)i, pool.Packet(indexes[i])[^1]);
        }

        indexes.ForEach(pool.Release);

        Assert.Contains(pool.Rent([9]), indexes);
        Assert.Equal(1, pool.InUse);
    }

    [Fact]
    public void Packet_that_does_not_fit_is_not_kept()
    {
        using var pool = new PacketPool();

        Assert.Equal(-1, pool.Rent(new byte[PacketPool.PacketBytes + 1]));
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void Packet_handed_to_another_thread_goes_back_to_its_owner_when_both_have_let_go()
    {
        var pools = new PacketPools(2);
        using var owner = new PacketPool(pools, 0);
        using var other = new PacketPool(pools, 1);
        var index = owner.Rent([1, 2, 3]);
        owner.Hand(index);
        other.Receive(index);
        other.AddReference(index);

        owner.Release(index);
        Assert.Equal((0, 1), (owner.InUse, other.InUse));
        Assert.True(other.Packet(index).SequenceEqual(new byte[] { 1, 2, 3 }));
        other.Release(index);
        other.Release(index);

        Assert.Equal((0, 0), (owner.InUse, other.InUse));
        var all = Enumerable.Range(0, PacketStore.SlabPackets).Select(_ => owner.Rent([4])).ToList();
        Assert.Contains(index, all);
        all.ForEach(owner.Release);
    }

    [Fact]
    public void Packet_handed_twice_to_one_thread_counts_it_once()
    {
        var pools = new PacketPools(2);
        using var owner = new PacketPool(pools, 0);
        using var other = new PacketPool(pools, 1);
        var index = owner.Rent([1]);
        owner.Hand(index);
        owner.Hand(index);
        other.Receive(index);
        other.Receive(index);
        owner.Release(index);

        other.Release(index);
        Assert.Equal(1, other.InUse);
        other.Release(index);
        Assert.Equal(0, other.InUse);
        Assert.Contains(index, Enumerable.Range(0, PacketStore.SlabPackets).Select(_ => owner.Rent([4])));
    }

    [Fact]
    public void Packet_that_nobody_took_stays_with_its_owner()
    {
        var pools = new PacketPools(2);
        using var owner = new PacketPool(pools, 0);
        using var other = new PacketPool(pools, 1);
        var index = owner.Rent([1]);
        owner.Hand(index);
        owner.Unhand(index);
        Assert.True(owner.Packet(index).SequenceEqual(new byte[] { 1 }));
        owner.Release(index);
        Assert.Equal(0, owner.InUse);
    }

    [Fact]
    public void Two_threads_pass_packets_on_and_none_is_lost_or_mixed_up()
    {
        const int Packets = 100_000;
        var pools = new PacketPools(2);
        using var owner = new PacketPool(pools, 0);
        using var other = new PacketPool(pools, 1);
        var ring = new SpscRing<int>(256);
        var wrong = 0;
        var reader = new Thread(() =>
        {
            for (var i = 0; i < Packets; i++)
            {
                int index;
                while (!ring.TryPop(out index))
                {
                    Thread.Yield();
                }

                other.Receive(index);
                wrong += BitConverter.ToInt32(other.Packet(index)) == i ? 0 : 1;
                other.Release(index);
            }
        });
        reader.Start();
        for (var i = 0; i < Packets; i++)
        {
            var index = owner.Rent(BitConverter.GetBytes(i));
            owner.Hand(index);
            while (!ring.TryPush(index))
            {
                Thread.Yield();
            }

            owner.Release(index);
        }

        reader.Join();
        Assert.Equal(0, wrong);
        Assert.Equal((0, 0), (owner.InUse, other.InUse));
        Assert.InRange(pools.Store.Capacity, 1, 1024);
    }
}

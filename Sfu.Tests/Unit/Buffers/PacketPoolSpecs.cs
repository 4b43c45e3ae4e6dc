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
}

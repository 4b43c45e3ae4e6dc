using Sfu.Media.Buffers;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Forwarding;

public sealed class RepairCopiesSpecs : IDisposable
{
    private readonly PacketPool _pool = new();
    private readonly RepairCopies _copies;
    private readonly Stream _one = new();
    private readonly Stream _other = new();

    public RepairCopiesSpecs() => _copies = new RepairCopies(_pool);

    public void Dispose()
    {
        Assert.Equal(0, _pool.InUse);
        _pool.Dispose();
    }

    private static MediaTime At(long us) => MediaTime.FromMilliseconds(10_000).PlusUs(us);

    [Fact]
    public void Each_copy_is_due_a_moment_after_the_one_before()
    {
        Add(_one, 1, copies: 2, At(0));
        Assert.Equal(At(RepairCopies.DistanceUs), _copies.NextTimeout);
        Assert.Empty(Take(At(RepairCopies.DistanceUs - 1)));
        Assert.Equal([1], Take(At(RepairCopies.DistanceUs)));
        Assert.Empty(Take(At((2 * RepairCopies.DistanceUs) - 1)));
        Assert.Equal([1], Take(At(2 * RepairCopies.DistanceUs)));
        Assert.Equal(MediaTime.Never, _copies.NextTimeout);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact] // As before a frame.
    public void What_is_due_soon_can_be_taken_early_and_counts_as_taken()
    {
        Add(_one, 1, copies: 2, At(0));
        Add(_one, 2, copies: 1, At(8_000));
        Assert.Empty(Take(At(7_000), RepairCopies.BeforeFrameUs));
        Assert.Equal([1], Take(At(12_000), RepairCopies.BeforeFrameUs));
        Assert.Empty(Take(At(12_000), RepairCopies.BeforeFrameUs));
        Assert.Equal(2, Take(At(52_000)).Count);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void Packets_keep_their_order_and_what_is_to_leave_once_is_not_kept()
    {
        Add(_one, 1, copies: 1, At(0));
        Add(_one, 2, copies: 0, At(1));
        Add(_other, 3, copies: 1, At(2));
        Assert.Equal(2, _pool.InUse);
        Assert.Equal([1, 3], Take(At(RepairCopies.DistanceUs + 2)));
    }

    [Fact] // Where there is room for one packet alone, it is that which has had none more often.
    public void Of_those_that_are_due_that_goes_first_which_has_left_least_often()
    {
        Add(_one, 1, copies: 1, At(0));
        Add(_one, 2, copies: 2, At(5));
        Add(_other, 3, copies: 3, At(10));
        Assert.Equal([1], Take(At(RepairCopies.DistanceUs)));
        Add(_one, 1, copies: 1, At(0));
        Assert.Equal([3, 2, 1], Take(At(RepairCopies.DistanceUs + 10)));
        _copies.Clear();
    }

    [Fact] // Where there is room for one packet at a time, it is not always the same.
    public void Packets_of_one_moment_leave_in_the_reverse_order_each_time()
    {
        Add(_one, 1, copies: 2, At(0));
        Add(_one, 2, copies: 2, At(0));
        Add(_one, 3, copies: 2, At(0));
        Add(_one, 4, copies: 1, At(1));
        Assert.Equal([3, 2, 1], Take(At(RepairCopies.DistanceUs)));
        Assert.Equal([4], Take(At(RepairCopies.DistanceUs + 1)));
        Assert.Equal([1, 2, 3], Take(At(2 * RepairCopies.DistanceUs)));
    }

    [Fact] // A frame is there when all of its packets are, and a queue that is full may take one packet at a time.
    public void Each_packet_of_a_moment_is_the_first_once()
    {
        Add(_one, 1, copies: 3, At(0), timesFirst: 1);
        Add(_one, 2, copies: 3, At(0));
        Add(_one, 3, copies: 3, At(0));
        var firsts = new List<ushort>();
        for (var round = 1; round <= 2; round++)
        {
            firsts.Add(Take(At(round * RepairCopies.DistanceUs))[0]);
        }

        Assert.Equal([3, 2], firsts);
        _copies.Clear();
    }

    [Fact]
    public void What_a_stream_has_in_it_is_forgotten()
    {
        Add(_one, 1, copies: 2, At(0));
        Add(_other, 2, copies: 1, At(0));
        Add(_one, 3, copies: 1, At(0));
        _copies.Discard(_one);
        Assert.Equal(1, _pool.InUse);
        Assert.Equal([2], Take(At(RepairCopies.DistanceUs)));
    }

    [Fact]
    public void All_is_given_back()
    {
        Add(_one, 1, copies: 2, At(0));
        Add(_other, 2, copies: 1, At(0));
        _copies.Clear();
        Assert.Equal((0, MediaTime.Never), (_pool.InUse, _copies.NextTimeout));
    }

    [Fact]
    public void Of_too_many_the_oldest_are_given_up()
    {
        for (var i = 0; i < RepairCopies.MaxPackets + 3; i++)
        {
            Add(_one, (ushort)i, copies: 1, At(i));
        }

        Assert.Equal(RepairCopies.MaxPackets, _pool.InUse);
        Assert.Equal(Enumerable.Range(3, RepairCopies.MaxPackets), Take(At(1_000_000)).Select(static sequence => (int)sequence));
    }

    private void Add(Stream stream, ushort sequence, byte copies, MediaTime now, byte timesFirst = 0)
    {
        var index = _pool.Rent(new byte[100]);
        var numbers = new PacketNumbers(0, sequence, 0, 0, 0);
        _copies.Add(new WaitingPacket(stream, index, numbers, default, default, IsRepair: true, Copies: copies, TimesFirst: timesFirst), now);
        _pool.Release(index);
    }

    /// <summary>As the pacer does it: what is left is added again.</summary>
    private List<ushort> Take(MediaTime now, long earlyUs = 0)
    {
        var taken = new List<ushort>();
        while (_copies.TryTake(now, out var packet, earlyUs))
        {
            taken.Add(packet.Numbers.Sequence);
            _copies.Add(packet, now);
            _pool.Release(packet.Index);
        }

        return taken;
    }

    private sealed class Stream : IPacedStream
    {
        public void Leave(in WaitingPacket waiting, MediaTime now) => throw new InvalidOperationException("Nothing leaves by itself.");

        public void Repeat(in WaitingPacket waiting, MediaTime now) => throw new InvalidOperationException("Nothing is repeated by itself.");
    }
}

using Sfu.Media.Buffers;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Forwarding;

public sealed class PacingQueueSpecs : IDisposable
{
    private readonly PacketPool _pool = new();
    private readonly PacingQueue _queue;
    private readonly Stream _one = new();
    private readonly Stream _other = new();
    private ushort _sequence;

    public PacingQueueSpecs() => _queue = new PacingQueue(_pool);

    public void Dispose()
    {
        Assert.Equal(0, _pool.InUse);
        _pool.Dispose();
    }

    [Fact]
    public void Repairs_go_first_and_each_kind_keeps_its_order()
    {
        Add(_one);
        Add(_one);
        Add(_other, repair: true);
        Add(_one, repair: true);
        Assert.Equal((4, 2, 4000L), (_queue.Count, _queue.RepairCount, _queue.Bytes));
        Assert.Equal([2, 3, 0, 1], TakeAll());
    }

    [Fact] // The packets of a key frame wait in it: their copies would keep the rest of the frame back.
    public void What_is_sent_again_unasked_goes_behind_the_media_before_it()
    {
        Add(_one);
        Add(_one, repair: true, unasked: true);
        Add(_one);
        Add(_other, repair: true);
        Assert.Equal((4, 1), (_queue.Count, _queue.RepairCount));
        Assert.Equal([3, 0, 1, 2], TakeAll());
    }

    [Fact]
    public void What_a_stream_has_in_it_is_forgotten_and_the_rest_stays_in_order()
    {
        for (var i = 0; i < 3; i++)
        {
            Add(_one);
            Add(_other);
            Add(_one, repair: true);
        }

        Assert.Equal(6, _queue.Discard(_one));
        Assert.Equal(3, _pool.InUse);
        Assert.Equal([1, 4, 7], TakeAll());
    }

    [Fact]
    public void All_is_given_back()
    {
        Add(_one);
        Add(_other, repair: true);
        Assert.Equal(2, _queue.Clear());
        Assert.Equal((0, 0L, 0L), (_queue.Count, _queue.Bytes, _queue.DrainRate));
    }

    [Fact]
    public void It_is_over_by_number_and_by_bytes()
    {
        for (var i = 0; i < PacingQueue.MaxPackets; i++)
        {
            Add(_one, bytes: 100);
        }

        Assert.False(_queue.IsOver);
        Add(_one, bytes: 100);
        Assert.True(_queue.IsOver);
        _queue.Clear();
        while (_queue.Bytes + 1500 <= PacingQueue.MaxBytes)
        {
            Add(_one, bytes: 1500);
        }

        Assert.False(_queue.IsOver);
        Add(_one, bytes: 1500);
        Assert.True(_queue.IsOver);
        _queue.Clear();
    }

    [Fact]
    public void The_rate_to_drain_at_falls_only_when_nothing_waits()
    {
        for (var i = 0; i < 100; i++)
        {
            Add(_one);
        }

        // All of 800,000 bits in 0.8 s, and 0.2 s to pay for what left before.
        Assert.Equal(1_000_000, _queue.DrainRate);
        Take();
        Assert.Equal(1_000_000, _queue.DrainRate);
        TakeAll();
        Assert.Equal(0, _queue.DrainRate);
    }

    private void Add(Stream stream, bool repair = false, bool unasked = false, int bytes = 1000)
    {
        var index = _pool.Rent(new byte[bytes]);
        _queue.Add(new WaitingPacket(stream, index, new PacketNumbers(96, _sequence++, 0, 0, 0), default, default, repair, unasked));
        _pool.Release(index);
    }

    private int Take()
    {
        Assert.True(_queue.TryTake(out var packet));
        _pool.Release(packet.Index);
        return packet.Numbers.Sequence;
    }

    private List<int> TakeAll()
    {
        var taken = new List<int>();
        while (_queue.Count > 0)
        {
            taken.Add(Take());
        }

        return taken;
    }

    private sealed class Stream : IPacedStream
    {
        public void Leave(in WaitingPacket waiting, MediaTime now) => throw new InvalidOperationException("The queue lets nothing leave.");

        public void Repeat(in WaitingPacket waiting, MediaTime now) => throw new InvalidOperationException("The queue repeats nothing.");
    }
}

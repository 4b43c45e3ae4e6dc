using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

public class SendHistorySpecs
{
    private readonly SendHistory _history = new();

    private static MediaTime At(long ms) => MediaTime.FromMilliseconds(ms);

    [Fact]
    public void A_packet_is_resolved_once()
    {
        _history.Add(7, 1000, 3, At(1));
        Assert.Equal(1000, _history.BytesInFlight);
        Assert.True(_history.TryResolve(7, 5_000, out var result));
        Assert.Equal(new PacketResult(1000, 5000, 1000, 3, false), result);
        Assert.False(_history.TryResolve(7, 5_000, out _));
        Assert.False(_history.TryResolve(7, PacketResult.Lost, out _));
        Assert.Equal(0, _history.BytesInFlight);
    }

    [Fact]
    public void What_was_lost_may_still_come()
    {
        _history.Add(7, 1000, 0, At(1));
        Assert.True(_history.TryResolve(7, PacketResult.Lost, out var lost));
        Assert.False(lost.IsReceived);
        Assert.False(_history.TryResolve(7, PacketResult.Lost, out _));
        Assert.True(_history.TryResolve(7, 9_000, out var late));
        Assert.True(late is { IsReceived: true, WasReportedLost: true });
        Assert.Equal(0, _history.BytesInFlight);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(40_000)]
    public void What_was_never_sent_is_ignored(int sequence)
    {
        _history.Add(7, 1000, 0, At(1));
        Assert.False(_history.TryResolve((ushort)sequence, 5_000, out _));
    }

    [Fact]
    public void Numbers_wrap_around()
    {
        for (var i = 0; i < 100; i++)
        {
            _history.Add((ushort)(65_500 + i), 100, 0, At(i));
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.True(_history.TryResolve((ushort)(65_500 + i), 5_000, out var result));
            Assert.Equal(i * 1000, result.SendUs);
        }

        Assert.Equal(0, _history.BytesInFlight);
    }

    [Fact] // Times are kept modulo four seconds.
    public void After_a_long_rest_nothing_of_what_was_before_is_known()
    {
        for (ushort i = 0; i < 5; i++)
        {
            _history.Add(i, 100, 0, At(i * 500));
        }

        _history.Add(5, 100, 0, At(5_200));
        Assert.Equal(100, _history.BytesInFlight);
        Assert.False(_history.IsOpen(4));
        Assert.True(_history.IsOpen(5));
        Assert.True(_history.TryResolve(5, 1, out var result));
        Assert.Equal(5_200_000, result.SendUs);
    }

    [Fact]
    public void Without_feedback_it_forgets_the_oldest_and_stays_bounded()
    {
        for (var i = 0; i < 20_000; i++)
        {
            _history.Add((ushort)i, 100, 0, At(1));
        }

        Assert.Equal(100L * SendHistory.MaxCapacity, _history.BytesInFlight);
        Assert.False(_history.TryResolve(20_000 - SendHistory.MaxCapacity - 1, 1, out _));
        Assert.True(_history.TryResolve(20_000 - SendHistory.MaxCapacity, 1, out _));
        _history.Add(20_000, 100, 0, At(10_000));
        Assert.Equal(100, _history.BytesInFlight);
    }
}

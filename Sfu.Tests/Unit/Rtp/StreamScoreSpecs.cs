using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class StreamScoreSpecs
{
    private StreamScore _score;
    private long _expected;
    private long _received;
    private long _repaired;
    private long _retransmitted;
    private MediaTime _now = MediaTime.FromSeconds(10);

    private int Second(int expected, int lost = 0, int repaired = 0, int retransmitted = -1)
    {
        _now = _now.PlusMs(1000);
        _expected += expected;
        _received += expected - lost;
        _repaired += repaired;
        _retransmitted += retransmitted < 0 ? repaired : retransmitted;
        _score.Update(_now, _expected, _received, _repaired, _retransmitted);
        return _score.Value;
    }

    [Fact]
    public void Nothing_has_the_score_0_and_a_stream_begins_with_10()
    {
        Assert.Equal(0, _score.Value);
        Assert.Equal(0, Second(0));
        Assert.Equal(10, Second(50));
        Assert.Equal(10, Second(50));
    }

    [Theory]
    [InlineData(100, 0, 0, 0, 10)]
    [InlineData(100, 1, 0, 0, 10)]
    [InlineData(100, 5, 0, 0, 8)]
    [InlineData(100, 10, 0, 0, 7)]
    [InlineData(100, 20, 0, 0, 4)]
    [InlineData(100, 50, 0, 0, 1)]
    [InlineData(100, 100, 0, 0, 0)]
    [InlineData(100, 10, 10, 10, 9)] // All repaired.
    [InlineData(100, 10, 10, 40, 7)] // At great cost.
    [InlineData(100, 30, 30, 30, 4)] // So many repairs come late.
    [InlineData(0, 0, 0, 0, 10)]
    [InlineData(10, 2, 50, 60, 4)] // Repairs of an earlier interval's losses do not count for this one.
    public void Loss_weighs_more_than_its_share_and_repair_makes_good_part_of_it(
        int expected, int lost, int repaired, int retransmitted, int score) =>
        Assert.Equal(score, StreamScore.Score(expected, lost, repaired, retransmitted));

    [Fact]
    public void Loss_shows_little_by_little_and_is_forgotten_likewise()
    {
        for (var i = 0; i < 10; i++)
        {
            Second(100);
        }

        var falling = Enumerable.Range(0, 24).Select(_ => Second(100, lost: 50)).ToArray();
        Assert.InRange(falling[0], 8, 9);
        Assert.Equal(falling.OrderDescending(), falling);
        Assert.Equal(1, falling[^1]);
        var rising = Enumerable.Range(0, 24).Select(_ => Second(100)).ToArray();
        Assert.Equal(rising.Order(), rising);
        Assert.Equal(10, rising[^1]);
    }

    [Fact]
    public void A_stream_that_stops_has_0_and_one_that_comes_back_10()
    {
        Second(100);
        Second(100, lost: 50);
        Assert.InRange(Second(0), 1, 9);
        Assert.Equal(0, Second(0));
        Assert.Equal(0, Second(0));
        Assert.Equal(10, Second(100));
    }

    [Fact]
    public void A_stream_that_starts_anew_is_judged_anew()
    {
        Second(100, lost: 60);
        Second(100, lost: 60);
        Assert.True(_score.Value < 10);
        (_expected, _received, _repaired, _retransmitted) = (0, 0, 0, 0);
        Assert.Equal(10, Second(5));
    }

    [Fact]
    public void Changes_are_told()
    {
        Assert.True(_score.Update(_now, 1, 1, 0, 0));
        Assert.False(_score.Update(_now.PlusMs(1000), 50, 50, 0, 0));
        Assert.True(_score.Update(_now.PlusMs(2000), 100, 70, 0, 0));
        Assert.True(_score.OnInactive(_now.PlusMs(2100)));
        Assert.False(_score.OnInactive(_now.PlusMs(2200)));
    }

    [Fact]
    public void A_stream_that_is_sent_is_judged_by_the_reports_on_it()
    {
        Assert.True(_score.OnReport(_now, 0, 100, 0));
        Assert.Equal(10, _score.Value);
        for (var i = 2; i < 40; i++)
        {
            _score.OnReport(_now, 128, 100 * i, 0);
        }

        Assert.Equal(1, _score.Value);

        // Retransmissions are taken to have filled the gaps.
        for (var i = 40; i < 80; i++)
        {
            _score.OnReport(_now, 26, 100 * i, 10 * i);
        }

        Assert.Equal(9, _score.Value);
        Assert.False(_score.OnReport(_now, 255, 100 * 79, 10 * 79));
    }

    [Fact]
    public void Judging_allocates_nothing() =>
        Assert.Equal(0, AllocationProbe.Measure(round => _score.Update(new MediaTime(round * 1000), round, round / 2, round / 4, round / 3)));
}

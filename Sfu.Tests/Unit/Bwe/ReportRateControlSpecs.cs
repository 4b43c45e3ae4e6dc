using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

public class ReportRateControlSpecs
{
    private readonly ReportRateControl _rate = new(30_000);
    private long _second = 100;

    private long After(double lossShare, long sent = 500_000, long rttUs = 50_000, long desired = 3_000_000)
    {
        _rate.Add(lossShare, sent, rttUs);
        Assert.True(_rate.Update(600_000, sent, desired, MediaTime.FromSeconds(_second++)));
        return _rate.Bitrate;
    }

    [Fact]
    public void It_grows_while_hardly_anything_is_lost_to_little_more_than_what_is_wanted()
    {
        Assert.Equal(648_000, After(0.01));
        for (var i = 0; i < 60; i++)
        {
            After(0);
        }

        Assert.Equal(3_600_000, _rate.Bitrate);
    }

    [Fact]
    public void It_begins_at_what_is_sent_where_that_is_more() => Assert.Equal(2_000_000, After(0.05, sent: 2_000_000));

    [Fact]
    public void It_stays_where_some_is_lost_and_falls_where_much_is()
    {
        Assert.Equal(600_000, After(0.05));
        Assert.Equal(450_000, After(0.20));
        Assert.InRange(After(0.20), 350_000, 410_000);
    }

    [Fact] // Nothing is lost: the queue is long.
    public void It_falls_where_the_round_trip_becomes_long()
    {
        After(0);
        Assert.InRange(After(0, rttUs: 600_000), 400_000, 430_000);
    }

    [Fact]
    public void Streams_count_by_what_is_sent_of_them()
    {
        _rate.Add(0.5, 30_000, 0);
        Assert.InRange(After(0, sent: 3_000_000), 3_200_000, 3_300_000);
    }

    [Fact]
    public void It_is_judged_once_a_second_and_not_without_reports()
    {
        After(0);
        _rate.Add(0, 500_000, 0);
        Assert.False(_rate.Update(600_000, 500_000, 3_000_000, MediaTime.FromSeconds(_second - 1).PlusMs(500)));
        Assert.True(_rate.Update(600_000, 500_000, 3_000_000, MediaTime.FromSeconds(_second)));
        Assert.False(_rate.Update(600_000, 500_000, 3_000_000, MediaTime.FromSeconds(_second + 5)));
        _rate.Reset();
        Assert.Equal(0, _rate.Bitrate);
    }

    [Fact]
    public void It_never_falls_below_the_floor()
    {
        for (var i = 0; i < 50; i++)
        {
            After(0.9, sent: 40_000);
        }

        Assert.Equal(30_000, _rate.Bitrate);
    }
}

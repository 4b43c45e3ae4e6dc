using Sfu.Media.Codecs;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Codecs;

public class KeyFrameRequestLimiterSpecs
{
    private readonly KeyFrameRequestLimiter _limiter = new();

    private static MediaTime Ms(long ms) => MediaTime.FromMilliseconds(ms);

    [Fact]
    public void The_first_request_is_sent_at_once_even_at_time_zero()
    {
        Assert.Equal(MediaTime.Never, _limiter.NextTimeout);
        Assert.True(_limiter.Request(MediaTime.Zero));
        Assert.Equal(Ms(1000), _limiter.NextTimeout);
    }

    [Fact]
    public void Requests_while_one_is_under_way_join_it()
    {
        Assert.True(_limiter.Request(Ms(0)));
        Assert.False(_limiter.Request(Ms(10)));
        Assert.False(_limiter.Request(Ms(999)));
        _limiter.OnKeyFrame();
        Assert.Equal(MediaTime.Never, _limiter.NextTimeout);
        Assert.False(_limiter.OnTimeout(Ms(1000)));
    }

    [Fact]
    public void Without_a_key_frame_it_is_sent_once_more_and_no_further()
    {
        Assert.True(_limiter.Request(Ms(0)));
        Assert.False(_limiter.OnTimeout(Ms(999)));
        Assert.True(_limiter.OnTimeout(Ms(1000)));
        Assert.Equal(Ms(2000), _limiter.NextTimeout);
        Assert.False(_limiter.OnTimeout(Ms(2000)));
        Assert.Equal(MediaTime.Never, _limiter.NextTimeout);
        Assert.True(_limiter.Request(Ms(2001)));
    }

    [Fact]
    public void A_request_after_the_key_frame_waits_for_the_interval_and_is_then_sent()
    {
        Assert.True(_limiter.Request(Ms(0)));
        _limiter.OnKeyFrame();
        Assert.False(_limiter.Request(Ms(300)));
        Assert.False(_limiter.Request(Ms(400)));
        Assert.Equal(Ms(1000), _limiter.NextTimeout);
        Assert.True(_limiter.OnTimeout(Ms(1000)));
        Assert.Equal(Ms(2000), _limiter.NextTimeout);
    }

    [Fact]
    public void A_key_frame_answers_a_waiting_request()
    {
        _limiter.Request(Ms(0));
        _limiter.OnKeyFrame();
        _limiter.Request(Ms(300));
        _limiter.OnKeyFrame();
        Assert.False(_limiter.OnTimeout(Ms(1000)));
        Assert.True(_limiter.Request(Ms(1000)));
    }

    [Fact]
    public void However_often_one_asks_it_is_sent_once_per_interval()
    {
        var limiter = new KeyFrameRequestLimiter(500_000);
        var sent = 0;
        for (var ms = 0; ms < 10_000; ms++)
        {
            sent += limiter.OnTimeout(Ms(ms)) ? 1 : 0;
            sent += limiter.Request(Ms(ms)) ? 1 : 0;
            if (ms % 130 == 0)
            {
                limiter.OnKeyFrame();
            }
        }

        Assert.Equal(20, sent);
    }
}

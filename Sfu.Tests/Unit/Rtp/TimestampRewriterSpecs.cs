using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Rtp;

public class TimestampRewriterSpecs
{
    private static void Send(TimestampRewriter rewriter, uint timestamp, MediaTime now) => rewriter.OnSent(rewriter.Rewrite(timestamp), now);

    [Fact]
    public void Before_the_first_packet_a_sync_changes_nothing()
    {
        var rewriter = new TimestampRewriter(90_000);
        rewriter.Sync(1234, MediaTime.FromSeconds(5));
        Assert.Equal(1234u, rewriter.Rewrite(1234));
        Assert.Equal(1034u, new TimestampRewriter(90_000, unchecked((uint)-200)).Rewrite(1234));
    }

    [Fact]
    public void Another_source_continues_by_the_time_that_went_by()
    {
        var rewriter = new TimestampRewriter(90_000);
        Send(rewriter, 0xFFFF_FF00, MediaTime.FromSeconds(10));
        rewriter.Sync(77, MediaTime.FromMilliseconds(12_500));
        Assert.Equal(unchecked(0xFFFF_FF00 + 225_000), rewriter.Rewrite(77));
        Assert.Equal(unchecked(0xFFFF_FF00 + 225_000 + 3000), rewriter.Rewrite(3077));
    }

    [Fact]
    public void A_source_whose_clock_ran_on_keeps_its_offset()
    {
        var rewriter = new TimestampRewriter(90_000);
        Send(rewriter, 1000, MediaTime.FromSeconds(10));
        rewriter.Sync(1000 + 900_000 + 4500, MediaTime.FromSeconds(20));
        Assert.Equal(0u, rewriter.Offset);
    }

    [Fact]
    public void The_next_timestamp_lies_ahead_even_when_no_time_went_by()
    {
        var rewriter = new TimestampRewriter(48_000);
        Send(rewriter, 5000, MediaTime.FromSeconds(1));
        rewriter.Sync(4000, MediaTime.FromSeconds(1));
        Assert.Equal(5001u, rewriter.Rewrite(4000));
        Send(rewriter, 4000, MediaTime.FromSeconds(1));
        rewriter.Sync(4000, new MediaTime(999_000));
        Assert.Equal(5002u, rewriter.Rewrite(4000));
    }

    [Fact]
    public void A_late_packet_does_not_move_the_reference_back()
    {
        var rewriter = new TimestampRewriter(90_000);
        Send(rewriter, 90_000, MediaTime.FromSeconds(1));
        Send(rewriter, 45_000, MediaTime.FromSeconds(2));
        rewriter.Sync(0x4000_0000, MediaTime.FromSeconds(3));
        Assert.Equal(270_000u, rewriter.Rewrite(0x4000_0000));
    }
}

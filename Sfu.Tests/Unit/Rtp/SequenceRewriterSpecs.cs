using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class SequenceRewriterSpecs
{
    private static ushort? Rewrite(SequenceRewriter rewriter, int input) =>
        rewriter.TryRewrite((ushort)input, out var output) ? output : null;

    [Fact]
    public void The_first_packet_gets_the_first_number_and_wrap_around_is_no_jump()
    {
        var rewriter = new SequenceRewriter(65534);
        ushort?[] expected = [65534, 65535, 0, 1, 2];
        Assert.Equal(expected, Enumerable.Range(0, 5).Select(i => Rewrite(rewriter, 32766 + i)));
        rewriter.Sync(65535);
        Assert.Equal((ushort)3, Rewrite(rewriter, 65535));
        Assert.Equal((ushort)4, Rewrite(rewriter, 0));
    }

    [Fact]
    public void A_lost_packet_stays_a_gap_that_it_fills_when_it_comes()
    {
        var rewriter = new SequenceRewriter(100);
        Assert.Equal((ushort)100, Rewrite(rewriter, 10));
        Assert.Equal((ushort)102, Rewrite(rewriter, 12));
        Assert.Equal((ushort)101, Rewrite(rewriter, 11));
    }

    [Fact]
    public void A_dropped_packet_leaves_no_gap_and_is_refused_afterwards()
    {
        var rewriter = new SequenceRewriter(100);
        Assert.Equal((ushort)100, Rewrite(rewriter, 10));
        rewriter.Drop(11);
        Assert.Equal((ushort)101, Rewrite(rewriter, 12));
        Assert.Null(Rewrite(rewriter, 11));
    }

    [Fact]
    public void Late_packets_around_drops_get_the_numbers_between_their_neighbours()
    {
        var rewriter = new SequenceRewriter(0);
        Assert.Equal((ushort)0, Rewrite(rewriter, 10));
        rewriter.Drop(12);
        rewriter.Drop(14);
        Assert.Equal((ushort)3, Rewrite(rewriter, 15));
        Assert.Equal((ushort)2, Rewrite(rewriter, 13));
        Assert.Equal((ushort)1, Rewrite(rewriter, 11));
        Assert.Equal((ushort)4, Rewrite(rewriter, 16));
    }

    [Fact]
    public void A_drop_that_comes_too_late_keeps_the_numbers_that_are_out()
    {
        var rewriter = new SequenceRewriter(0);
        Assert.Equal((ushort)0, Rewrite(rewriter, 10));
        Assert.Equal((ushort)2, Rewrite(rewriter, 12));
        rewriter.Drop(11);
        Assert.Equal((ushort)3, Rewrite(rewriter, 13));
    }

    [Fact]
    public void After_a_sync_numbers_go_on_and_older_packets_are_refused()
    {
        var rewriter = new SequenceRewriter(500);
        Assert.Equal((ushort)500, Rewrite(rewriter, 10));
        Assert.Equal((ushort)502, Rewrite(rewriter, 12));
        rewriter.Sync(40_000);
        Assert.Null(Rewrite(rewriter, 39_999));
        Assert.Equal((ushort)504, Rewrite(rewriter, 40_001));
        Assert.Equal((ushort)503, Rewrite(rewriter, 40_000));
        Assert.Equal((ushort)504, rewriter.LastOutput);
        Assert.Null(Rewrite(rewriter, 11 + 32_000));
    }

    [Fact]
    public void A_sync_goes_on_from_the_highest_number_sent_even_if_it_was_a_late_packet()
    {
        var rewriter = new SequenceRewriter(0);
        rewriter.Sync(10);
        rewriter.Drop(12);
        Assert.Equal((ushort)1, Rewrite(rewriter, 11));
        Assert.Equal((ushort)0, Rewrite(rewriter, 10));
        rewriter.Sync(100);
        Assert.Equal((ushort)2, Rewrite(rewriter, 100));
    }

    [Fact]
    public void A_packet_later_than_the_window_is_refused()
    {
        var rewriter = new SequenceRewriter(0);
        Assert.Equal((ushort)0, Rewrite(rewriter, 0));
        Assert.Equal((ushort)SequenceRewriter.Window, Rewrite(rewriter, SequenceRewriter.Window));
        Assert.Null(Rewrite(rewriter, 0));
        Assert.Equal((ushort)1, Rewrite(rewriter, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_agrees_with_a_model_under_loss_reordering_drops_and_syncs(int seed)
    {
        var random = new SeededRandom(seed);
        var firstOutput = random.Next(65536);
        var rewriter = new SequenceRewriter((ushort)firstOutput);

        // The model: unwrapped numbers, the drops since the sync in a plain list, and every output that was given.
        long highest = random.Next(65536);
        var syncStart = highest + 1;
        var outputAtSync = (long)firstOutput;
        var highestOutput = outputAtSync - 1;
        var drops = new List<long>();
        var missing = new List<long>();
        var given = new HashSet<long>();
        rewriter.Sync((ushort)syncStart);
        for (var round = 0; round < 30_000; round++)
        {
            switch (random.Next(40))
            {
                case 0 when random.Next(100) == 0:
                    highest = syncStart = random.Next(200_000);
                    highest--;
                    outputAtSync = highestOutput + 1;
                    drops.Clear();
                    missing.Clear();
                    rewriter.Sync((ushort)syncStart);
                    continue;
                case < 6:
                    // Loss, for now.
                    missing.Add(++highest);
                    PassSilently(rewriter, random, missing, highest, drops, ref highestOutput, syncStart, outputAtSync, given);
                    continue;
                case < 14:
                    rewriter.Drop((ushort)++highest);
                    drops.Add(highest);
                    continue;
                default:
                    Check(rewriter, ++highest, highest, drops, ref highestOutput, syncStart, outputAtSync, given);
                    continue;
            }
        }

        Assert.True(given.Count > 15_000);
    }

    /// <summary>A packet newer than the lost one goes through, then perhaps one of those lost comes after all.</summary>
    private static void PassSilently(
        SequenceRewriter rewriter,
        SeededRandom random,
        List<long> missing,
        long highest,
        List<long> drops,
        ref long highestOutput,
        long syncStart,
        long outputAtSync,
        HashSet<long> given)
    {
        if (random.Next(2) == 0)
        {
            return;
        }

        var late = missing[random.Next(missing.Count)];
        missing.Remove(late);
        Check(rewriter, late, Math.Max(highest - 1, late), drops, ref highestOutput, syncStart, outputAtSync, given);
    }

    private static void Check(
        SequenceRewriter rewriter,
        long input,
        long highest,
        List<long> drops,
        ref long highestOutput,
        long syncStart,
        long outputAtSync,
        HashSet<long> given)
    {
        var accepted = rewriter.TryRewrite((ushort)input, out var output);
        if (input <= highest - SequenceRewriter.Window)
        {
            // The window's edge depends on whether the newest number reached the rewriter yet.
            Assert.True(!accepted || input > highest - SequenceRewriter.Window - 40);
            if (!accepted)
            {
                return;
            }
        }

        Assert.True(accepted);
        var expected = outputAtSync + (input - syncStart) - drops.Count(d => d < input);
        Assert.Equal((ushort)expected, output);
        Assert.True(given.Add(expected), "A number was given twice.");
        highestOutput = Math.Max(highestOutput, expected);
        Assert.Equal((ushort)highestOutput, rewriter.LastOutput);
    }

    [Fact]
    public void Without_loss_the_output_has_no_gap_whatever_is_dropped()
    {
        var random = new SeededRandom(9);
        var rewriter = new SequenceRewriter(65_000);
        ushort expected = 65_000;
        for (var input = 0; input < 100_000; input++)
        {
            if (random.Next(3) == 0)
            {
                rewriter.Drop((ushort)input);
            }
            else
            {
                Assert.Equal(expected++, Rewrite(rewriter, input & 0xFFFF));
            }

            if (random.Next(1000) == 0)
            {
                input += random.Next(20_000);
                rewriter.Sync((ushort)(input + 1));
            }
        }
    }

    [Fact]
    public void What_was_numbered_and_never_sent_gives_its_numbers_back()
    {
        var rewriter = new SequenceRewriter(65_534);
        for (ushort i = 100; i < 105; i++)
        {
            Assert.True(rewriter.TryRewrite(i, out _));
        }

        Assert.Equal(2, rewriter.LastOutput);
        rewriter.Rewind(0);
        rewriter.Sync(7000);
        Assert.True(rewriter.TryRewrite(7000, out var next));
        Assert.Equal(1, next);
        rewriter.Rewind(1);
        rewriter.Sync(9);
        Assert.True(rewriter.TryRewrite(9, out next));
        Assert.Equal(2, next);
    }

    [Fact]
    public void Rewriting_allocates_nothing()
    {
        var rewriter = new SequenceRewriter(0);
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            rewriter.TryRewrite((ushort)(3 * round), out _);
            rewriter.Drop((ushort)((3 * round) + 2));
            rewriter.TryRewrite((ushort)((3 * round) + 1), out _);
            if (Serial.Distance((ushort)round, 0) % 500 == 0)
            {
                rewriter.Sync((ushort)(3 * round));
            }
        }));
    }
}

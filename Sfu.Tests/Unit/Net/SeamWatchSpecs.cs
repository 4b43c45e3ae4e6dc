using Sfu.Media.Control;
using Sfu.Media.Net;
using Sfu.Media.Remote;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Net;

/// <summary>Node and media process notice that the other stands still, and never that they did themselves. Virtual time, but for the last.</summary>
public sealed class SeamWatchSpecs
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public void Who_answers_is_never_given_up_and_is_asked_once_a_second()
    {
        var both = new TwoProcesses(_patience);

        both.Run(TimeSpan.FromHours(1));

        Assert.Empty(both.NodeSays);
        Assert.Empty(both.MediaSays);
        Assert.Equal(3599, both.Pings);
    }

    [Fact]
    public void Media_process_that_does_not_answer_is_given_up_once_after_the_patience()
    {
        var both = new TwoProcesses(_patience);
        both.Run(TimeSpan.FromMinutes(1));

        both.MediaRuns = false;
        both.Run(_patience - TimeSpan.FromSeconds(1));
        Assert.Empty(both.NodeSays);
        both.Run(TimeSpan.FromSeconds(3));
        Assert.Equal("The media process has not answered for 10 s", Assert.Single(both.NodeSays));

        both.Run(TimeSpan.FromMinutes(1));
        Assert.Single(both.NodeSays);
        Assert.Empty(both.MediaSays);
    }

    [Fact]
    public void Media_thread_that_hangs_is_named_while_the_others_turn()
    {
        var both = new TwoProcesses(_patience) { Hanging = 1 };

        both.Run(_patience - TimeSpan.FromSeconds(1));
        Assert.Empty(both.NodeSays);
        both.Run(TimeSpan.FromSeconds(4));

        Assert.Equal("Thread sfu-media-1 of the media process has stood still for 10 s", Assert.Single(both.NodeSays));
    }

    [Fact]
    public void Media_thread_that_goes_on_in_time_is_forgiven()
    {
        var both = new TwoProcesses(_patience);
        for (var i = 0; i < 10; i++)
        {
            both.Hanging = 0;
            both.Run(_patience - TimeSpan.FromSeconds(1));
            both.Hanging = null;
            both.Run(TimeSpan.FromSeconds(3));
        }

        Assert.Empty(both.NodeSays);
    }

    [Fact]
    public void Node_that_does_not_ask_is_given_up_once_after_the_patience()
    {
        var both = new TwoProcesses(_patience);
        both.Run(TimeSpan.FromMinutes(1));

        both.NodeRuns = false;
        both.Run(_patience - TimeSpan.FromSeconds(1));
        Assert.Empty(both.MediaSays);
        both.Run(TimeSpan.FromSeconds(3));

        Assert.Equal("The node has not been heard of for 10 s", Assert.Single(both.MediaSays));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(-5)]
    public void Machine_that_slept_an_hour_blames_nobody_whoever_wakes_first(int mediaLaterBySeconds)
    {
        var both = new TwoProcesses(_patience);
        for (var night = 0; night < 20; night++)
        {
            both.Run(TimeSpan.FromMilliseconds(1700));
            (both.NodeRuns, both.MediaRuns) = (false, false);
            both.Run(TimeSpan.FromHours(1));
            (both.NodeRuns, both.MediaRuns) = (mediaLaterBySeconds >= 0, mediaLaterBySeconds <= 0);
            both.Run(TimeSpan.FromSeconds(Math.Abs(mediaLaterBySeconds)));
            (both.NodeRuns, both.MediaRuns) = (true, true);
        }

        Assert.Empty(both.NodeSays);
        Assert.Empty(both.MediaSays);
    }

    /// <summary>The node asked until shortly before its stop, and the media process was stopped first: both have something to hear.</summary>
    [Fact]
    public void Stops_one_after_the_other_that_are_each_shorter_than_the_patience_blame_nobody()
    {
        var both = new TwoProcesses(_patience);
        for (var i = 0; i < 100; i++)
        {
            (both.NodeRuns, both.MediaRuns) = (true, i % 2 == 0);
            both.Run(TimeSpan.FromSeconds(8));
            (both.NodeRuns, both.MediaRuns) = (i % 3 == 0, true);
            both.Run(TimeSpan.FromSeconds(8));
            (both.NodeRuns, both.MediaRuns) = (true, true);
            both.Run(TimeSpan.FromMilliseconds(1500));
        }

        Assert.Empty(both.NodeSays);
        Assert.Empty(both.MediaSays);
    }

    /// <summary>A queue of commands that takes longer to work off than the patience: the answers are late, but they come.</summary>
    [Fact]
    public void Late_answer_is_one()
    {
        var both = new TwoProcesses(_patience);
        both.Run(TimeSpan.FromMinutes(1));

        for (both.MediaLatencyMs = 1000; both.MediaLatencyMs < 30_000; both.MediaLatencyMs += 500)
        {
            both.Run(TimeSpan.FromSeconds(1));
        }

        both.Run(TimeSpan.FromMinutes(10));

        Assert.Empty(both.NodeSays);
        Assert.Empty(both.MediaSays);
    }

    [Theory]
    [InlineData(1, 100, 10)]
    [InlineData(2, 200, 10)]
    [InlineData(10, 1000, 10)]
    [InlineData(60, 1000, 60)]
    public void Patience_is_ten_beats_or_more_and_a_beat_a_second_or_less(int seconds, int beatMs, int beats)
    {
        var patience = new SeamPatience(TimeSpan.FromSeconds(seconds));

        Assert.Equal(TimeSpan.FromMilliseconds(beatMs), patience.Beat);
        Assert.Equal(beats, patience.Beats);
    }

    [Fact]
    public void Thread_of_a_media_plane_that_hangs_in_a_command_is_found_and_the_idle_ones_are_not()
    {
        using var gate = new ManualResetEventSlim();
        using var plane = MediaPlane.Start(new MediaPlaneOptions { Threads = 2 });
        var others = plane.Pulses.Where(static pulse => pulse.Name != "sfu-media-0").ToArray();
        Assert.Equal(["sfu-media-1", "sfu-dtls"], others.Select(static pulse => pulse.Name));
        var watch = new ThreadWatch(plane.Pulses, patience: 10);
        try
        {
            plane.Enter(_ => gate.Wait());
            string? standing = null;
            for (var beat = 0; beat < 30 && standing is null; beat++)
            {
                var rounds = others.Select(static pulse => pulse.Rounds).ToArray();
                standing = watch.Beat();

                // The next beat is late enough for those that were woken.
                foreach (var (other, before) in others.Zip(rounds))
                {
                    other.Wake();
                    Assert.True(SpinWait.SpinUntil(() => other.Rounds != before, _deadline), other.Name);
                }
            }

            Assert.Equal("sfu-media-0", standing);
        }
        finally
        {
            gate.Set();
        }
    }

    /// <summary>Ten thousand commands wait, and the thread is looked at between any two of them.</summary>
    [Fact]
    public void Thread_that_has_much_to_do_turns_all_the_while()
    {
        using var plane = MediaPlane.Start(new MediaPlaneOptions { Threads = 1 });
        var front = plane.Pulses.First();
        var rounds = new List<long>();
        using var done = new ManualResetEventSlim();
        for (var i = 0; i < 10_000; i++)
        {
            plane.Enter(_ =>
            {
                Thread.SpinWait(2000);
                rounds.Add(front.Rounds);
            });
        }

        plane.Enter(_ => done.Set());
        Assert.True(done.Wait(_deadline));

        // Its turns end though commands wait.
        Assert.Equal(10_000, rounds.Count);
        Assert.True(rounds.Distinct().Count() > 20, $"{rounds.Distinct().Count()} turns");
    }
}

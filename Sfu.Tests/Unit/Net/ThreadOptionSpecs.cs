using Sfu.Media.Control;
using Sfu.Media.Net;
using Sfu.Tests.EndToEnd;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Net;

/// <summary>What the options of media threads do, as the system sees it.</summary>
[Collection(nameof(ThreadCollection))]
public sealed class ThreadOptionSpecs
{
    private const string Prefix = "sfu-media-";

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    /// <summary>Of a thread that looks for work all the time: long enough for others to show that they do not.</summary>
    private static readonly TimeSpan s_watched = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task Threads_have_names_by_which_the_system_shows_them()
    {
        var dtls = SystemThread.Named("sfu-dtls");
        var (plane, threads) = await StartAsync(new MediaPlaneOptions { Threads = 3 });
        using (plane)
        {
            Assert.Equal(["sfu-media-0", "sfu-media-1", "sfu-media-2"], threads.Select(static thread => thread.Name));
            await Eventually.True(() => Task.FromResult(SystemThread.Named("sfu-dtls").Except(dtls).Any()), "the DTLS thread has its name");
        }
    }

    [Fact]
    public async Task Pinned_threads_keep_to_a_processor_each_one_after_the_other()
    {
        var all = SystemThread.AllProcessors;
        var (plane, threads) = await StartAsync(new MediaPlaneOptions { Threads = 3, PinThreads = true, Warn = static text => Assert.Fail(text) });
        using (plane)
        {
            Assert.Equal(Enumerable.Range(0, 3).Select(i => all[i % all.Count]), threads.Select(static thread => Assert.Single(thread.Processors)));
        }
    }

    [Fact]
    public async Task Other_threads_may_run_anywhere()
    {
        var all = SystemThread.AllProcessors;
        var (plane, threads) = await StartAsync(new MediaPlaneOptions { Threads = 2 });
        using (plane)
        {
            Assert.All(threads, thread => Assert.Equal(all, thread.Processors));
        }
    }

    [Fact]
    public async Task Thread_that_polls_does_not_sleep_and_one_that_does_not_sleeps_on()
    {
        var (busy, busyThreads) = await StartAsync(new MediaPlaneOptions { Threads = 1, BusyPollUs = (long)s_deadline.TotalMicroseconds });
        var (idle, idleThreads) = await StartAsync(new MediaPlaneOptions { Threads = 1 });
        using (busy)
        using (idle)
        {
            var (looking, sleeping) = (busyThreads[0], idleThreads[0]);
            var before = (Looking: looking.Sleeps, Sleeping: sleeping.Sleeps, Cpu: looking.CpuTime, IdleCpu: sleeping.CpuTime);

            // The one's processor time is the clock for both: where it slept it would never get there.
            await Eventually.True(() => Task.FromResult(looking.CpuTime - before.Cpu >= s_watched), "a thread that polls works", s_deadline);

            // Collections stop it as they stop others; this test makes one or two.
            Assert.InRange(looking.Sleeps - before.Looking, 0, 5);
            Assert.InRange(sleeping.Sleeps - before.Sleeping, 0, 5);
            Assert.InRange(sleeping.CpuTime - before.IdleCpu, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        }
    }

    [Fact]
    public async Task Thread_that_has_polled_for_long_enough_sleeps_and_wakes_for_what_comes()
    {
        var (plane, threads) = await StartAsync(new MediaPlaneOptions { Threads = 1, BusyPollUs = 20_000 });
        using (plane)
        {
            for (var i = 0; i < 3; i++)
            {
                var before = threads[0].Sleeps;
                await DumpAsync(plane);
                await Eventually.True(() => Task.FromResult(threads[0].Sleeps > before), "it sleeps", s_deadline);
            }
        }
    }

    /// <summary>Starts a media plane all of whose threads have come round once.</summary>
    private static async Task<(MediaPlane Plane, IReadOnlyList<SystemThread> Threads)> StartAsync(MediaPlaneOptions options)
    {
        var others = SystemThread.Named(Prefix).Select(static thread => thread.Id).ToHashSet();
        var plane = MediaPlane.Start(options);
        try
        {
            await DumpAsync(plane);
            return (plane, [.. SystemThread.Named(Prefix).Where(thread => !others.Contains(thread.Id)).OrderBy(static thread => thread.Name, StringComparer.Ordinal)]);
        }
        catch
        {
            plane.Dispose();
            throw;
        }
    }

    private static async Task DumpAsync(MediaPlane plane)
    {
        var events = new AwaitableEvents();
        plane.Dump(1, events);
        await events.Dumped.Task.WaitAsync(s_deadline);
    }
}

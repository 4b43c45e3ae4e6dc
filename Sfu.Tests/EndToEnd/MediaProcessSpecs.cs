using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>The media plane is a process of its own, and each of the two ends with the other, or when the other stands still; or, where that is wanted, it is a part of the node.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class MediaProcessSpecs(Browser browser)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [BrowserFact]
    public async Task Two_people_meet_and_the_end_of_the_media_process_ends_the_node()
    {
        await using var host = await SfuHostProcess.StartAsync();
        using var media = MediaProcessOf(host);
        await MeetAsync(
            host,
            async () =>
            {
                var runtime = JsonElement.Parse(await host.GetAsync("/debug/runtime"));
                Assert.True(runtime.GetProperty("mediaProcess").GetProperty("allocatedBytes").GetInt64() > 0);
            });

        media.Kill();

        Assert.Equal(1, await host.ExitedAsync(s_patience));
        Assert.Contains("The media process has ended", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", host.Errors, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Two_people_meet_through_a_node_that_is_one_process()
    {
        await using var host = await SfuHostProcess.StartAsync("--config", SfuHostProcess.Configuration("sfu.media.own-process = off\nsfu.host.compile-ahead = off"));
        await MeetAsync(
            host,
            async () =>
            {
                var runtime = JsonElement.Parse(await host.GetAsync("/debug/runtime"));
                Assert.False(runtime.TryGetProperty("mediaProcess", out _));
                Assert.Empty(host.Children());
            });

        host.Interrupt();

        Assert.Equal(0, await host.ExitedAsync(s_patience));
    }

    [Fact]
    public async Task A_node_that_is_killed_leaves_no_media_process()
    {
        await using var host = await SfuHostProcess.StartAsync();
        using var media = MediaProcessOf(host);

        host.Kill();

        await MustEndAsync(media);
    }

    [Fact]
    public async Task What_interrupts_both_ends_the_node_in_order()
    {
        await using var host = await SfuHostProcess.StartAsync();
        using var media = MediaProcessOf(host);

        // As Ctrl+C at a terminal, or who ends a service with all its processes: the media process is not to go first.
        await SignalAsync("-TERM", media.Id);
        host.Interrupt();

        Assert.Equal(0, await host.ExitedAsync(s_patience));
        Assert.DoesNotContain("The media process has ended", host.Output, StringComparison.Ordinal);
        await MustEndAsync(media);
    }

    [Fact]
    public async Task A_media_process_that_stands_still_is_killed_and_the_node_ends()
    {
        await using var host = await StartImpatientAsync();
        using var media = MediaProcessOf(host);

        await SignalAsync("-STOP", media.Id);

        Assert.Equal(1, await host.ExitedAsync(s_patience));
        Assert.Contains("media: The media process has not answered for 2 s: the media process is killed", host.Output, StringComparison.Ordinal);
        Assert.Contains("The media process has ended", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", host.Errors, StringComparison.Ordinal);
        await MustEndAsync(media);
    }

    [Fact]
    public async Task A_node_that_stands_still_is_left_by_its_media_process_and_ends_when_it_goes_on()
    {
        await using var host = await StartImpatientAsync();
        var media = Assert.Single(host.Children());

        await SignalAsync("-STOP", host.Id);

        // Its parent, which stands still, does not take note of its end.
        await Eventually.True(() => Task.FromResult(HasEnded(media)), "the media process ends", s_patience);
        Assert.Contains("media: The node has not been heard of for 2 s: the media process ends", host.Errors, StringComparison.Ordinal);
        await SignalAsync("-CONT", host.Id);
        Assert.Equal(1, await host.ExitedAsync(s_patience));
        Assert.Contains("The media process has ended", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("is killed", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_none_stops_the_start_with_one_line()
    {
        await using var host = SfuHostProcess.StartDoomed(
            "--http", "127.0.0.1:0", "--rtc-ip", "127.0.0.1", "--rtc-port", "0",
            "--config", SfuHostProcess.Configuration("sfu.media { dtls-certificate-file = \"/etc/hostname\", dtls-private-key-file = \"/etc/hostname\" }"));

        Assert.Equal(1, await host.ExitedAsync(s_patience));
        Assert.StartsWith("sfu: The DTLS certificate (sfu.media) cannot be used:", host.Errors, StringComparison.Ordinal);
    }

    private async Task MeetAsync(SfuHostProcess host, Func<Task> meanwhile)
    {
        await using (var ada = await MeetingPage.JoinAsync(browser, host, "apart", "Ada", MeetingPage.SmallPicture))
        await using (var bob = await MeetingPage.JoinAsync(browser, host, "apart", "Bob", MeetingPage.SmallPicture))
        {
            foreach (var page in new[] { ada, bob })
            {
                await Eventually.Get(page.ReceptionAsync, seen => seen is { FramesDecoded: > 50, AudioEnergy: > 0 }, "picture and sound arrive", s_patience);
            }

            await meanwhile();
        }

        await host.IsIdleAsync("apart");
    }

    private static Task<SfuHostProcess> StartImpatientAsync() =>
        SfuHostProcess.StartAsync("--config", SfuHostProcess.Configuration("sfu.media.own-process-patience = 2 s\nsfu.host.compile-ahead = off"));

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [signal, process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Gone, or without anything but its exit code (state Z; proc(5)).</summary>
    private static bool HasEnded(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Any(static line => line.StartsWith("State:\tZ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static Process MediaProcessOf(SfuHostProcess host) => Process.GetProcessById(host.MediaProcessId);

    private static async Task MustEndAsync(Process process)
    {
        // Whose parent is gone is nobody's child here: its exit code is not to be had.
        await Eventually.True(() => Task.FromResult(process.HasExited), "the media process ends", s_patience);
    }
}

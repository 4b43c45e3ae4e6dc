using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>The media plane is a process of its own, which ends with the node as the node with it; or, where that is wanted, a part of the node.</summary>
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
        await using var host = await SfuHostProcess.StartAsync("--config", Configuration("one-process", "sfu.media.own-process = off"));
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
        using (var signal = Process.Start("kill", ["-TERM", media.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await signal.WaitForExitAsync();
        }

        host.Interrupt();

        Assert.Equal(0, await host.ExitedAsync(s_patience));
        Assert.DoesNotContain("The media process has ended", host.Output, StringComparison.Ordinal);
        await MustEndAsync(media);
    }

    [Fact]
    public async Task A_certificate_that_is_none_stops_the_start_with_one_line()
    {
        await using var host = SfuHostProcess.StartDoomed(
            "--http", "127.0.0.1:0", "--rtc-ip", "127.0.0.1", "--rtc-port", "0", "--config", Configuration("bad-certificate", "sfu.media { dtls-certificate-file = \"/etc/hostname\", dtls-private-key-file = \"/etc/hostname\" }"));

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

    private static string Configuration(string name, string more)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{name}.conf");
        File.WriteAllText(file, $"sfu.router.empty-linger = 500 ms\nsfu.host.compile-ahead = off\n{more}\n");
        return file;
    }

    private static Process MediaProcessOf(SfuHostProcess host) => Process.GetProcessById(host.MediaProcessId);

    private static async Task MustEndAsync(Process process)
    {
        // Whose parent is gone is nobody's child here: its exit code is not to be had.
        await Eventually.True(() => Task.FromResult(process.HasExited), "the media process ends", s_patience);
    }
}

using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Sfu.Tests.EndToEnd;

/// <summary>People meet over several nodes, which come, go and die under them.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ClusterSpecs(Browser browser, ITestOutputHelper output)
{
    private const string SmallPicture = "codec=VP8&size=480x270&simulcast=0";

    /// <summary>Every transport goes to the node that carries least.</summary>
    private const string Apart = "sfu.cluster { full-at-percent = 0\nleave-margin-percent = 0 }";

    private const long LongestGapMs = 1_000;

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    [BrowserFact]
    public async Task Media_crosses_between_nodes()
    {
        await using var cluster = await ClusterProcesses.StartAsync(2, Apart);

        // Until the Router's node has heard what the other one carries, it knows of one place only.
        var apart = false;
        for (var attempt = 0; attempt < 5 && !apart; attempt++)
        {
            apart = await MeetAsync(cluster, $"apart-{attempt}");
        }

        Assert.True(apart, "The transports were never on both nodes.");
    }

    /// <returns>Whether the two were on different nodes.</returns>
    private async Task<bool> MeetAsync(ClusterProcesses cluster, string room)
    {
        bool apart;
        await using (var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Ada", SmallPicture))
        await using (var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Bob", SmallPicture))
        {
            foreach (var page in new[] { ada, bob })
            {
                await Eventually.Get(
                    page.ReceptionAsync, seen => seen is { FramesDecoded: > 20, AudioEnergy: > 0 }, "picture and sound arrive", TimeSpan.FromSeconds(30));
            }

            apart = (await cluster.LoadsAsync()).All(load => load.Transports != 0);
            Assert.InRange(await cluster.PipeEndsAsync(), apart ? 2 : 0, apart ? 4 : 0);
            if (apart)
            {
                await PipesAreSeenAsync(cluster);
            }
        }

        await cluster.AreIdleAsync(room);
        return apart;
    }

    /// <summary>The room's pipes with their Producers, and the load of the nodes: in the gateway's dump, and on its page.</summary>
    private async Task PipesAreSeenAsync(ClusterProcesses cluster)
    {
        var members = await Eventually.Get(
            async () => JsonElement.Parse(await cluster.Gateway.GetAsync("/debug/cluster")).GetProperty("members").EnumerateArray().ToArray(),
            members => members.Count(member => member.GetProperty("load") is { ValueKind: JsonValueKind.Object } load
                && load.GetProperty("transports").GetInt32() > 0 && load.GetProperty("packetsPerSecond").GetInt32() > 0) == 2,
            "the loads of both carriers are known to the gateway",
            TimeSpan.FromSeconds(30));
        var pipes = members
            .Where(member => member.GetProperty("load").ValueKind == JsonValueKind.Object)
            .SelectMany(member => member.GetProperty("summary").GetProperty("branches").EnumerateArray())
            .SelectMany(branch => branch.GetProperty("pipes").EnumerateArray())
            .ToArray();
        Assert.NotEmpty(pipes);
        Assert.All(pipes, pipe =>
        {
            var crossing = pipe.GetProperty("crossing").EnumerateArray().ToArray();
            Assert.Equal(pipe.GetProperty("producers").GetInt32(), crossing.Length);
            Assert.All(crossing, producer => Assert.False(string.IsNullOrEmpty(producer.GetProperty("peerId").GetString())));
        });

        var shown = pipes[0].GetProperty("crossing")[0];
        var watcher = await browser.NewPageAsync();
        await watcher.GotoAsync(new Uri(cluster.Gateway.Address, "/cluster").ToString());
        await Assertions.Expect(watcher.Locator("#nodes tbody tr").Filter(new() { HasText = " % of " })).ToHaveCountAsync(2);
        await Assertions.Expect(watcher.Locator("#pipes")).ToContainTextAsync(
            $"{shown.GetProperty("producerId").GetString()} ({shown.GetProperty("peerId").GetString()})");
        await watcher.Context.CloseAsync();
    }

    [BrowserFact]
    public async Task Killed_node_is_replaced_and_pictures_go_on()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3);
        await using var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, "killed", "Ada", SmallPicture, PictureRecorder.Script);
        await using var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, "killed", "Bob", SmallPicture, PictureRecorder.Script);
        MeetingPage[] pages = [ada, bob];
        foreach (var page in pages)
        {
            await Eventually.Get(page.ReceptionAsync, seen => seen.FramesDecoded > 20, "pictures arrive", TimeSpan.FromSeconds(30));
        }

        var victim = (await cluster.LoadsAsync()).MaxBy(load => load.Transports).Node;
        var killed = Now;
        victim.Kill();

        try
        {
            foreach (var page in pages)
            {
                await Eventually.Get(
                    () => PictureRecorder.ShownAsync(page), shown => shown.Count(at => at > killed + 1000) > 20, "pictures go on", TimeSpan.FromSeconds(60));
                var gap = await PictureRecorder.LongestGapAsync(page, killed);
                output.WriteLine($"no picture for {gap.Ms} ms, from {gap.FromMs - killed} ms after the kill");
            }
        }
        finally
        {
            output.WriteLine($"killed at {DateTimeOffset.FromUnixTimeMilliseconds(killed):HH:mm:ss.fff}");
            foreach (var page in pages)
            {
                output.WriteLine(string.Join('\n', await page.Page.EvaluateAsync<string[]>("() => window.__sfu.history")));
            }

            output.WriteLine(cluster.Gateway.Output);
            foreach (var node in cluster.Carriers.Where(node => node != victim))
            {
                output.WriteLine(node.Output);
            }
        }
    }

    [BrowserFact]
    public async Task Node_that_is_emptied_hands_over_without_a_freeze()
    {
        // A machine that is busy with something else freezes pictures too.
        var gap = long.MaxValue;
        for (var attempt = 0; attempt < 3 && gap > LongestGapMs; attempt++)
        {
            gap = await HandOverAsync($"emptied-{attempt}");
        }

        Assert.InRange(gap, 0, LongestGapMs);
    }

    /// <returns>The longest time without a picture, in milliseconds.</returns>
    private async Task<long> HandOverAsync(string room)
    {
        var longest = 0L;
        await using var cluster = await ClusterProcesses.StartAsync(2);
        await using (var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Ada", SmallPicture, PictureRecorder.Script))
        await using (var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Bob", SmallPicture, PictureRecorder.Script))
        {
            MeetingPage[] pages = [ada, bob];
            foreach (var page in pages)
            {
                await Eventually.Get(page.ReceptionAsync, seen => seen.FramesDecoded > 20, "pictures arrive", TimeSpan.FromSeconds(30));
            }

            var emptied = (await cluster.LoadsAsync()).MaxBy(load => load.Transports).Node;
            var asked = Now;
            Assert.Equal(HttpStatusCode.Accepted, await emptied.PostAsync("/debug/drain"));
            Assert.Equal(0, await emptied.ExitedAsync(TimeSpan.FromSeconds(40)));
            output.WriteLine($"the node had left after {Now - asked} ms");
            foreach (var page in pages)
            {
                await Eventually.Get(
                    () => PictureRecorder.ShownAsync(page), shown => shown.Count(at => at > asked + 5000) > 20, "pictures go on", TimeSpan.FromSeconds(30));
                var gap = await PictureRecorder.LongestGapAsync(page, asked);
                output.WriteLine($"no picture for {gap.Ms} ms, from {gap.FromMs - asked} ms after the request");
                longest = Math.Max(longest, gap.Ms);
            }
        }

        await cluster.AreIdleAsync(room);
        return longest;
    }
}

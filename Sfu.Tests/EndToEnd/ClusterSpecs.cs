using System.Text.Json;
using Microsoft.Playwright;

namespace Sfu.Tests.EndToEnd;

/// <summary>People meet over several nodes.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ClusterSpecs(Browser browser)
{
    /// <summary>Every transport goes to the node that carries least.</summary>
    private const string Apart = "sfu.cluster { full-at-percent = 0\nleave-margin-percent = 0 }";

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

    /// <summary>Only the layers that Bob wants cross; those that do not he can have all the same.</summary>
    [BrowserTheory]
    [InlineData("VP9")]
    [InlineData("AV1")]
    public async Task Layers_of_one_stream_are_chosen_on_another_node(string codec)
    {
        await using var cluster = await ClusterProcesses.StartAsync(2, Apart);
        var apart = false;
        for (var attempt = 0; attempt < 5 && !apart; attempt++)
        {
            apart = await WalkLayersAsync(cluster, codec, $"layers-{attempt}");
        }

        Assert.True(apart, "The transports were never on both nodes.");
    }

    /// <returns>Whether the two were on different nodes.</returns>
    private async Task<bool> WalkLayersAsync(ClusterProcesses cluster, string codec, string room)
    {
        bool apart;
        await using (var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Ada", $"codec={codec}&audio=0&size=640x360"))
        await using (var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Bob", "audio=0&video=0"))
        {
            await ShowsAsync(bob, 640);
            apart = (await cluster.LoadsAsync()).All(load => load.Transports != 0);

            // Of so small a picture Chromium makes two layers.
            foreach (var layer in apart ? [0, 1, 0, 1] : Array.Empty<int>())
            {
                await bob.Page.EvaluateAsync("([spatial, temporal]) => window.__sfu.setPreferredLayers(spatial, temporal)", new[] { layer, 2 });
                await ShowsAsync(bob, 640 >> (1 - layer));
            }
        }

        await cluster.AreIdleAsync(room);
        return apart;
    }

    private static async Task ShowsAsync(MeetingPage page, int width)
    {
        var first = await Eventually.Get(
            () => ReceivedVideo.OfAsync(page), seen => seen.Width == width, $"the picture is {width} wide", TimeSpan.FromSeconds(45));

        // Longer than what is wanted no more goes on crossing.
        await Eventually.Get(
            () => ReceivedVideo.OfAsync(page), seen => seen.Width == width && seen.FramesDecoded > first.FramesDecoded + 25, "pictures go on", TimeSpan.FromSeconds(45));
    }

    /// <returns>Whether the two were on different nodes.</returns>
    private async Task<bool> MeetAsync(ClusterProcesses cluster, string room)
    {
        bool apart;
        await using (var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Ada", MeetingPage.SmallPicture))
        await using (var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Bob", MeetingPage.SmallPicture))
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
}

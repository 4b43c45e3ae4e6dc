using System.Net;
using System.Text.Json;
using Microsoft.Playwright;

namespace Sfu.Tests.EndToEnd;

/// <summary>People meet over several nodes.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ClusterSpecs(Browser browser)
{
    [BrowserFact]
    public async Task Media_crosses_between_nodes()
    {
        await using var cluster = await ClusterProcesses.StartAsync(2);
        const string Room = "apart";
        await using (var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, Room, "Ada", MeetingPage.SmallPicture))
        {
            var full = await cluster.KeepOthersAwayAsync();
            await using var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, Room, "Bob", MeetingPage.SmallPicture);
            foreach (var page in new[] { ada, bob })
            {
                await Eventually.Get(
                    page.ReceptionAsync, seen => seen is { FramesDecoded: > 20, AudioEnergy: > 0 }, "picture and sound arrive", TimeSpan.FromSeconds(30));
            }

            await AreApartAsync(cluster, full);
            Assert.InRange(await cluster.PipeEndsAsync(), 2, 4);
            await PipesAreSeenAsync(cluster);
        }

        await cluster.AreIdleAsync(Room);
    }

    /// <summary>Only the layers that Bob wants cross; those that do not he can have all the same.</summary>
    [BrowserTheory]
    [InlineData("VP9")]
    [InlineData("AV1")]
    public async Task Layers_of_one_stream_are_chosen_on_another_node(string codec)
    {
        await using var cluster = await ClusterProcesses.StartAsync(2);
        const string Room = "layers";
        await using (var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, Room, "Ada", $"codec={codec}&audio=0&size=640x360"))
        {
            var full = await cluster.KeepOthersAwayAsync();
            await using var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, Room, "Bob", "audio=0&video=0");
            await ShowsAsync(bob, 640);
            await AreApartAsync(cluster, full);

            // Of so small a picture Chromium makes two layers.
            foreach (var layer in new[] { 0, 1, 0, 1 })
            {
                await bob.Page.EvaluateAsync("([spatial, temporal]) => window.__sfu.setPreferredLayers(spatial, temporal)", new[] { layer, 2 });
                await ShowsAsync(bob, 640 >> (1 - layer));
            }
        }

        await cluster.AreIdleAsync(Room);
    }

    /// <summary>Each of the two has its transports on a node of its own, and <paramref name="full"/> takes some again.</summary>
    private static async Task AreApartAsync(ClusterProcesses cluster, SfuHostProcess full)
    {
        Assert.All(await cluster.LoadsAsync(), load => Assert.NotEqual(0, load.Transports));
        Assert.Equal(HttpStatusCode.NoContent, await full.DeleteAsync("/debug/drain"));
    }

    private static async Task ShowsAsync(MeetingPage page, int width)
    {
        var first = await Eventually.Get(
            () => ReceivedVideo.OfAsync(page), seen => seen.Width == width, $"the picture is {width} wide", TimeSpan.FromSeconds(45));

        // Longer than what is wanted no more goes on crossing.
        await Eventually.Get(
            () => ReceivedVideo.OfAsync(page), seen => seen.Width == width && seen.FramesDecoded > first.FramesDecoded + 25, "pictures go on", TimeSpan.FromSeconds(45));
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

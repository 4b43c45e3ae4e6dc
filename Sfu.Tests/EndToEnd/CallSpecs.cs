using System.Diagnostics;
using Xunit.Abstractions;

namespace Sfu.Tests.EndToEnd;

/// <summary>People meet through one node: real browsers, the real page, the real program.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CallSpecs(Browser browser, ITestOutputHelper output)
{
    private const int Attempts = 4;

    /// <summary>Four encoders and decoders in software leave little of a small machine: one layer. Layers are for <see cref="LayerSpecs"/>.</summary>
    private const string SmallPicture = "size=480x270&simulcast=0";

    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(10);

    [BrowserTheory]
    [InlineData("VP8")]
    [InlineData("VP9")]
    [InlineData("H264")]
    [InlineData("AV1")]
    public async Task Two_people_see_and_hear_each_other(string codec)
    {
        var room = $"call-{codec}";
        await using var host = await SfuHostProcess.StartAsync();
        await using (var ada = await MeetingPage.JoinAsync(browser, host, room, "Ada", $"codec={codec}&{SmallPicture}"))
        await using (var bob = await MeetingPage.JoinAsync(browser, host, room, "Bob", $"codec={codec}&{SmallPicture}"))
        {
            foreach (var page in new[] { ada, bob })
            {
                await Explained(page, host, () => Eventually.Get(
                    page.ReceptionAsync, seen => seen is { FramesDecoded: > 0, AudioEnergy: > 0 }, "picture and sound arrive", TimeSpan.FromSeconds(30)));
            }

            // What is watched for is the passing of time itself. A machine that is busy with something else stalls the encoders, so that
            // a freeze is given another chance; one that comes from the node comes again.
            long freezes;
            var attempt = 0;
            do
            {
                var before = (Ada: await ada.ReceptionAsync(), Bob: await bob.ReceptionAsync());
                await Task.Delay(s_watched);
                var after = (Ada: await ada.ReceptionAsync(), Bob: await bob.ReceptionAsync());
                AssertFlows(before.Ada, after.Ada, codec);
                AssertFlows(before.Bob, after.Bob, codec);
                freezes = after.Ada.FreezeCount + after.Bob.FreezeCount - before.Ada.FreezeCount - before.Bob.FreezeCount;
                output.WriteLine($"{codec}: {before.Ada} → {after.Ada}, {before.Bob} → {after.Bob}");
            }
            while (freezes > 0 && ++attempt < Attempts);
            Assert.Equal(0, freezes);
        }

        await host.IsIdleAsync(room);
    }

    [BrowserFact]
    public async Task Two_people_meet_over_tcp_alone()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using (var ada = await MeetingPage.JoinAsync(browser, host, "tcp", "Ada", "forceTcp=1"))
        await using (var bob = await MeetingPage.JoinAsync(browser, host, "tcp", "Bob", "forceTcp=1"))
        {
            foreach (var page in new[] { ada, bob })
            {
                await Explained(page, host, () => Eventually.Get(
                    page.ReceptionAsync, seen => seen is { FramesDecoded: > 50, AudioEnergy: > 0 }, "picture and sound arrive", TimeSpan.FromSeconds(30)));
            }

            var protocols = await ada.Page.EvaluateAsync<string[]>(
                """
                async () => {
                    const found = [];
                    for (const transport of [window.__sfu.call.sendTransport, window.__sfu.call.recvTransport]) {
                        for (const entry of (await transport.getStats()).values()) {
                            if (entry.type === 'remote-candidate') { found.push(entry.protocol); }
                        }
                    }
                    return found;
                }
                """);
            Assert.NotEmpty(protocols);
            Assert.All(protocols, static protocol => Assert.Equal("tcp", protocol));
        }

        await host.IsIdleAsync("tcp");
    }

    [BrowserFact]
    public async Task When_one_leaves_the_tile_goes()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using (var ada = await MeetingPage.JoinAsync(browser, host, "leave", "Ada"))
        {
            await using (var bob = await MeetingPage.JoinAsync(browser, host, "leave", "Bob"))
            {
                await Eventually.Get(ada.RemoteTilesAsync, tiles => tiles == 1, "Ada sees Bob's tile");
                await bob.Page.ClickAsync("#leave");
                await Eventually.Get(ada.RemoteTilesAsync, tiles => tiles == 0, "Bob's tile goes", TimeSpan.FromSeconds(3));
            }

            await using (var eve = await MeetingPage.JoinAsync(browser, host, "leave", "Eve"))
            {
                await Eventually.Get(ada.RemoteTilesAsync, tiles => tiles == 1, "Ada sees Eve's tile");
            }

            await Eventually.Get(ada.RemoteTilesAsync, tiles => tiles == 0, "the tile of a closed window goes", TimeSpan.FromSeconds(3));
        }

        await host.IsIdleAsync("leave");
    }

    [BrowserFact]
    public async Task Muting_and_the_camera_switch_reach_the_other_side()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using var ada = await MeetingPage.JoinAsync(browser, host, "switches", "Ada");
        await using var bob = await MeetingPage.JoinAsync(browser, host, "switches", "Bob");
        var tile = ada.Page.Locator(".tile:not(.own)");
        await Eventually.Get(() => tile.And(ada.Page.Locator(".has-video")).CountAsync(), count => count == 1, "Ada sees Bob's picture");

        await bob.Page.ClickAsync("#mute");
        await Eventually.Get(() => tile.Locator(".who.muted").CountAsync(), count => count == 1, "Ada sees that Bob is muted");
        await bob.Page.ClickAsync("#mute");
        await Eventually.Get(() => tile.Locator(".who.muted").CountAsync(), count => count == 0, "Ada sees that Bob speaks again");

        await bob.Page.ClickAsync("#camera");
        await Eventually.Get(() => tile.And(ada.Page.Locator(".has-video")).CountAsync(), count => count == 0, "Bob's picture goes");
        await bob.Page.ClickAsync("#camera");
        await Explained(ada, host, () => Eventually.Get(
            ada.ReceptionAsync, seen => seen.FramesDecoded > 0, "Bob's picture comes back"));
        await LeaveNothingAsync(host, "switches", ada, bob);
    }

    [BrowserFact]
    public async Task Who_speaks_lights_up_and_scores_are_told()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using var ada = await MeetingPage.JoinAsync(browser, host, "voices", "Ada", "video=0");
        await using var bob = await MeetingPage.JoinAsync(browser, host, "voices", "Bob", "video=0&audio=0");

        // The fake microphone beeps.
        await Explained(bob, host, () => Eventually.True(
            () => bob.Page.EvaluateAsync<bool>("() => window.__sfu.peers.length === 1 && window.__sfu.speaking.includes(window.__sfu.peers[0].id)"),
            "Ada's tile lights up"));
        await Explained(ada, host, () => Eventually.True(
            () => ada.Page.EvaluateAsync<bool>("() => Object.values(window.__sfu.producerScores).some((s) => s[0].score > 0)"), "Ada hears how well she arrives"));
        await Explained(bob, host, () => Eventually.True(
            () => bob.Page.EvaluateAsync<bool>("() => window.__sfu.peers[0]?.consumers[0]?.score > 0"), "Bob hears how well he receives"));
        await ada.Page.ClickAsync("#mute");
        await Explained(bob, host, () => Eventually.True(
            () => bob.Page.EvaluateAsync<bool>("() => window.__sfu.speaking.length === 0"), "nobody's tile is lit when all are silent"));
        await LeaveNothingAsync(host, "voices", ada, bob);
    }

    [BrowserFact]
    public async Task A_lost_websocket_is_resumed_without_a_gap_in_the_media()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using var ada = await MeetingPage.JoinAsync(browser, host, "resume", "Ada");
        await using var bob = await MeetingPage.JoinAsync(browser, host, "resume", "Bob");
        await Explained(ada, host, () => Eventually.Get(ada.ReceptionAsync, seen => seen.FramesDecoded > 0, "Bob's picture arrives"));
        var transports = await ada.Page.EvaluateAsync<string>("() => window.__sfu.transports.map((t) => t.id).join()");

        // protoo-client has no way to lose its connection; its WebSocket has.
        await ada.Page.EvaluateAsync("() => window.__sfu.call.signaling._transport._ws.close(3999)");
        await Eventually.True(
            () => ada.Page.EvaluateAsync<bool>("() => window.__sfu.history.some((line) => line.includes(' reconnecting '))"),
            "the page notices",
            TimeSpan.FromSeconds(5));
        await Eventually.Get(ada.StateAsync, state => state == "joined", "the page is back", TimeSpan.FromSeconds(10));
        Assert.Equal(transports, await ada.Page.EvaluateAsync<string>("() => window.__sfu.transports.map((t) => t.id).join()"));
        Assert.Equal(1, await bob.RemoteTilesAsync());
        var before = await ada.ReceptionAsync();
        await Eventually.Get(ada.ReceptionAsync, seen => seen.FramesDecoded > before.FramesDecoded + 10, "frames go on");
        await LeaveNothingAsync(host, "resume", ada, bob);
    }

    [BrowserFact]
    public async Task Ending_the_node_closes_both_calls_at_once()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using var ada = await MeetingPage.JoinAsync(browser, host, "end", "Ada");
        await using var bob = await MeetingPage.JoinAsync(browser, host, "end", "Bob");
        foreach (var page in new[] { ada, bob })
        {
            await Explained(page, host, () => Eventually.Get(page.ReceptionAsync, seen => seen.FramesDecoded > 0, "picture arrives"));
        }

        var watch = Stopwatch.StartNew();
        host.Interrupt();
        foreach (var page in new[] { ada, bob })
        {
            await Eventually.Get(page.StateAsync, state => state != "joined", "the page sees the end", TimeSpan.FromSeconds(2));
            await Eventually.True(
                () => page.Page.EvaluateAsync<bool>("() => window.__sfu.history.some((line) => line.endsWith('DTLS closed by the server'))"),
                "DTLS was closed by the node, not by time-out",
                TimeSpan.FromSeconds(2));
        }

        output.WriteLine($"both closed {watch.ElapsedMilliseconds} ms after the signal");
        Assert.Equal(0, await host.ExitedAsync(TimeSpan.FromSeconds(10)));
    }

    private static async Task LeaveNothingAsync(SfuHostProcess host, string room, params MeetingPage[] pages)
    {
        foreach (var page in pages)
        {
            await page.DisposeAsync();
        }

        await host.IsIdleAsync(room);
    }

    private static void AssertFlows(Reception before, Reception after, string codec)
    {
        Assert.Equal($"video/{codec}", after.VideoCodec, ignoreCase: true);
        Assert.True(after.FrameWidth > 0, "the picture has a size");
        Assert.True(after.AudioEnergy > before.AudioEnergy, "sound is heard");
        // The fake camera gives 20 frames a second; a busy machine encodes fewer.
        Assert.True(after.FramesDecoded >= before.FramesDecoded + 30, $"{after.FramesDecoded - before.FramesDecoded} frames within {s_watched.TotalSeconds} s");
    }

    /// <summary>Adds to a time-out what page and node said.</summary>
    private static async Task Explained(MeetingPage page, SfuHostProcess host, Func<Task> awaited)
    {
        try
        {
            await awaited();
        }
        catch (TimeoutException e)
        {
            var transports = await page.Page.EvaluateAsync<string>("async () => JSON.stringify(await window.__sfu.transportStats())");
            throw new TimeoutException($"{e.Message}\n{transports}\n{page.Console}\n{host.Output}\n{host.Errors}\n{await host.GetAsync("/debug/dump")}", e);
        }
    }
}

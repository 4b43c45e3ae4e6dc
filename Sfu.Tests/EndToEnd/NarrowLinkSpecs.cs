using System.Diagnostics;
using Xunit.Abstractions;

namespace Sfu.Tests.EndToEnd;

/// <summary>A viewer whose link becomes narrow and wide again: real browsers, a relay in between.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class NarrowLinkSpecs(Browser browser, ITestOutputHelper output)
{
    /// <summary>A busy machine freezes pictures too; a freeze that comes from the node comes again.</summary>
    private const int Attempts = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_sink = TimeSpan.FromSeconds(5);

    [BrowserTheory]
    [InlineData("VP8")]
    [InlineData("VP9")]
    public async Task Picture_sinks_to_a_lower_layer_on_a_narrow_link_and_comes_back(string codec)
    {
        var room = $"narrow-{codec}";
        await using var host = await SfuHostProcess.StartAsync();
        var port = (await host.DumpAsync(room)).GetProperty("node").GetProperty("servers")[0].GetProperty("bound")[0].GetProperty("port").GetInt32();
        using var relay = new UdpRelay(port);
        await using (var ada = await MeetingPage.JoinAsync(browser, host, room, "Ada", $"codec={codec}&audio=0"))
        await using (var bob = await JoinByRelayAsync(host, room, relay.Port))
        {
            await SettledAsync(bob);
            for (var attempt = 1; ; attempt++)
            {
                var freezes = await SinkAndRiseAsync(bob, relay, codec);
                if (freezes <= 1 || attempt == Attempts)
                {
                    Assert.InRange(freezes, 0, 1);
                    break;
                }
            }

            Assert.True(relay.Delivered > 0);
        }

        await host.IsIdleAsync(room);
    }

    [BrowserFact]
    public async Task Picture_goes_on_over_a_link_that_loses_every_twentieth_packet()
    {
        const string Room = "lossy";
        await using var host = await SfuHostProcess.StartAsync();
        var port = (await host.DumpAsync(Room)).GetProperty("node").GetProperty("servers")[0].GetProperty("bound")[0].GetProperty("port").GetInt32();
        using var relay = new UdpRelay(port);
        await using (var ada = await MeetingPage.JoinAsync(browser, host, Room, "Ada", "codec=VP8&audio=0"))
        await using (var bob = await JoinByRelayAsync(host, Room, relay.Port))
        {
            await SettledAsync(bob);
            relay.Loss = 0.05;
            for (var attempt = 1; ; attempt++)
            {
                var before = await ReceivedVideo.OfAsync(bob);
                await Task.Delay(s_watched);
                var after = await ReceivedVideo.OfAsync(bob);
                var (frames, freezes) = (after.FramesDecoded - before.FramesDecoded, after.FreezeCount - before.FreezeCount);
                output.WriteLine($"{frames} frames, {freezes} freezes in {s_watched.TotalSeconds} s, {relay.Dropped} datagrams lost: {after}");
                if ((frames > 100 && freezes <= 1) || attempt == Attempts)
                {
                    Assert.True(frames > 100, $"{frames} frames of 200");
                    Assert.InRange(freezes, 0, 1);
                    break;
                }
            }
        }

        await host.IsIdleAsync(Room);
    }

    /// <summary>The publisher's encoder takes some seconds until it trusts its way and gives the highest layer all it wants.</summary>
    private static async Task SettledAsync(MeetingPage page)
    {
        var first = await Eventually.Get(
            () => ReceivedVideo.OfAsync(page), seen => seen is { Spatial: 2, Temporal: 2, Width: 1280 }, "the highest layer comes", s_patience);
        await Eventually.Get(() => ReceivedVideo.OfAsync(page), seen => seen.FramesDecoded > first.FramesDecoded + 60, "frames go on", s_patience);
    }

    /// <summary>Returns the freezes on the way.</summary>
    private async Task<long> SinkAndRiseAsync(MeetingPage bob, UdpRelay relay, string codec)
    {
        var (before, rate) = await RateAsync(bob);
        relay.BitsPerSecond = Math.Max(rate / 2, 60_000);
        var watch = Stopwatch.StartNew();
        var low = await Eventually.Get(
            () => ReceivedVideo.OfAsync(bob), seen => seen.Spatial is 0 or 1 && seen.Width is > 0 and < 1280, "a lower layer comes", s_sink);
        output.WriteLine($"{codec}: {rate} bit/s, link {relay.BitsPerSecond} bit/s: {low} after {watch.ElapsedMilliseconds} ms");

        // On the narrow link the picture goes on.
        await Eventually.Get(() => ReceivedVideo.OfAsync(bob), seen => seen.FramesDecoded > low.FramesDecoded + 20, "frames go on", s_patience);
        relay.BitsPerSecond = 0;
        watch.Restart();
        var high = await Eventually.Get(
            () => ReceivedVideo.OfAsync(bob), seen => seen is { Spatial: 2, Width: 1280 }, "the highest layer comes back", s_patience);
        output.WriteLine($"{codec}: {high} after {watch.ElapsedMilliseconds} ms, {relay.Dropped} datagrams dropped");
        return high.FreezeCount - before.FreezeCount;
    }

    /// <summary>What the picture takes of the link, over three seconds.</summary>
    private static async Task<(ReceivedVideo Video, long BitsPerSecond)> RateAsync(MeetingPage page)
    {
        var watch = Stopwatch.StartNew();
        var first = await ReceivedVideo.OfAsync(page);
        var last = await Eventually.Get(() => ReceivedVideo.OfAsync(page), _ => watch.Elapsed > TimeSpan.FromSeconds(3), "time passes");
        return (last, (long)((last.BytesReceived - first.BytesReceived) * 8 / watch.Elapsed.TotalSeconds));
    }

    /// <summary>All that this page's browser knows of the node's candidates is the relay.</summary>
    private Task<MeetingPage> JoinByRelayAsync(SfuHostProcess host, string room, int port) => MeetingPage.JoinAsync(
        browser,
        host,
        room,
        "Bob",
        "audio=0&video=0",
        $$"""
        const set = RTCPeerConnection.prototype.setRemoteDescription;
        RTCPeerConnection.prototype.setRemoteDescription = function (description) {
            const sdp = description.sdp
                .replace(/^a=candidate:.* tcp .*\r\n/gim, '')
                .replace(/^(a=candidate:\S+ \d+ udp \d+ \S+) \d+/gim, '$1 {{port}}');
            return set.call(this, { type: description.type, sdp });
        };
        """);
}

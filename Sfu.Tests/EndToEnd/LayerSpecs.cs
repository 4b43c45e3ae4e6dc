using System.Diagnostics;
using Xunit.Abstractions;

namespace Sfu.Tests.EndToEnd;

/// <summary>A publisher in layers and a viewer who chooses among them: real browsers, 1280x720.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class LayerSpecs(Browser browser, ITestOutputHelper output)
{
    /// <summary>
    /// Encoders in software share a small machine with the decoder, the node and this test: a step that such a machine missed is tried once more. In 14
    /// runs at a load of 10 to 15 on two cores none needed it, the slowest of 90 steps took 1.9 s.
    /// </summary>
    private const int Attempts = 2;

    private static readonly TimeSpan s_switch = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);

    /// <summary>Every layer from every other one, upwards and downwards.</summary>
    private static readonly int[] s_walk = [0, 1, 2, 0, 2, 1, 0];

    [BrowserTheory]
    [InlineData("VP8")]
    [InlineData("H264")]
    [InlineData("VP9")]
    [InlineData("AV1")]
    public async Task Picture_follows_the_preferred_spatial_layer(string codec)
    {
        var room = $"layers-{codec}";
        await using var host = await SfuHostProcess.StartAsync();
        await using (var ada = await MeetingPage.JoinAsync(browser, host, room, "Ada", $"codec={codec}&audio=0"))
        await using (var bob = await MeetingPage.JoinAsync(browser, host, room, "Bob", "audio=0&video=0"))
        {
            // All layers have to be there before they can be chosen: an encoder adds them as it trusts its way.
            var width = await Explained(ada, bob, host, () => TopWidthAsync(bob));
            foreach (var layer in s_walk)
            {
                await StepAsync(ada, bob, codec, layer, width >> (2 - layer));
            }
        }

        await host.IsIdleAsync(room);
    }

    /// <summary>Simulcast of codecs that could have layers inside. Of so small a picture Chromium sends the two lower ones of three encodings.</summary>
    [BrowserTheory]
    [InlineData("VP9")]
    [InlineData("AV1")]
    public async Task Picture_follows_the_preferred_encoding_of_codecs_with_layers_of_their_own(string codec)
    {
        var room = $"encodings-{codec}";
        await using var host = await SfuHostProcess.StartAsync();
        await using (var ada = await MeetingPage.JoinAsync(browser, host, room, "Ada", $"codec={codec}&scalability=L1T3&size=640x360&audio=0"))
        await using (var bob = await MeetingPage.JoinAsync(browser, host, room, "Bob", "audio=0&video=0"))
        {
            var first = await Explained(ada, bob, host, () => Eventually.Get(
                () => ReceivedVideo.OfAsync(bob), seen => seen is { Spatial: 1, Width: 320 }, "the highest encoding comes", s_patience));
            await Eventually.Get(() => ReceivedVideo.OfAsync(bob), seen => seen.FramesDecoded > first.FramesDecoded + 30, "frames go on", s_patience);
            Assert.Equal(2, await ada.Page.EvaluateAsync<int>(
                "async () => (await window.__sfu.producerStats()).filter((s) => s.kind === 'video' && s.framesSent > 0).length"));
            foreach (var layer in new[] { 0, 1, 0 })
            {
                await StepAsync(ada, bob, codec, layer, 320 >> (1 - layer));
            }
        }

        await host.IsIdleAsync(room);
    }

    /// <summary>Three temporal layers: a quarter of the frames, half of them, all.</summary>
    [BrowserTheory]
    [InlineData("VP8")]
    [InlineData("H264")]
    [InlineData("VP9")]
    [InlineData("AV1")]
    public async Task Frames_that_come_follow_the_preferred_temporal_layer(string codec)
    {
        var room = $"temporal-{codec}";
        await using var host = await SfuHostProcess.StartAsync();
        await using (var ada = await MeetingPage.JoinAsync(browser, host, room, "Ada", $"codec={codec}&audio=0"))
        await using (var bob = await MeetingPage.JoinAsync(browser, host, room, "Bob", "audio=0&video=0"))
        {
            await Explained(ada, bob, host, () => TopWidthAsync(bob));
            await PreferAsync(bob, 1, 2);
            var all = await Explained(ada, bob, host, () => Eventually.Get(
                () => ReceivedVideo.OfAsync(bob), seen => seen is { Spatial: 1, Temporal: 2, FramesPerSecond: > 8 }, "all frames come", s_patience));
            await PreferAsync(bob, 1, 0);
            var few = await Explained(ada, bob, host, () => Eventually.Get(
                () => ReceivedVideo.OfAsync(bob),
                seen => seen is { Temporal: 0, FramesPerSecond: > 0 } && seen.FramesPerSecond <= 0.4 * all.FramesPerSecond,
                "a part of the frames comes",
                s_patience));
            await PreferAsync(bob, 1, 1);
            var more = await Explained(ada, bob, host, () => Eventually.Get(
                () => ReceivedVideo.OfAsync(bob),
                seen => seen is { Temporal: 1 } && seen.FramesPerSecond > 0.4 * all.FramesPerSecond && seen.FramesPerSecond <= 0.7 * all.FramesPerSecond,
                "a larger part of the frames comes",
                s_patience));
            await PreferAsync(bob, 1, 2);
            var again = await Explained(ada, bob, host, () => Eventually.Get(
                () => ReceivedVideo.OfAsync(bob),
                seen => seen is { Temporal: 2 } && seen.FramesPerSecond > 0.75 * all.FramesPerSecond,
                "all frames come again",
                s_patience));
            output.WriteLine(
                $"{codec}: {all.FramesPerSecond} fps → {few.FramesPerSecond} fps → {more.FramesPerSecond} fps → {again.FramesPerSecond} fps");
        }

        await host.IsIdleAsync(room);
    }

    private static Task PreferAsync(MeetingPage page, int spatial, int temporal) =>
        page.Page.EvaluateAsync("([spatial, temporal]) => window.__sfu.setPreferredLayers(spatial, temporal)", new[] { spatial, temporal });

    /// <summary>The width of the highest layer, once it has come for a while: an encoder that is short of time makes it smaller.</summary>
    private static async Task<int> TopWidthAsync(MeetingPage page)
    {
        var first = await Eventually.Get(
            () => ReceivedVideo.OfAsync(page), seen => seen is { Spatial: 2, Width: > 900 }, "the highest layer comes", s_patience);
        await Eventually.Get(
            () => ReceivedVideo.OfAsync(page), seen => seen.FramesDecoded > first.FramesDecoded + 30, "frames go on", s_patience);
        return 1280;
    }

    private async Task StepAsync(MeetingPage ada, MeetingPage bob, string codec, int layer, int width)
    {
        for (var attempt = 1; ; attempt++)
        {
            var watch = Stopwatch.StartNew();
            await PreferAsync(bob, layer, 2);
            try
            {
                await Eventually.Get(() => ReceivedVideo.OfAsync(bob), seen => seen.Width == width, $"layer {layer} comes {width} wide", s_switch);
                output.WriteLine($"{codec}: layer {layer}, {width} wide, after {watch.ElapsedMilliseconds} ms, try {attempt}");
                return;
            }
            catch (TimeoutException e) when (attempt < Attempts)
            {
                output.WriteLine($"{codec}: {e.Message}\n  sent: {await SentAsync(ada)}");
            }
        }
    }

    private static Task<string> SentAsync(MeetingPage page) => page.Page.EvaluateAsync<string>(
        """
        async () => (await window.__sfu.producerStats()).filter((s) => s.kind === 'video').map((s) =>
            `${s.rid ?? '-'} ${s.scalabilityMode} ${s.frameWidth}x${s.frameHeight} ${s.framesPerSecond} fps ${s.active} ${s.qualityLimitationReason}`).join('; ')
        """);

    /// <summary>Adds to a time-out what both pages and the node said.</summary>
    private static async Task<T> Explained<T>(MeetingPage ada, MeetingPage bob, SfuHostProcess host, Func<Task<T>> awaited)
    {
        try
        {
            return await awaited();
        }
        catch (TimeoutException e)
        {
            var arrived = await ada.Page.EvaluateAsync<string>(
                "async () => JSON.stringify(await window.__sfu.call.request('getProducerStats', { producerId: window.__sfu.producers[0].id }))");
            var received = await bob.Page.EvaluateAsync<string>("async () => JSON.stringify(await window.__sfu.consumerStats())");
            throw new TimeoutException(
                $"{e.Message}\nsent: {await SentAsync(ada)}\narrived: {arrived}\nreceived: {received}\n{ada.Console}\n{bob.Console}\n{host.Output}\n{host.Errors}", e);
        }
    }
}

using System.Net;
using Xunit.Abstractions;

namespace Sfu.Tests.EndToEnd;

/// <summary>A node is emptied while people meet on it.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class DrainSpecs(Browser browser, ITestOutputHelper output)
{
    private const long LongestGapMs = 1_000;

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

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
        await using (var ada = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Ada", MeetingPage.SmallPicture, PictureRecorder.Script))
        await using (var bob = await MeetingPage.JoinAsync(browser, cluster.Gateway, room, "Bob", MeetingPage.SmallPicture, PictureRecorder.Script))
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

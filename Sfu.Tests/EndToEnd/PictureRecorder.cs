using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>Notes when each picture of the others is shown, by the clock that the test has too.</summary>
internal static class PictureRecorder
{
    /// <summary>So many pictures within so long are moving.</summary>
    private const int Run = 5;
    private const int RunMs = 1_000;

    /// <summary>Runs before the page's own script.</summary>
    public const string Script =
        """
        window.__shown = [];
        setInterval(() => {
            for (const video of document.querySelectorAll('.tile:not(.own) video')) {
                if (video.recorded) {
                    continue;
                }

                video.recorded = true;
                const next = () => {
                    window.__shown.push(Date.now());
                    video.requestVideoFrameCallback(next);
                };
                video.requestVideoFrameCallback(next);
            }
        }, 20);
        """;

    /// <summary>Milliseconds since 1970.</summary>
    public static async Task<long[]> ShownAsync(MeetingPage page) =>
        [.. (await page.Page.EvaluateAsync<JsonElement>("() => window.__shown")).EnumerateArray().Select(at => at.GetInt64())];

    /// <summary>
    /// The longest time without a picture that moves. A single one is none: a video whose track is taken away or changed shows one too.
    /// </summary>
    public static async Task<(long FromMs, long Ms)> LongestGapAsync(MeetingPage page, long sinceMs)
    {
        var all = await ShownAsync(page);
        var shown = all.Where((at, i) => i + Run < all.Length && all[i + Run] - at <= RunMs).ToArray();
        var longest = (From: sinceMs, Ms: 0L);
        for (var i = 1; i < shown.Length; i++)
        {
            if (shown[i] >= sinceMs && shown[i] - shown[i - 1] > longest.Ms)
            {
                longest = (shown[i - 1], shown[i] - shown[i - 1]);
            }
        }

        return longest;
    }
}

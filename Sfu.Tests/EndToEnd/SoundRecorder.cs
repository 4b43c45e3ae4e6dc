using System.Collections.Immutable;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>Notes when sound of the others has come to an end of packets, and for how long, by the clock that the test has too.</summary>
internal static class SoundRecorder
{
    /// <summary>
    /// Runs before the page's own script. A receiver tells when it last played a packet, as milliseconds of <c>performance</c>'s clock;
    /// whichever of a page's receivers is the latest counts.
    /// </summary>
    public const string Script =
        """
        window.__heard = [];
        let last = 0;
        setInterval(() => {
            for (const peer of window.__sfu?.call?.peers.values() ?? []) {
                for (const consumer of peer.consumers.values()) {
                    for (const source of consumer.rtpReceiver?.getSynchronizationSources() ?? []) {
                        const at = Math.round(source.timestamp > 1e12 ? source.timestamp : performance.timeOrigin + source.timestamp);
                        if (at > last) {
                            last = at;
                            window.__heard.push(at);
                        }
                    }
                }
            }
        }, 50);
        """;

    /// <summary>When a packet was last played, in milliseconds since 1970; 0: never.</summary>
    public static async Task<long> LastAsync(MeetingPage page) => (await HeardAsync(page)) is [.., var last] ? last : 0;

    /// <summary>The longest time between two packets that were played.</summary>
    public static async Task<(long FromMs, long Ms)> LongestGapAsync(MeetingPage page, long sinceMs)
    {
        var heard = await HeardAsync(page);
        var longest = (From: sinceMs, Ms: 0L);
        for (var i = 1; i < heard.Length; i++)
        {
            if (heard[i] >= sinceMs && heard[i] - heard[i - 1] > longest.Ms)
            {
                longest = (heard[i - 1], heard[i] - heard[i - 1]);
            }
        }

        return longest;
    }

    private static async Task<ImmutableArray<long>> HeardAsync(MeetingPage page) =>
        [.. (await page.Page.EvaluateAsync<JsonElement>("() => window.__heard")).EnumerateArray().Select(at => at.GetInt64())];
}

using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>What a page receives of the one video it sees, and what the server says of it.</summary>
/// <param name="Width">Of the last decoded frame.</param>
/// <param name="FramesDecoded">So far.</param>
/// <param name="FramesPerSecond">In the last second.</param>
/// <param name="FreezeCount">So far.</param>
/// <param name="BytesReceived">So far.</param>
/// <param name="Spatial">The layer that the server says it sends; −1: none, or it did not say.</param>
/// <param name="Temporal">Likewise.</param>
/// <param name="Score">As the server says; −1: it did not say.</param>
/// <param name="Available">The server's estimate of the way, in bit/s; 0: it did not say.</param>
internal sealed record ReceivedVideo(
    int Width, long FramesDecoded, double FramesPerSecond, long FreezeCount, long BytesReceived, int Spatial, int Temporal, int Score, long Available)
{
    private const string Script =
        """
        async () => {
            const streams = (await window.__sfu.consumerStats()).filter((s) => s.kind === 'video');
            const best = streams.reduce((a, b) => (a === undefined || (b.framesDecoded ?? 0) > (a.framesDecoded ?? 0) ? b : a), undefined);
            const video = window.__sfu.peers.flatMap((p) => p.consumers).find((c) => c.kind === 'video');
            return {
                width: best?.frameWidth ?? 0,
                framesDecoded: best?.framesDecoded ?? 0,
                framesPerSecond: best?.framesPerSecond ?? 0,
                freezeCount: best?.freezeCount ?? 0,
                bytesReceived: best?.bytesReceived ?? 0,
                spatial: video?.current?.spatial ?? -1,
                temporal: video?.current?.temporal ?? -1,
                score: video?.score ?? -1,
                available: window.__sfu.downlink?.availableBitrate ?? 0,
            };
        }
        """;

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    public static async Task<ReceivedVideo> OfAsync(MeetingPage page) =>
        (await page.Page.EvaluateAsync<JsonElement>(Script)).Deserialize<ReceivedVideo>(s_options)!;
}

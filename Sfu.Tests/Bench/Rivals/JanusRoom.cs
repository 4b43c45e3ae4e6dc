using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Bench.Load;
using Sfu.Bench.Scenarios;

namespace Sfu.Bench.Rivals;

/// <summary>A videoroom of Janus between one publisher and its subscribers, with the same packets as a node gets.</summary>
internal sealed class JanusRoom : IRivalRoom
{
    private const int RoomId = 1234;
    private const uint Ssrc = 0x1000;
    private const int JoinsAtOnce = 8;

    private readonly JanusProcess _process;
    private readonly JanusClient _client;
    private readonly LoadPeer _load;

    private JanusRoom(JanusProcess process, JanusClient client, LoadPeer load)
    {
        _process = process;
        _client = client;
        _load = load;
    }

    public int ProcessId => _process.Id;

    public static async Task<IRivalRoom> OpenAsync(JanusProgram program, LoadPeer load, int subscribers, double publisherRate)
    {
        var process = await JanusProcess.StartAsync(program);
        try
        {
            var room = new JanusRoom(process, await JanusClient.ConnectAsync(process.Address), load);
            var (feed, source) = await room.PublishAsync(Pacing.Video(Ssrc, publisherRate, new ExtensionIds(1, 2, 5)));
            for (var done = 0; done < subscribers; done += JoinsAtOnce)
            {
                await Task.WhenAll(Enumerable.Range(0, Math.Min(JoinsAtOnce, subscribers - done)).Select(_ => room.SubscribeAsync(feed, source)));
            }

            return room;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _process.DisposeAsync();
    }

    private async Task<(long Feed, SourceStream Source)> PublishAsync(SourceSettings video)
    {
        var handle = await _client.AttachAsync();
        await _client.MessageAsync(handle, new JsonObject
        {
            ["request"] = "create",
            ["room"] = RoomId,
            ["publishers"] = 2,
            ["videocodec"] = "vp8",
            ["bitrate"] = 0,
        });
        var joined = await _client.MessageAsync(handle, new JsonObject { ["request"] = "join", ["ptype"] = "publisher", ["room"] = RoomId });
        var feed = joined.GetProperty("plugindata").GetProperty("data").GetProperty("id").GetInt64();

        var transport = _load.CreateTransport();
        var answer = await _client.MessageAsync(
            handle, new JsonObject { ["request"] = "configure", ["audio"] = false, ["video"] = true }, Description("offer", JanusSdp.Offer(transport, _load.Socket.Port, video)));
        await transport.ConnectAsync(JanusSdp.Remote(Sdp(answer)));
        return (feed, await _load.PublishAsync(transport, video));
    }

    private async Task SubscribeAsync(long feed, SourceStream source)
    {
        var handle = await _client.AttachAsync();
        var streams = new JsonArray(new JsonObject { ["feed"] = feed });
        var offer = Sdp(await _client.MessageAsync(
            handle, new JsonObject { ["request"] = "join", ["ptype"] = "subscriber", ["room"] = RoomId, ["streams"] = streams }));

        var transport = _load.CreateTransport();
        await _load.SubscribeAsync(transport, new SinkStream(JanusSdp.Ssrc(offer), source));
        await _client.MessageAsync(handle, new JsonObject { ["request"] = "start" }, Description("answer", JanusSdp.Answer(transport, _load.Socket.Port, offer)));
        await transport.ConnectAsync(JanusSdp.Remote(offer));
    }

    private static JsonObject Description(string type, string sdp) => new() { ["type"] = type, ["sdp"] = sdp };

    private static string Sdp(JsonElement message) => message.GetProperty("jsep").GetProperty("sdp").GetString()!;
}

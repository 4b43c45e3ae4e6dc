using System.Text.Json.Nodes;
using Sfu.Bench.Load;
using Sfu.Bench.Scenarios;
using Sfu.Bench.Signaling;

namespace Sfu.Bench.Rivals;

/// <summary>A Router of mediasoup between one publisher and its subscribers, with the same parameters and packets as a node gets.</summary>
internal sealed class MediasoupRoom : IRivalRoom
{
    private const uint Ssrc = 0x1000;
    private const int JoinsAtOnce = 16;

    // Given.
    private readonly MediasoupProcess _process;
    private readonly LoadPeer _load;
    private readonly ClientCapabilities _capabilities;

    private MediasoupRoom(MediasoupProcess process, LoadPeer load)
    {
        _process = process;
        _load = load;
        _capabilities = ClientCapabilities.Of(process.RouterCapabilities);
    }

    public int ProcessId => _process.WorkerId;

    public int? SignalingProcessId => _process.Id;

    public static async Task<IRivalRoom> OpenAsync(MediasoupProgram program, LoadPeer load, int subscribers, double publisherRate)
    {
        var room = new MediasoupRoom(await MediasoupProcess.StartAsync(program), load);
        try
        {
            var (producerId, source) = await room.PublishAsync(Pacing.Video(Ssrc, publisherRate, room._capabilities.Extensions));
            for (var done = 0; done < subscribers; done += JoinsAtOnce)
            {
                await Task.WhenAll(Enumerable.Range(0, Math.Min(JoinsAtOnce, subscribers - done)).Select(_ => room.SubscribeAsync(producerId, source)));
            }

            return room;
        }
        catch
        {
            await room.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<(string ProducerId, SourceStream Source)> PublishAsync(SourceSettings video)
    {
        var (transport, id) = await CreateTransportAsync();
        var source = await _load.PublishAsync(transport, video);
        var producer = await _process.AskAsync("produce", JsonNode.Parse(ProduceRequest.Json(id, [video])));
        return (producer.GetProperty("id").GetString()!, source);
    }

    private async Task SubscribeAsync(string producerId, SourceStream source)
    {
        var (transport, id) = await CreateTransportAsync();
        var consumer = await _process.AskAsync(
            "consume", new JsonObject { ["transportId"] = id, ["producerId"] = producerId, ["rtpCapabilities"] = JsonNode.Parse(_capabilities.Json) });
        var ssrc = consumer.GetProperty("rtpParameters").GetProperty("encodings")[0].GetProperty("ssrc").GetUInt32();
        await _load.SubscribeAsync(transport, new SinkStream(ssrc, source));
    }

    private async Task<(LoadTransport Transport, string Id)> CreateTransportAsync()
    {
        var transport = _load.CreateTransport();
        var description = await _process.AskAsync("transport");
        var id = description.GetProperty("id").GetString()!;
        var connected = transport.ConnectAsync(RemoteEnd.Of(description));
        var fingerprint = LoadPeer.Fingerprint;
        await _process.AskAsync("connect", new JsonObject
        {
            ["transportId"] = id,
            ["dtlsParameters"] = new JsonObject
            {
                ["role"] = "client",
                ["fingerprints"] = new JsonArray(new JsonObject { ["algorithm"] = fingerprint.Algorithm, ["value"] = fingerprint.Value }),
            },
        });
        await _process.WhileAliveAsync(connected);
        return (transport, id);
    }
}

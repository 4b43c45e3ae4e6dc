using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Bench.Load;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;
using Sfu.Media.Ortc;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>mediasoup's worker; a room is a Router of its own.</summary>
internal sealed class NarrowMediasoup(MediasoupProcess process) : INarrowSfu
{
    public string Subject => Case.Mediasoup;

    public static async Task<INarrowSfu> StartAsync(MediasoupProgram program) => new NarrowMediasoup(await MediasoupProcess.StartAsync(program));

    public async Task<INarrowRoom> OpenRoomAsync(LoadPeer load, string name, Func<LoadTransport, RtpParameters> publish)
    {
        var router = await process.AskAsync("router");
        var routerId = router.GetProperty("id").GetString()!;
        var (publisher, publisherId) = await ConnectAsync(load, routerId);
        var producer = await process.AskAsync("produce", NarrowDescriptions.Produce(publisherId, publish(publisher)));
        var (subscriber, subscriberId) = await ConnectAsync(load, routerId);
        var consumer = await process.AskAsync(
            "consume",
            new JsonObject
            {
                ["transportId"] = subscriberId,
                ["producerId"] = producer.GetProperty("id").GetString(),
                ["rtpCapabilities"] = JsonNode.Parse(router.GetProperty("rtpCapabilities").GetRawText()),
            });
        return new Room(publisher, subscriber, NarrowDescriptions.Stream(consumer.GetProperty("rtpParameters")), subscriberId);
    }

    public async Task<IReadOnlyList<long>> EstimatesAsync(IReadOnlyList<INarrowRoom> rooms)
    {
        var ids = new JsonArray([.. rooms.Cast<Room>().Select(static room => (JsonNode?)room.SubscriberId)]);
        var stats = await process.AskAsync("stats", new JsonObject { ["transportIds"] = ids });
        return [.. stats.EnumerateArray().Select(NarrowDescriptions.Estimate)];
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task<(LoadTransport Transport, string Id)> ConnectAsync(LoadPeer load, string routerId)
    {
        var transport = load.CreateTransport();
        var description = await process.AskAsync("transport", new JsonObject { ["routerId"] = routerId });
        var id = description.GetProperty("id").GetString()!;
        var connected = transport.ConnectAsync(RemoteEnd.Of(description));
        await process.AskAsync("connect", NarrowDescriptions.Connect(id));
        await process.WhileAliveAsync(connected);
        return (transport, id);
    }

    private sealed record Room(LoadTransport Publisher, LoadTransport Subscriber, ReceivedStream Stream, string SubscriberId) : INarrowRoom
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

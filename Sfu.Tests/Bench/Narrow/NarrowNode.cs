using System.Text.Json;
using Sfu.Bench.Load;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Signaling;
using Sfu.Media.Ortc;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>The node, by the signalling that browsers use.</summary>
internal sealed class NarrowNode(NodeProcess process) : INarrowSfu
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public string Subject => Case.Node;

    public async Task<INarrowRoom> OpenRoomAsync(LoadPeer load, string name, Func<LoadTransport, RtpParameters> publish)
    {
        var publishing = await ProtooClient.ConnectAsync(process.Signaling(name, "publisher"), static (_, _) => Task.CompletedTask);
        await publishing.RequestAsync("join", """{"displayName":"publisher","device":{}}""");
        var (publisher, publisherId) = await ConnectAsync(load, publishing, consuming: false);
        await publishing.RequestAsync("produce", NarrowDescriptions.Produce(publisherId, publish(publisher)).ToJsonString());

        var consuming = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscribing = await ProtooClient.ConnectAsync(
            process.Signaling(name, "subscriber"),
            (method, data) =>
            {
                if (method == "newConsumer")
                {
                    consuming.TrySetResult(data.GetProperty("rtpParameters"));
                }

                return Task.CompletedTask;
            });
        var capabilities = await subscribing.RequestAsync("getRouterRtpCapabilities", "{}");
        await subscribing.RequestAsync("join", $$"""{"displayName":"subscriber","device":{},"rtpCapabilities":{{capabilities.GetRawText()}}}""");
        var (subscriber, subscriberId) = await ConnectAsync(load, subscribing, consuming: true);
        var stream = NarrowDescriptions.Stream(await consuming.Task.WaitAsync(s_patience));
        return new Room(publisher, subscriber, stream, publishing, subscribing, subscriberId);
    }

    public async Task<IReadOnlyList<long>> EstimatesAsync(IReadOnlyList<INarrowRoom> rooms) =>
        await Task.WhenAll(rooms.Cast<Room>().Select(static room => room.EstimateAsync()));

    public async ValueTask DisposeAsync() => await process.StopAsync();

    private static async Task<(LoadTransport Transport, string Id)> ConnectAsync(LoadPeer load, ProtooClient signaling, bool consuming)
    {
        var transport = load.CreateTransport();
        var description = await signaling.RequestAsync(
            "createWebRtcTransport", $$"""{"forceTcp":false,"producing":{{(consuming ? "false" : "true")}},"consuming":{{(consuming ? "true" : "false")}}}""");
        var id = description.GetProperty("id").GetString()!;
        var connected = transport.ConnectAsync(RemoteEnd.Of(description));
        await signaling.RequestAsync("connectWebRtcTransport", NarrowDescriptions.Connect(id).ToJsonString());
        await connected.WaitAsync(s_patience);
        return (transport, id);
    }

    private sealed record Room(
        LoadTransport Publisher, LoadTransport Subscriber, ReceivedStream Stream, ProtooClient Publishing, ProtooClient Subscribing, string SubscriberId)
        : INarrowRoom
    {
        public async Task<long> EstimateAsync() =>
            NarrowDescriptions.Estimate(await Subscribing.RequestAsync("getTransportStats", $$"""{"transportId":"{{SubscriberId}}"}"""));

        public async ValueTask DisposeAsync()
        {
            await Subscribing.DisposeAsync();
            await Publishing.DisposeAsync();
        }
    }
}

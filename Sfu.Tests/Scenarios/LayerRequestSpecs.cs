using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>What is asked of layers, priorities, bitrates and traces, on its way to the media plane.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class LayerRequestSpecs(TestNodeFixture fixture) : IClassFixture<TestNodeFixture>
{
    private TestNode Node => fixture.Node;

    [Fact]
    public async Task Wishes_at_the_creation_of_a_Consumer_reach_the_media_plane_within_the_layers_that_there_are()
    {
        var alice = Node.Client("wishes");
        var transport = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceSimulcastAsync(transport);
        var consume = alice.Consume(transport, producer, await alice.CapabilitiesAsync());

        var plain = await alice.AskAsync<Consumed>(consume with { RequestId = alice.NextRequest });
        Assert.Equal(new ConsumerLayers(2, 2), plain.PreferredLayers);
        Assert.Equal(["Added:Simulcast:2/2:1:False"], await NotedAsync(plain.ConsumerId));

        var modest = await alice.AskAsync<Consumed>(consume with { RequestId = alice.NextRequest, PreferredLayers = new ConsumerLayers(1, 0), Priority = 9, IgnoreDtx = true });
        Assert.Equal(["Added:Simulcast:1/0:9:True"], await NotedAsync(modest.ConsumerId));

        var greedy = await alice.AskAsync<Consumed>(consume with { RequestId = alice.NextRequest, PreferredLayers = new ConsumerLayers(7, null) });
        Assert.Equal(new ConsumerLayers(2, 2), greedy.PreferredLayers);
        Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(consume with { RequestId = alice.NextRequest, Priority = 0 }));
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(consume with { RequestId = alice.NextRequest, PreferredLayers = new ConsumerLayers(0, -1) }));
        await EndAsync(alice);
    }

    [Fact]
    public async Task Preferred_layers_and_priority_can_be_changed_and_are_shown()
    {
        var alice = Node.Client("changes");
        var transport = await alice.ConnectedTransportAsync();
        var video = await alice.ConsumeAsync(transport, await alice.ProduceSimulcastAsync(transport));
        var audio = await alice.ConsumeAsync(transport, await alice.ProduceAsync(transport));
        foreach (var consumer in new[] { video, audio })
        {
            foreach (ConsumerLayers? layers in new ConsumerLayers?[] { new(0, 1), new(5, 5), null })
            {
                await alice.DoAsync(new RouterProtocol.SetConsumerPreferredLayers(alice.NextRequest, alice.Router, consumer, layers));
            }

            await alice.DoAsync(new RouterProtocol.SetConsumerPriority(alice.NextRequest, alice.Router, consumer, 255));
        }

        Assert.Equal(
            ["Added:Simulcast:2/2:1:False", "PreferredLayers:0/1", "PreferredLayers:2/2", "PreferredLayers:2/2", "Priority:255"], await NotedAsync(video));
        Assert.Equal(["Added:Simple:/:1:False", "Priority:255"], await NotedAsync(audio));
        var dump = await DumpAsync(alice, transport);
        Assert.Equal(
            [(new ConsumerLayers(2, 2), 255), (null, 255)],
            dump.Consumers.Select(consumer => ((ConsumerLayers?)consumer.PreferredLayers, consumer.Priority)).OrderBy(pair => pair.Item1 is null));
        await EndAsync(alice);
    }

    [Fact]
    public async Task Lost_packets_of_video_are_sent_again_and_of_audio_when_asked_for()
    {
        var alice = Node.Client("rtx");
        var transport = await alice.ConnectedTransportAsync();
        var capabilities = await alice.CapabilitiesAsync();
        var video = alice.Consume(transport, await alice.ProduceSimulcastAsync(transport), capabilities);
        var audio = alice.Consume(transport, await alice.ProduceAsync(transport), capabilities);
        Assert.True(await RepairsAsync(video));
        Assert.False(await RepairsAsync(video with { EnableRtx = false }));
        Assert.False(await RepairsAsync(audio));
        Assert.True(await RepairsAsync(audio with { EnableRtx = true }));
        await EndAsync(alice);

        async Task<bool> RepairsAsync(RouterProtocol.Consume consume)
        {
            var consumed = await alice.AskAsync<Consumed>(consume with { RequestId = alice.NextRequest });
            return consumed.RtpParameters.Codecs[0].RtcpFeedback.Any(feedback => feedback is { Type: "nack", Parameter: "" });
        }
    }

    [Fact]
    public async Task Bitrate_limits_that_make_no_sense_are_refused()
    {
        var alice = Node.Client("limits");
        var transport = await alice.ConnectedTransportAsync();
        await alice.DoAsync(Limits(maxIncoming: 1_500_000));
        await alice.DoAsync(Limits(maxOutgoing: 500_000));
        await alice.DoAsync(Limits(minOutgoing: 500_000));
        foreach (var wrong in new[]
        {
            Limits(maxIncoming: -1), Limits(maxOutgoing: 29_999), Limits(minOutgoing: 29_999), Limits(minOutgoing: 500_001), Limits(maxOutgoing: 400_000),
            Limits(maxOutgoing: 100_000, minOutgoing: 200_000),
        })
        {
            Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(wrong));
        }

        await alice.DoAsync(Limits(maxOutgoing: 0));
        await alice.DoAsync(Limits(minOutgoing: 600_000));
        Assert.Equal(new BitrateLimits(1_500_000, 0, 600_000), (await DumpAsync(alice, transport)).Limits);
        await Node.Media.DumpAsync();
        Assert.Equal(
            ["Limits:1500000//", "Limits:/500000/", "Limits://500000", "Limits:/0/", "Limits://600000"],
            Node.Media.Noted.Where(noted => noted.What.StartsWith("Limits:", StringComparison.Ordinal)).Select(noted => noted.What));
        await EndAsync(alice);

        RouterProtocol.SetTransportBitrateLimits Limits(long? maxIncoming = null, long? maxOutgoing = null, long? minOutgoing = null) =>
            new(alice.NextRequest, alice.Router, transport, maxIncoming, maxOutgoing, minOutgoing);
    }

    [Fact]
    public async Task A_transport_starts_with_the_most_that_its_client_may_send()
    {
        await using var node = await TestNode.StartAsync("sfu.web-rtc-transport.max-incoming-bitrate = 700000");
        var alice = node.Client("incoming");
        await alice.TransportAsync();
        await alice.TransportAsync(WebRtcTransportOptions.Default with { MaxIncomingBitrate = 0 });
        await alice.TransportAsync(WebRtcTransportOptions.Default with { MaxIncomingBitrate = 900_000 });
        await node.Media.DumpAsync();
        Assert.Equal(["Limits:700000//", "Limits:900000//"], node.Media.Noted.Select(noted => noted.What));
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(
                alice.NextRequest, alice.Router, WebRtcTransportOptions.Default with { MaxIncomingBitrate = -1 }, null, null)));
    }

    [Fact]
    public async Task Only_what_can_be_traced_is()
    {
        var alice = Node.Client("traces");
        var transport = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(transport);
        var consumer = await alice.ConsumeAsync(transport, producer);
        const MediaTraceTypes OfTransport = MediaTraceTypes.Bwe | MediaTraceTypes.Probation;
        const MediaTraceTypes OfStream = MediaTraceTypes.KeyFrame | MediaTraceTypes.Pli;
        await alice.DoAsync(new RouterProtocol.EnableTransportTrace(alice.NextRequest, alice.Router, transport, OfTransport));
        await alice.DoAsync(new RouterProtocol.EnableProducerTrace(alice.NextRequest, alice.Router, producer, OfStream));
        await alice.DoAsync(new RouterProtocol.EnableConsumerTrace(alice.NextRequest, alice.Router, consumer, OfStream));
        foreach (IRouterMessage wrong in new IRouterMessage[]
        {
            new RouterProtocol.EnableTransportTrace(alice.NextRequest, alice.Router, transport, OfStream),
            new RouterProtocol.EnableProducerTrace(alice.NextRequest, alice.Router, producer, OfTransport),
            new RouterProtocol.EnableConsumerTrace(alice.NextRequest, alice.Router, consumer, (MediaTraceTypes)4096),
        })
        {
            Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(wrong));
        }

        Assert.Equal([$"Trace:{OfStream}"], await Node.Media.NotedOfAsync(await Node.Media.HandleOfAsync(producer)));
        var dump = await DumpAsync(alice, transport);
        Assert.Equal((OfTransport, OfStream, OfStream), (dump.Traced, dump.Producers.Single().Traced, dump.Consumers.Single().Traced));
        await EndAsync(alice);
    }

    private static Task<WebRtcTransportDump> DumpAsync(TestClient client, TransportId transport) =>
        client.AskAsync<WebRtcTransportDump>(new RouterProtocol.DumpTransport(client.NextRequest, client.Router, transport));

    private async Task<IReadOnlyList<string>> NotedAsync(ConsumerId consumer) => await Node.Media.NotedOfAsync(await Node.Media.HandleOfAsync(consumer));

    private async Task EndAsync(TestClient client)
    {
        await client.DoAsync(new RouterProtocol.CloseRouter(client.NextRequest, client.Router));
        await Node.MustBeEmptyAsync(client.Router.Value);
    }
}

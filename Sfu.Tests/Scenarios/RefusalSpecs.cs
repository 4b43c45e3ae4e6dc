using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>What cannot be is refused with a reason, and the rest lives on.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class RefusalSpecs(TestNodeFixture fixture) : IClassFixture<TestNodeFixture>
{
    private TestNode Node => fixture.Node;

    [Fact]
    public async Task Produce_before_connect_is_refused_and_possible_after_it()
    {
        var alice = Node.Client("before-connect");
        var transport = (await alice.TransportAsync()).TransportId;
        var id = ProducerId.New();
        Assert.Equal(SfuErrorCode.InvalidState, await alice.RejectedAsync(alice.Produce(transport, id)));
        await alice.AskAsync<TransportConnected>(alice.Connect(transport));
        await TestNode.UntilAsync(
            async () => (await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router))).Producers.IsEmpty,
            () => "the refused Producer is booked");
        Assert.Equal(id, (await alice.AskAsync<Produced>(alice.Produce(transport, id))).ProducerId);
        await EndAsync(alice);
    }

    [Fact]
    public async Task A_second_connect_is_refused_and_a_failed_one_may_be_repeated()
    {
        var alice = Node.Client("second-connect");
        var transport = (await alice.TransportAsync()).TransportId;
        Node.Media.Fail(nameof(IMediaPlane.ConnectTransport));
        Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(alice.Connect(transport)));
        await alice.AskAsync<TransportConnected>(alice.Connect(transport));
        Assert.Equal(SfuErrorCode.InvalidState, await alice.RejectedAsync(alice.Connect(transport)));
        await alice.ProduceAsync(transport);
        await EndAsync(alice);
    }

    [Fact]
    public async Task Unknown_ids_are_not_found()
    {
        var alice = Node.Client("unknown");
        var transport = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(transport);
        var ghost = new TransportId("ghost");
        IRouterMessage[] requests =
        [
            alice.Connect(ghost),
            new RouterProtocol.RestartIce(alice.NextRequest, alice.Router, ghost),
            new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, ghost),
            new RouterProtocol.GetTransportStats(alice.NextRequest, alice.Router, ghost),
            alice.Produce(ghost),
            alice.Consume(ghost, producer),
            alice.Consume(transport, new ProducerId("ghost"), await alice.CapabilitiesAsync()),
            new RouterProtocol.PauseProducer(alice.NextRequest, alice.Router, new ProducerId("ghost")),
            new RouterProtocol.CloseConsumer(alice.NextRequest, alice.Router, new ConsumerId("ghost")),
            new PeerProtocol.DetachPeer(alice.NextRequest, alice.Router, new PeerId("ghost"), alice.Session),
            new PeerProtocol.UpdatePeer(alice.NextRequest, alice.Router, new PeerId("ghost"), alice.Session, "x", null),
            new RouterProtocol.CloseRouter(alice.NextRequest, new RouterId("no-such-router")),
            new RouterProtocol.CloseTransport(alice.NextRequest, new RouterId("no-such-router"), transport),
        ];
        foreach (var request in requests)
        {
            Assert.True(await alice.RejectedAsync(request) == SfuErrorCode.NotFound, request.ToString());
        }

        Assert.Equal(
            SfuErrorCode.NotFound,
            (await Node.AskNodeAsync<Rejected>(new NodeProtocol.CloseServer(1, new ServerId("ghost")))).Error.Code);
        await EndAsync(alice);
    }

    [Fact]
    public async Task Ids_that_are_taken_are_refused()
    {
        var alice = Node.Client("taken");
        var transport = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(transport);
        Assert.Equal(SfuErrorCode.AlreadyExists, await alice.RejectedAsync(alice.Produce(transport, producer)));
        var consumer = await alice.ConsumeAsync(transport, producer);
        Assert.Equal(
            SfuErrorCode.AlreadyExists,
            await alice.RejectedAsync(alice.Consume(transport, producer, await alice.CapabilitiesAsync(), consumer)));
        Assert.Equal(
            SfuErrorCode.AlreadyExists,
            await alice.RejectedAsync(new RouterProtocol.CreateRouter(alice.NextRequest, alice.Router, DefaultMediaCodecs.Value, JsonText.EmptyObject)));
        await EndAsync(alice);
    }

    [Fact]
    public async Task Parameters_that_do_not_fit_are_refused()
    {
        var alice = Node.Client("parameters");
        var transport = await alice.ConnectedTransportAsync();
        Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(alice.Produce(transport) with { Kind = MediaKind.Video }));
        Assert.Equal(
            SfuErrorCode.Unsupported,
            await alice.RejectedAsync(alice.Produce(transport) with
            {
                RtpParameters = TestClient.Opus() with
                {
                    Codecs = [new RtpCodecParameters { MimeType = "audio/unheard-of", PayloadType = 100, ClockRate = 8000 }],
                },
            }));
        var producer = await alice.ProduceAsync(transport);
        Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(alice.Consume(transport, producer)));
        Assert.Equal(SfuErrorCode.CannotConsume, await alice.RejectedAsync(alice.Consume(transport, producer, new RtpCapabilities())));
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(
                alice.NextRequest, alice.Router, new WebRtcTransportOptions { IceConsentTimeout = 5 }, null, null)));
        Assert.Equal(
            SfuErrorCode.Unavailable,
            await alice.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(
                alice.NextRequest, alice.Router, new WebRtcTransportOptions { Server = new ServerId("ghost") }, null, null)));
        await EndAsync(alice);
    }

    [Fact]
    public async Task What_the_media_plane_refuses_leaves_nothing_behind()
    {
        var alice = Node.Client("refuses");
        var transport = await alice.ConnectedTransportAsync();
        Node.Media.Fail(nameof(IMediaPlane.AddProducer));
        Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(alice.Produce(transport)));
        var producer = await alice.ProduceAsync(transport);
        Node.Media.Fail(nameof(IMediaPlane.AddConsumer), MediaErrorCode.InvalidState);
        Assert.Equal(SfuErrorCode.InvalidState, await alice.RejectedAsync(alice.Consume(transport, producer, await alice.CapabilitiesAsync())));
        Node.Media.Fail(nameof(IMediaPlane.OpenTransport), MediaErrorCode.System);
        Assert.Equal(
            SfuErrorCode.Unavailable,
            await alice.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, null, null)));
        RouterDump? dump = null;
        await TestNode.UntilAsync(
            async () =>
            {
                dump = await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router));
                return dump is { Transports.Length: 1, Producers.Length: 1, Consumers.IsEmpty: true };
            },
            () => $"{dump}");
        await EndAsync(alice);
    }

    [Fact]
    public async Task Every_request_that_races_with_a_closing_is_answered_once()
    {
        var rounds = 0;
        foreach (var closing in new[] { "transport", "router", "owner" })
        {
            var room = $"race-{closing}";
            var alice = Node.Client(room);
            var transport = await alice.ConnectedTransportAsync();
            var asker = Node.Kit.CreateTestProbe();
            var expected = new HashSet<long>();
            for (var i = 0; i < 200; i++)
            {
                IRouterMessage request = (i % 3) switch
                {
                    0 => alice.Produce(transport),
                    1 => new RouterProtocol.GetTransportStats(alice.NextRequest, alice.Router, transport),
                    _ => new RouterProtocol.RestartIce(alice.NextRequest, alice.Router, transport),
                };
                expected.Add(((IRequest)request).RequestId);
                Node.Region.Tell(request, asker.Ref);
                if (i == 100)
                {
                    switch (closing)
                    {
                        case "transport":
                            Node.Region.Tell(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, transport), alice.Asker.Ref);
                            break;
                        case "router":
                            Node.Region.Tell(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router), alice.Asker.Ref);
                            break;
                        default:
                            Node.System.Stop(alice.Session);
                            break;
                    }
                }
            }

            var answered = new List<long>();
            while (answered.Count < expected.Count)
            {
                answered.Add((await asker.ExpectMsgAsync<IReply>(TestNode.Patience)).RequestId);
            }

            Assert.Equal(expected.Order(), answered.Order());
            await Node.MustBeEmptyAsync(room);
            Assert.False(asker.HasMessages);
            rounds++;
        }

        Assert.Equal(3, rounds);
    }

    [Fact]
    public async Task A_request_to_a_closed_transport_is_answered()
    {
        var alice = Node.Client("dead");
        var created = await alice.TransportAsync();
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
        created.Transport.Tell(new RouterProtocol.RestartIce(77, alice.Router, created.TransportId), alice.Asker.Ref);
        var rejected = await alice.Asker.ExpectMsgAsync<Rejected>(TestNode.Patience);
        Assert.Equal((77, SfuErrorCode.Closed), (rejected.RequestId, rejected.Error.Code));
    }

    private async Task EndAsync(TestClient client)
    {
        await client.DoAsync(new RouterProtocol.CloseRouter(client.NextRequest, client.Router));
        await Node.MustBeEmptyAsync(client.Router.Value);
    }
}

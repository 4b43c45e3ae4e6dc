using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Transports for programs that speak RTP without ICE and DTLS.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PlainTransportSpecs(TestNodeFixture fixture) : IClassFixture<TestNodeFixture>
{
    private TestNode Node => fixture.Node;

    [Fact]
    public async Task A_PlainTransport_says_where_it_listens_and_with_which_key()
    {
        var alice = Node.Client("plain-created");
        var bare = await alice.PlainTransportAsync();
        Assert.Equal("127.0.0.1", bare.Tuple.Address);
        Assert.NotEqual(0, bare.Tuple.Port);
        Assert.Null(bare.RtcpTuple);
        Assert.Null(bare.SrtpParameters);

        var announced = TestClient.Loopback with { AnnouncedAddress = "203.0.113.7" };
        var full = await alice.PlainTransportAsync(new PlainTransportOptions(announced)
        {
            RtcpMux = false,
            Comedia = true,
            EnableSrtp = true,
            SrtpCryptoSuite = "AEAD_AES_256_GCM",
        });
        Assert.Equal("203.0.113.7", full.Tuple.Address);
        Assert.NotEqual(full.Tuple.Port, full.RtcpTuple!.Port);
        Assert.Equal("AEAD_AES_256_GCM", full.SrtpParameters!.CryptoSuite);
        var dump = await DumpAsync(alice, full.TransportId);
        Assert.Equal((TransportKind.Plain, false, true, "AEAD_AES_256_GCM"), (dump.Kind, dump.RtcpMux, dump.Comedia, dump.SrtpCryptoSuite));

        var srtp = await alice.PlainTransportAsync(new PlainTransportOptions(TestClient.Loopback) { EnableSrtp = true });
        Assert.Equal("AES_CM_128_HMAC_SHA1_80", srtp.SrtpParameters!.CryptoSuite);

        // Who asked for one may hear of it before its Router does.
        RouterDump? router = null;
        await TestNode.UntilAsync(
            async () => (router = await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router)))
                .Transports.Count(static transport => transport is { Open: true, Kind: TransportKind.Plain }) == 3,
            () => $"not three transports: {router}");
        Assert.Superset(
            new HashSet<TransportId> { bare.TransportId, full.TransportId, srtp.TransportId }, (await Node.DumpAsync()).Transports.ToHashSet());
        await EndAsync(alice);
    }

    [Fact]
    public async Task It_is_connected_once_and_a_refused_connect_may_be_repeated()
    {
        var alice = Node.Client("plain-connect");
        var transport = (await alice.PlainTransportAsync(new PlainTransportOptions(TestClient.Loopback) { RtcpMux = false, EnableSrtp = true })).TransportId;
        var key = new SrtpParameters("AES_CM_128_HMAC_SHA1_80", "key");
        var connect = new RouterProtocol.ConnectPlainTransport(alice.NextRequest, alice.Router, transport, "127.0.0.1", 5004, 5005, key);
        Node.Media.Fail(nameof(IMediaPlane.ConnectPlainTransport));
        Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(connect));
        await alice.AskAsync<PlainTransportConnected>(connect);
        Assert.Equal(SfuErrorCode.InvalidState, await alice.RejectedAsync(connect));
        Assert.Contains(Node.Media.Noted, noted => noted.What == "Remote:127.0.0.1:5004:5005:key");
        await EndAsync(alice);
    }

    [Fact]
    public async Task The_path_is_told_and_is_in_the_answer_to_connect_and_in_the_dump()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("plain-paths");
        var created = await alice.PlainTransportAsync(new PlainTransportOptions(TestClient.Loopback) { RtcpMux = false });
        var subscriber = node.Kit.CreateTestProbe();
        await alice.AskAsync<TransportSubscribed>(new RouterProtocol.SubscribeTransport(alice.NextRequest, alice.Router, created.TransportId, subscriber));
        Assert.Null((await subscriber.ExpectMsgAsync<SessionEvents.TransportState>()).SelectedTuple);
        var rtp = new TransportTuple(TransportProtocol.Udp, 1, Endpoint(44444), Endpoint(5004));
        var rtcp = new TransportTuple(TransportProtocol.Udp, 2, Endpoint(44445), Endpoint(5005));
        node.Media.Raise(0, events =>
        {
            events.TupleAdded(rtp);
            events.SelectedTupleChanged(rtp);
            events.RtcpTupleChanged(rtcp);
        });
        var connected = await alice.AskAsync<PlainTransportConnected>(
            new RouterProtocol.ConnectPlainTransport(alice.NextRequest, alice.Router, created.TransportId, "127.0.0.1", 5004, 5005, null));
        Assert.Equal((5004, 5005), (connected.Tuple!.RemotePort, connected.RtcpTuple!.RemotePort));
        Assert.Equal(5004, (await alice.EventAsync<SessionEvents.SelectedTupleChanged>()).Tuple!.RemotePort);
        Assert.Equal(5005, (await alice.EventAsync<SessionEvents.RtcpTupleChanged>()).Tuple!.RemotePort);
        var dump = await DumpAsync(alice, created.TransportId);
        Assert.Equal((connected.Tuple, connected.RtcpTuple), (dump.Tuple, dump.RtcpTuple));

        await alice.AskAsync<TransportSubscribed>(new RouterProtocol.SubscribeTransport(alice.NextRequest, alice.Router, created.TransportId, subscriber));
        var state = (SessionEvents.TransportState)await subscriber.FishForMessageAsync(static message => message is SessionEvents.TransportState);
        Assert.Equal((connected.Tuple, connected.RtcpTuple), (state.SelectedTuple, state.RtcpTuple));

        // What was told is taken back, and of ICE and DTLS, which it never had, it says nothing.
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
        var events = await alice.EventsAsync();
        Assert.Single(events, static news => news is SessionEvents.TupleRemoved { Reason: TupleRemovalReason.TransportClosed });
        Assert.Single(events, static news => news is SessionEvents.SelectedTupleChanged { Tuple: null });
        Assert.Single(events, static news => news is SessionEvents.RtcpTupleChanged { Tuple: null });
        Assert.Single(events, static news => news is SessionEvents.TransportClosed { Reason: CloseReason.Requested });
        Assert.DoesNotContain(events, static news => news is SessionEvents.IceStateChanged or SessionEvents.DtlsStateChanged);
    }

    [Fact]
    public async Task It_carries_Producers_and_Consumers_like_any_transport_and_needs_no_connect_for_it()
    {
        var alice = Node.Client("plain-carries", "alice");
        var bob = Node.Client("plain-carries", "bob");
        var source = (await alice.PlainTransportAsync(new PlainTransportOptions(TestClient.Loopback) { Comedia = true })).TransportId;
        var producer = await alice.ProduceAsync(source);
        var sink = await bob.ConnectedTransportAsync();
        var consumer = await bob.ConsumeAsync(sink, producer);
        var back = (await bob.PlainTransportAsync()).TransportId;
        var second = await bob.AskAsync<Consumed>(bob.Consume(back, producer, await bob.CapabilitiesAsync()));
        Assert.Equal((ConsumerType.Simple, "0"), (second.Type, second.RtpParameters.Mid));
        Assert.Equal(SfuErrorCode.InvalidParameters, await bob.RejectedAsync(bob.Consume(back, producer)));

        await alice.DoAsync(new RouterProtocol.PauseProducer(alice.NextRequest, alice.Router, producer));
        var paused = new[] { await bob.EventAsync<SessionEvents.ConsumerPaused>(), await bob.EventAsync<SessionEvents.ConsumerPaused>() };
        Assert.Equal(new HashSet<ConsumerId> { consumer, second.ConsumerId }, paused.Select(static news => news.ConsumerId).ToHashSet());
        await bob.DoAsync(new RouterProtocol.ResumeConsumer(bob.NextRequest, bob.Router, second.ConsumerId));
        Assert.Single((await bob.AskAsync<Stats>(new RouterProtocol.GetTransportStats(bob.NextRequest, bob.Router, back))).Entries);
        Assert.Equal(
            ["outbound-rtp", "inbound-rtp"],
            (await bob.AskAsync<Stats>(new RouterProtocol.GetConsumerStats(bob.NextRequest, bob.Router, second.ConsumerId))).Entries.Select(static entry => entry.Type));
        await alice.DoAsync(new RouterProtocol.EnableTransportTrace(alice.NextRequest, alice.Router, source, MediaTraceTypes.Bwe));
        Assert.Equal(MediaTraceTypes.Bwe, (await DumpAsync(alice, source)).Traced);
        await EndAsync(alice);
    }

    [Fact]
    public async Task What_is_only_for_another_kind_of_transport_is_refused()
    {
        var alice = Node.Client("plain-kinds");
        var plain = (await alice.PlainTransportAsync()).TransportId;
        var pipe = (await alice.PipeTransportAsync()).TransportId;
        var webRtc = (await alice.TransportAsync()).TransportId;
        IRouterMessage[] requests =
        [
            alice.Connect(plain),
            new RouterProtocol.RestartIce(alice.NextRequest, alice.Router, plain),
            new RouterProtocol.ConnectPipeTransport(alice.NextRequest, alice.Router, plain, "127.0.0.1", 1, null),
            new RouterProtocol.ConnectPlainTransport(alice.NextRequest, alice.Router, pipe, "127.0.0.1", 1, null, null),
            new RouterProtocol.ConnectPlainTransport(alice.NextRequest, alice.Router, webRtc, "127.0.0.1", 1, null, null),
        ];
        foreach (var request in requests)
        {
            Assert.True(await alice.RejectedAsync(request) == SfuErrorCode.Unsupported, request.ToString());
        }

        await EndAsync(alice);
    }

    [Fact]
    public async Task What_cannot_be_opened_is_refused_and_leaves_nothing_behind()
    {
        var alice = Node.Client("plain-refused");
        await alice.CapabilitiesAsync();
        PlainTransportOptions[] nonsense =
        [
            new(TestClient.Loopback with { Ip = "nowhere" }),
            new(TestClient.Loopback with { Port = 7, PortRange = new PortRange(1, 2) }),
            new(TestClient.Loopback) { RtcpMux = false, RtcpListenInfo = TestClient.Loopback with { Ip = "nowhere" } },
            new(TestClient.Loopback) { EnableSrtp = true, SrtpCryptoSuite = "ROT13" },
        ];
        foreach (var options in nonsense)
        {
            var create = new RouterProtocol.CreatePlainTransport(alice.NextRequest, alice.Router, options, null, null);
            Assert.True(await alice.RejectedAsync(create) == SfuErrorCode.InvalidParameters, options.ToString());
        }

        Node.Media.Fail(nameof(IMediaPlane.OpenPlainTransport), MediaErrorCode.System);
        Assert.Equal(
            SfuErrorCode.Unavailable,
            await alice.RejectedAsync(new RouterProtocol.CreatePipeTransport(alice.NextRequest, alice.Router, new PipeTransportOptions(TestClient.Loopback), null)));
        await Node.MustBeEmptyAsync(alice.Router.Value);
        await EndAsync(alice);
    }

    private static IpEndpoint Endpoint(ushort port) => IpEndpoint.From(System.Net.IPAddress.Loopback, port);

    private static Task<PlainTransportDump> DumpAsync(TestClient client, TransportId transport) =>
        client.AskAsync<PlainTransportDump>(new RouterProtocol.DumpTransport(client.NextRequest, client.Router, transport));

    private async Task EndAsync(TestClient client)
    {
        await client.DoAsync(new RouterProtocol.CloseRouter(client.NextRequest, client.Router));
        await Node.MustBeEmptyAsync(client.Router.Value);
        Assert.Empty((await Node.DumpAsync()).Transports);
    }
}

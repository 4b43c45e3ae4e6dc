using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>The life of a call, and its end in every order.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class CallSpecs(TestNodeFixture fixture) : IClassFixture<TestNodeFixture>
{
    private TestNode Node => fixture.Node;

    public static TheoryData<string> Orders()
    {
        var data = new TheoryData<string>();
        foreach (var order in Permutations(["producer", "consumer", "sender", "receiver"]))
        {
            data.Add(string.Join(' ', order));
        }

        data.Add("router");
        data.Add("producer router");
        data.Add("sender router");
        data.Add("receiver router");
        return data;
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Nothing_is_left_whatever_is_closed_first(string order)
    {
        var room = $"order-{order.Replace(' ', '-')}";
        var alice = Node.Client(room, "alice");
        var bob = Node.Client(room, "bob");
        var sender = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(sender);
        var receiver = await bob.ConnectedTransportAsync();
        var consumer = await bob.ConsumeAsync(receiver, producer);

        foreach (var victim in order.Split(' '))
        {
            // What an earlier closing took along is not there any more; the answer says so.
            IRouterMessage close = victim switch
            {
                "producer" => new RouterProtocol.CloseProducer(alice.NextRequest, alice.Router, producer),
                "consumer" => new RouterProtocol.CloseConsumer(alice.NextRequest, alice.Router, consumer),
                "sender" => new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, sender),
                "receiver" => new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, receiver),
                _ => new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router),
            };
            var reply = await alice.AskAsync<IReply>(close);
            Assert.True(reply is Done or Rejected { Error.Code: SfuErrorCode.NotFound or SfuErrorCode.Closed }, $"{victim}: {reply}");
        }

        await Node.MustBeEmptyAsync(room);
        Assert.Single(await alice.EventsAsync(), message => message is SessionEvents.ProducerClosed closed && closed.ProducerId == producer);
        Assert.Single(await bob.EventsAsync(), message => message is SessionEvents.ConsumerClosed closed && closed.ConsumerId == consumer);
    }

    [Fact]
    public async Task A_transport_is_created_with_what_its_client_needs()
    {
        var alice = Node.Client("created");
        var created = await alice.TransportAsync();
        Assert.StartsWith("ufrag", created.IceParameters.UsernameFragment, StringComparison.Ordinal);
        Assert.NotEmpty(created.IceCandidates);
        Assert.NotEmpty(created.DtlsParameters.Fingerprints);
        var connected = await alice.AskAsync<TransportConnected>(alice.Connect(created.TransportId));
        Assert.Equal(DtlsRole.Server, connected.LocalRole);
        var restarted = await alice.AskAsync<IceRestarted>(new RouterProtocol.RestartIce(alice.NextRequest, alice.Router, created.TransportId));
        Assert.StartsWith("again", restarted.IceParameters.UsernameFragment, StringComparison.Ordinal);
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
        await Node.MustBeEmptyAsync("created");
    }

    [Fact]
    public async Task A_transport_answers_its_own_requests_without_the_Router()
    {
        var alice = Node.Client("direct");
        var created = await alice.TransportAsync();
        created.Transport.Tell(alice.Connect(created.TransportId), alice.Asker.Ref);
        await alice.Asker.ExpectMsgAsync<TransportConnected>(TestNode.Patience);
        created.Transport.Tell(alice.Produce(created.TransportId), alice.Asker.Ref);
        Assert.Equal(SfuErrorCode.Unsupported, (await alice.Asker.ExpectMsgAsync<Rejected>(TestNode.Patience)).Error.Code);
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
        await Node.MustBeEmptyAsync("direct");
    }

    [Fact]
    public async Task Consumers_of_one_transport_get_different_mids_and_ssrcs()
    {
        var alice = Node.Client("mids");
        var sender = await alice.ConnectedTransportAsync();
        var receiver = (await alice.TransportAsync()).TransportId;
        var capabilities = await alice.CapabilitiesAsync();
        var first = await alice.AskAsync<Consumed>(alice.Consume(receiver, await alice.ProduceAsync(sender), capabilities));
        var second = await alice.AskAsync<Consumed>(alice.Consume(receiver, await alice.ProduceAsync(sender), capabilities));
        Assert.NotEqual(first.RtpParameters.Mid, second.RtpParameters.Mid);
        Assert.NotEqual(first.RtpParameters.Encodings[0].Ssrc, second.RtpParameters.Encodings[0].Ssrc);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await Node.MustBeEmptyAsync("mids");
    }

    [Fact]
    public async Task A_paused_Producer_pauses_its_Consumers_and_the_room_hears_of_it()
    {
        var alice = Node.Client("pause", "alice");
        var bob = Node.Client("pause", "bob");
        await alice.AttachAsync();
        await bob.AttachAsync(await bob.CapabilitiesAsync());
        var sender = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(sender);
        var receiver = (await bob.TransportAsync()).TransportId;
        var consumed = await bob.AskAsync<Consumed>(bob.Consume(receiver, producer));
        Assert.False(consumed.ProducerPaused);
        Assert.True(consumed.Paused);
        Assert.Equal(alice.Peer, consumed.ProducerPeerId);

        await alice.DoAsync(new RouterProtocol.PauseProducer(alice.NextRequest, alice.Router, producer));
        await alice.DoAsync(new RouterProtocol.PauseProducer(alice.NextRequest, alice.Router, producer));
        await alice.DoAsync(new RouterProtocol.ResumeProducer(alice.NextRequest, alice.Router, producer));
        await bob.DoAsync(new RouterProtocol.ResumeConsumer(bob.NextRequest, bob.Router, consumed.ConsumerId));
        var events = new List<ISessionEvent>();
        await TestNode.UntilAsync(
            async () =>
            {
                events.AddRange(await bob.EventsAsync());
                return events.OfType<SessionEvents.ConsumerResumed>().Any() && events.OfType<SessionEvents.ProducerResumed>().Any();
            },
            () => string.Join('\n', events));
        Assert.Single(events.OfType<SessionEvents.ConsumerPaused>());
        Assert.Single(events.OfType<SessionEvents.ConsumerResumed>());
        Assert.Single(events.OfType<SessionEvents.ProducerPaused>());
        Assert.DoesNotContain(await alice.EventsAsync(), message => message is SessionEvents.ProducerPaused);
        var media = await Node.Media.DumpAsync();
        Assert.False(media.Transports.SelectMany(transport => transport.Producers).Single().Paused);
        Assert.False(media.Transports.SelectMany(transport => transport.Consumers).Single().Paused);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await Node.MustBeEmptyAsync("pause");
    }

    [Fact]
    public async Task Consumer_settings_are_acknowledged_and_statistics_answered()
    {
        var alice = Node.Client("settings");
        var sender = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(sender);
        var consumer = await alice.ConsumeAsync(sender, producer);
        await alice.DoAsync(new RouterProtocol.SetConsumerPreferredLayers(alice.NextRequest, alice.Router, consumer, new ConsumerLayers(1, 2)));
        await alice.DoAsync(new RouterProtocol.SetConsumerPriority(alice.NextRequest, alice.Router, consumer, 255));
        await alice.DoAsync(new RouterProtocol.RequestConsumerKeyFrame(alice.NextRequest, alice.Router, consumer));
        await alice.DoAsync(new RouterProtocol.PauseConsumer(alice.NextRequest, alice.Router, consumer));
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(new RouterProtocol.SetConsumerPriority(alice.NextRequest, alice.Router, consumer, 256)));
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(new RouterProtocol.SetConsumerPreferredLayers(alice.NextRequest, alice.Router, consumer, new ConsumerLayers(-1, 0))));
        Assert.Equal(sender.Value, Assert.IsType<TransportStats>(Assert.Single(
            (await alice.AskAsync<Stats>(new RouterProtocol.GetTransportStats(alice.NextRequest, alice.Router, sender))).Entries)).TransportId);
        Assert.Equal("inbound-rtp", Assert.Single(
            (await alice.AskAsync<Stats>(new RouterProtocol.GetProducerStats(alice.NextRequest, alice.Router, producer))).Entries).Type);
        Assert.Equal(
            ["outbound-rtp", "inbound-rtp"],
            (await alice.AskAsync<Stats>(new RouterProtocol.GetConsumerStats(alice.NextRequest, alice.Router, consumer))).Entries.Select(static entry => entry.Type));
        Assert.Contains("key frame", Node.Media.Journal);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await Node.MustBeEmptyAsync("settings");
    }

    [Fact]
    public async Task A_transport_tells_its_owner_what_the_media_plane_sees()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("events");
        await alice.TransportAsync();
        node.Media.Raise(0, events => events.IceStateChanged(Sfu.Media.Ice.IceState.Completed));
        Assert.Equal(Sfu.Media.Ice.IceState.Completed, (await alice.EventAsync<SessionEvents.IceStateChanged>()).State);
        node.Media.Raise(0, events => events.DtlsStateChanged(DtlsTransportState.Connected, "pem"));
        Assert.Equal(DtlsTransportState.Connected, (await alice.EventAsync<SessionEvents.DtlsStateChanged>()).State);
        node.Media.Raise(0, events => events.SelectedTupleChanged(null));
        Assert.Null((await alice.EventAsync<SessionEvents.SelectedTupleChanged>()).Tuple);
    }

    private static IEnumerable<IReadOnlyList<string>> Permutations(IReadOnlyList<string> items) => items.Count == 1
        ? [items]
        : items.SelectMany(item => Permutations([.. items.Where(other => other != item)]).Select(rest => (IReadOnlyList<string>)[item, .. rest]));
}

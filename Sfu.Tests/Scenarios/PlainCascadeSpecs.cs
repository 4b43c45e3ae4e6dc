using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>A transport with sockets of its own dies as any other does, whatever the cause, and takes nobody along but what it carries.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PlainCascadeSpecs
{
    public enum Cause
    {
        TransportClosed,
        RouterClosed,
        TransportKilled,
        ControlFault,
        OwnerLost,
        MediaFault,
        NodeClosed,
    }

    public static TheoryData<Cause, bool> Causes()
    {
        var data = new TheoryData<Cause, bool>();
        foreach (var cause in Enum.GetValues<Cause>())
        {
            data.Add(cause, false);
            data.Add(cause, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task It_says_why_it_closed_and_nothing_is_left(Cause cause, bool pipe)
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("plain-end");
        var bob = node.Client("plain-end");
        var created = pipe ? await alice.PipeTransportAsync() : await alice.PlainTransportAsync();
        var producer = await alice.ProduceAsync(created.TransportId);
        var receiver = await bob.ConnectedTransportAsync();
        var consumer = await bob.ConsumeAsync(receiver, producer);
        var other = await bob.ProduceAsync(receiver);
        var own = await alice.ConsumeAsync(created.TransportId, other);

        var expected = CloseReason.Requested;
        switch (cause)
        {
            case Cause.TransportClosed:
                await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
                break;
            case Cause.RouterClosed:
                expected = CloseReason.RouterClosed;
                await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
                break;
            case Cause.TransportKilled:
                expected = CloseReason.ControlFault;
                created.Transport.Tell(Kill.Instance);
                break;
            case Cause.ControlFault:
                expected = CloseReason.ControlFault;
                node.Media.ThrowOn(nameof(IMediaPlane.GetTransportStats));
                Assert.Equal(
                    SfuErrorCode.Fault, await alice.RejectedAsync(new RouterProtocol.GetTransportStats(alice.NextRequest, alice.Router, created.TransportId)));
                break;
            case Cause.OwnerLost:
                node.System.Stop(alice.Session);
                break;
            case Cause.MediaFault:
                expected = CloseReason.MediaFault;
                node.Media.FaultTransportOf(producer.Value);
                break;
            case Cause.NodeClosed:
                expected = CloseReason.NodeClosed;
                await node.AskNodeAsync<Done>(new NodeProtocol.CloseNode(1));
                break;
        }

        if (cause != Cause.OwnerLost)
        {
            Assert.Equal(CloseReason.TransportClosed, (await alice.EventAsync<SessionEvents.ConsumerClosed>(news => news.ConsumerId == own)).Reason);
            Assert.Equal(expected, (await alice.EventAsync<SessionEvents.TransportClosed>()).Reason);
        }

        var ended = await bob.EventAsync<SessionEvents.ConsumerClosed>();
        var all = cause is Cause.RouterClosed or Cause.NodeClosed;
        Assert.Equal((consumer, all ? CloseReason.TransportClosed : CloseReason.ProducerClosed), (ended.ConsumerId, ended.Reason));
        await TestNode.UntilAsync(
            async () => await node.DumpAsync() is { Transports.IsEmpty: true } dump && dump.Media.Transports.Length == (all ? 0 : 1),
            () => "the transport is left over");
        if (!all)
        {
            var router = await bob.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(bob.NextRequest, bob.Router));
            Assert.Equal((1, 1, 0), (router.Transports.Length, router.Producers.Length, router.Consumers.Length));
            await bob.DoAsync(new RouterProtocol.PauseProducer(bob.NextRequest, bob.Router, other));
        }
    }

    [Fact]
    public async Task A_node_that_closes_makes_no_more_of_them()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("plain-late");
        await alice.PlainTransportAsync();
        await node.AskNodeAsync<Done>(new NodeProtocol.CloseNode(1));

        // Each is refused: at first perhaps by the server, which is asked, and then by the Router, which has heard of it.
        await TestNode.UntilAsync(
            async () => await alice.RejectedAsync(new RouterProtocol.CreatePlainTransport(
                alice.NextRequest, alice.Router, new PlainTransportOptions(TestClient.Loopback), null, null)) == SfuErrorCode.Unavailable,
            () => "the Router does not hear of it");
        Assert.Empty((await node.DumpAsync()).Transports);
    }

    [Fact]
    public async Task The_Routers_next_incarnation_knows_what_it_is()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("plain-orphan");
        var plain = await alice.PlainTransportAsync();
        var producer = await alice.ProduceAsync(plain.TransportId);
        var pipe = await alice.PipeTransportAsync();
        node.System.ActorSelection("/system/sharding/router/*/plain-orphan").Tell(RouterHandOff.Instance);
        RouterDump? dump = null;
        await TestNode.UntilAsync(
            async () =>
            {
                dump = await alice.AskAsync<IReply>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router)) as RouterDump;
                return dump?.Transports.Length == 2 && (await node.DumpAsync()).Branches.All(static branch => !branch.Orphaned);
            },
            () => $"{dump}");
        Assert.Equal(TransportKind.Plain, dump!.Transports.Single(transport => transport.TransportId == plain.TransportId).Kind);

        // An end of a pipe takes everything, so that nobody has to say what it can receive.
        Assert.Equal(Media.Ortc.ConsumerType.Pipe, (await alice.AskAsync<Consumed>(alice.Consume(pipe.TransportId, producer))).Type);
    }
}

using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Whoever wants to know what happens to a transport, beside its owner.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class TransportSubscriptionSpecs
{
    public enum Cause
    {
        TransportClosed,
        RouterClosed,
        ServerClosed,
        NodeClosed,
        OwnerLost,
        TransportKilled,
        ServerKilled,
        MediaFault,
    }

    public static TheoryData<Cause> Causes() => [.. Enum.GetValues<Cause>()];

    [Fact]
    public async Task Subscriber_gets_what_there_is_and_then_what_the_owner_gets()
    {
        await using var node = await TestNode.StartAsync("sfu.web-rtc-transport.path-report-interval = 1 ms");
        var alice = node.Client("state");
        var created = await alice.TransportAsync();
        node.Media.Raise(0, Complete);
        await alice.EventAsync<SessionEvents.IceStateChanged>();

        var subscriber = node.Kit.CreateTestProbe();
        var subscribed = await alice.AskAsync<TransportSubscribed>(Subscribe(alice, created.TransportId, subscriber));
        Assert.Equal(created.Transport, subscribed.Transport);
        var state = await subscriber.ExpectMsgAsync<SessionEvents.TransportState>(TestNode.Patience);
        Assert.Equal(IceState.Completed, state.IceState);
        Assert.Equal(DtlsTransportState.New, state.DtlsState);
        Assert.Equal([created.IceParameters.UsernameFragment], state.Ufrags.AsEnumerable());
        Assert.Equal([Info(1), Info(2)], state.Tuples.AsEnumerable());
        Assert.Equal(Info(1), state.SelectedTuple);

        node.Media.Raise(0, events =>
        {
            events.TupleRemoved(Tuple(2), TupleRemovalReason.ConsentExpired);
            events.TupleSendQueueOverflowed(Tuple(1), 7);
        });
        foreach (var probe in new[] { subscriber, alice.SessionProbe })
        {
            Assert.Equal(Info(2), (await probe.ExpectMsgAsync<SessionEvents.TupleRemoved>(TestNode.Patience)).Tuple);
            var overflow = await probe.ExpectMsgAsync<SessionEvents.TupleSendQueueOverflowed>(TestNode.Patience);
            Assert.Equal((Info(1), 7), (overflow.Tuple, overflow.DroppedFrames));
        }
    }

    [Fact]
    public async Task A_change_that_waits_for_its_interval_is_news_to_who_subscribes_meanwhile()
    {
        await using var node = await TestNode.StartAsync("sfu.web-rtc-transport.path-report-interval = 1 s");
        var alice = node.Client("meanwhile");
        var created = await alice.TransportAsync();
        await alice.EventAsync<SessionEvents.LocalUfragAdded>();
        node.Media.Raise(0, events => events.TupleAdded(Tuple(1)));
        await node.Media.DumpAsync();

        var subscriber = node.Kit.CreateTestProbe();
        await alice.AskAsync<TransportSubscribed>(Subscribe(alice, created.TransportId, subscriber));
        Assert.Empty((await subscriber.ExpectMsgAsync<SessionEvents.TransportState>(TestNode.Patience)).Tuples);
        Assert.Equal(Info(1), (await subscriber.ExpectMsgAsync<SessionEvents.TupleAdded>(TestNode.Patience)).Tuple);
        Assert.Equal(Info(1), (await alice.EventAsync<SessionEvents.TupleAdded>()).Tuple);
    }

    [Fact]
    public async Task Subscribing_twice_doubles_nothing_and_an_owner_stays_the_owner()
    {
        await using var node = await TestNode.StartAsync("sfu.web-rtc-transport.path-report-interval = 1 ms");
        var alice = node.Client("twice");
        var created = await alice.TransportAsync();
        await alice.EventAsync<SessionEvents.LocalUfragAdded>();
        var subscriber = node.Kit.CreateTestProbe();
        foreach (var probe in new[] { subscriber, subscriber, alice.SessionProbe })
        {
            await alice.AskAsync<TransportSubscribed>(Subscribe(alice, created.TransportId, probe));
            await probe.ExpectMsgAsync<SessionEvents.TransportState>(TestNode.Patience);
        }

        node.Media.Raise(0, events => events.TupleAdded(Tuple(1)));
        await subscriber.ExpectMsgAsync<SessionEvents.TupleAdded>(TestNode.Patience);
        await alice.SessionProbe.ExpectMsgAsync<SessionEvents.TupleAdded>(TestNode.Patience);

        foreach (var probe in new[] { subscriber, subscriber, alice.SessionProbe })
        {
            await alice.DoAsync(new RouterProtocol.UnsubscribeTransport(alice.NextRequest, alice.Router, created.TransportId, probe.Ref));
        }

        node.Media.Raise(0, events => events.TupleAdded(Tuple(2)));
        Assert.Equal(Info(2), (await alice.SessionProbe.ExpectMsgAsync<SessionEvents.TupleAdded>(TestNode.Patience)).Tuple);
        node.System.Stop(alice.Session);
        await node.MustBeEmptyAsync("twice");
        Assert.False(subscriber.HasMessages);
    }

    [Fact]
    public async Task A_subscriber_that_dies_is_forgotten_and_the_transport_lives()
    {
        await using var node = await TestNode.StartAsync("sfu.web-rtc-transport.path-report-interval = 1 ms");
        var alice = node.Client("dies");
        var created = await alice.TransportAsync();
        await alice.EventAsync<SessionEvents.LocalUfragAdded>();
        var subscriber = node.Kit.CreateTestProbe();
        await alice.AskAsync<TransportSubscribed>(Subscribe(alice, created.TransportId, subscriber));
        var letters = node.Kit.CreateTestProbe();
        node.System.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        node.System.Stop(subscriber.Ref);

        var tuple = 0;
        await TestNode.UntilAsync(
            async () =>
            {
                while (letters.HasMessages)
                {
                    await letters.ExpectMsgAsync<DeadLetter>();
                }

                node.Media.Raise(0, events => events.TupleAdded(Tuple(++tuple)));
                await alice.EventAsync<SessionEvents.TupleAdded>();
                return !letters.HasMessages;
            },
            () => "the dead subscriber is still told");
        await alice.AskAsync<Stats>(new RouterProtocol.GetTransportStats(alice.NextRequest, alice.Router, created.TransportId));
    }

    [Fact]
    public async Task Who_subscribes_to_what_is_not_there_hears_why()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("gone");
        var created = await alice.TransportAsync();
        var subscriber = node.Kit.CreateTestProbe();
        Assert.Equal(SfuErrorCode.NotFound, await alice.RejectedAsync(Subscribe(alice, new TransportId("ghost"), subscriber)));
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
        Assert.Equal(SfuErrorCode.Closed, await alice.RejectedAsync(Subscribe(alice, created.TransportId, subscriber)));
        Assert.False(subscriber.HasMessages);
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task Whatever_ends_a_transport_it_takes_back_once_what_it_told(Cause cause)
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("ends");
        var created = await alice.TransportAsync();
        var subscriber = node.Kit.CreateTestProbe();
        await alice.AskAsync<TransportSubscribed>(Subscribe(alice, created.TransportId, subscriber));
        node.Media.Raise(0, Complete);

        // Some of it may still wait for its interval when the end comes: the balance is the same.
        await node.Media.DumpAsync();
        await CauseAsync(node, alice, created, cause);

        var heard = new List<ISessionEvent>();
        await TestNode.UntilAsync(
            async () =>
            {
                while (subscriber.HasMessages)
                {
                    heard.Add(await subscriber.ExpectMsgAsync<ISessionEvent>());
                }

                return heard.OfType<SessionEvents.TransportClosed>().Any();
            },
            () => string.Join('\n', heard));
        await node.DumpAsync();
        await node.DumpAsync();
        Assert.False(subscriber.HasMessages);
        Assert.IsType<SessionEvents.TransportClosed>(heard[^1]);
        Assert.IsType<SessionEvents.TransportState>(heard[0]);
        var before = (SessionEvents.TransportState)heard[0];
        Assert.Equal(
            [Info(1), Info(2)],
            before.Tuples.Concat(heard.OfType<SessionEvents.TupleAdded>().Select(added => added.Tuple)));
        Assert.Equal([Info(1), Info(2)], heard.OfType<SessionEvents.TupleRemoved>().Select(removed => removed.Tuple));
        Assert.All(heard.OfType<SessionEvents.TupleRemoved>(), removed => Assert.Equal(TupleRemovalReason.TransportClosed, removed.Reason));
        Assert.Equal(created.IceParameters.UsernameFragment, Assert.Single(heard.OfType<SessionEvents.LocalUfragRemoved>()).Ufrag);
        Assert.Null(Assert.Single(heard.OfType<SessionEvents.SelectedTupleChanged>(), changed => changed.Tuple is null).Tuple);
        Assert.Single(heard.OfType<SessionEvents.IceStateChanged>(), changed => changed.State == IceState.Closed);
        Assert.Single(heard.OfType<SessionEvents.DtlsStateChanged>(), changed => changed.State == DtlsTransportState.Closed);
    }

    private static async Task CauseAsync(TestNode node, TestClient alice, TransportCreated created, Cause cause)
    {
        switch (cause)
        {
            case Cause.TransportClosed:
                await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
                break;
            case Cause.RouterClosed:
                await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
                break;
            case Cause.ServerClosed:
                await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, new ServerId("main")));
                break;
            case Cause.NodeClosed:
                await node.AskNodeAsync<Done>(new NodeProtocol.CloseNode(1));
                break;
            case Cause.OwnerLost:
                node.System.Stop(alice.Session);
                break;
            case Cause.TransportKilled:
                created.Transport.Tell(Kill.Instance);
                break;
            case Cause.ServerKilled:
                node.System.ActorSelection("/user/sfu-node/server-main").Tell(Kill.Instance);
                break;
            case Cause.MediaFault:
                node.Media.FaultTransport(0);
                break;
        }
    }

    private static RouterProtocol.SubscribeTransport Subscribe(TestClient client, TransportId transport, TestProbe subscriber) =>
        new(client.NextRequest, client.Router, transport, subscriber.Ref);

    private static void Complete(ITransportEvents events)
    {
        events.TupleAdded(Tuple(1));
        events.TupleAdded(Tuple(2));
        events.SelectedTupleChanged(Tuple(1));
        events.IceStateChanged(IceState.Completed);
    }

    private static TupleInfo Info(int i) => TupleInfo.From(Tuple(i));

    private static TransportTuple Tuple(int i) =>
        new(TransportProtocol.Tcp, 1, IpEndpoint.FromIPv4(0x7F000001, 5000), IpEndpoint.FromIPv4(0x0A000001, (ushort)(1000 + i)));
}

using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Ice;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Requests of every kind race with a closing, for each cause: each is answered exactly once, and never as if there had been nothing.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class CloseRaceSpecs
{
    private const int Requests = 400;

    public enum Cause
    {
        Consumer,
        Producer,
        Transport,
        Router,
        Server,
        Node,
        OwnerLost,
        TransportKilled,
        ServerKilled,
        MediaFault,
    }

    public static TheoryData<Cause> Causes() => [.. Enum.GetValues<Cause>()];

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task Each_request_gets_one_answer(Cause cause)
    {
        await using var node = await TestNode.StartAsync("sfu.router.empty-linger = 1 m");
        var alice = node.Client("race");
        var bob = node.Client("race");
        var created = await alice.TransportAsync();
        var transport = created.TransportId;
        await alice.AskAsync<TransportConnected>(alice.Connect(transport));
        var producer = await alice.ProduceAsync(transport);
        var consumer = await alice.ConsumeAsync(transport, producer);
        var elsewhere = await bob.ConnectedTransportAsync(new WebRtcTransportOptions { ListenInfos = [new(TransportProtocol.Udp, "127.0.0.1", null, 0)] });
        var capabilities = await bob.CapabilitiesAsync();
        var asker = node.Kit.CreateTestProbe();
        var subscriber = node.Kit.CreateTestProbe();

        var asked = new List<long>();
        for (var i = 0; i < Requests; i++)
        {
            var id = 10_000L + i;
            asked.Add(id);
            IRequest request = (i % 14) switch
            {
                0 => alice.Produce(transport) with { RequestId = id },
                1 => alice.Consume(transport, producer, capabilities) with { RequestId = id },
                2 => bob.Consume(elsewhere, producer, capabilities) with { RequestId = id },
                3 => new RouterProtocol.GetTransportStats(id, alice.Router, transport),
                4 => new RouterProtocol.GetProducerStats(id, alice.Router, producer),
                5 => new RouterProtocol.GetConsumerStats(id, alice.Router, consumer),
                6 => new RouterProtocol.RestartIce(id, alice.Router, transport),
                7 => new RouterProtocol.PauseProducer(id, alice.Router, producer),
                8 => new RouterProtocol.ResumeConsumer(id, alice.Router, consumer),
                9 => new RouterProtocol.SubscribeTransport(id, alice.Router, transport, subscriber.Ref),
                10 => new RouterProtocol.CreateWebRtcTransport(id, alice.Router, WebRtcTransportOptions.Default, null, null),
                11 => new RouterProtocol.CreateWebRtcTransport(
                    id, alice.Router, new WebRtcTransportOptions { ListenInfos = [new(TransportProtocol.Udp, "127.0.0.1", null, 0)] }, null, null),
                12 => new RouterProtocol.GetTransportStats(id, alice.Router, transport),
                _ => new RouterProtocol.CanConsume(id, alice.Router, producer, capabilities),
            };

            // Some go straight to the actor, as the protocol allows.
            (i % 14 == 12 ? created.Transport : node.Region).Tell(request, asker.Ref);
            if (i == Requests / 2)
            {
                Begin(node, alice, created, producer, consumer, cause);
            }
        }

        var answers = new List<IReply>();
        while (answers.Count < asked.Count)
        {
            answers.Add(await asker.ExpectMsgAsync<IReply>(TestNode.Patience));
        }

        // Where the closing has lost the race against all of them, it ends what is asked after them.
        await TestNode.UntilAsync(
            async () =>
            {
                var id = 10_000L + asked.Count;
                asked.Add(id);
                node.Region.Tell(new RouterProtocol.GetConsumerStats(id, alice.Router, consumer), asker.Ref);
                answers.Add(await asker.ExpectMsgAsync<IReply>(TestNode.Patience));
                return answers[^1] is Rejected;
            },
            () => $"{cause}: the consumer lives on");

        await node.DumpAsync();
        await node.DumpAsync();
        Assert.False(asker.HasMessages);
        Assert.Equal(asked, answers.Select(answer => answer.RequestId).Order());
        Assert.All(answers.OfType<Rejected>(), rejected => Assert.True(
            rejected.Error.Code is SfuErrorCode.Closed
                // The fault was the request's own, or of the one before it.
                || (rejected.Error.Code == SfuErrorCode.Fault && cause is Cause.TransportKilled or Cause.MediaFault)
                // There is no such server any more, or no node that takes a transport, and there may be again.
                || (rejected.Error.Code == SfuErrorCode.Unavailable && cause is Cause.Server or Cause.ServerKilled or Cause.Node)
                // The Router of this name has ended, and the next one knows nothing.
                || (rejected.Error.Code == SfuErrorCode.NotFound && cause == Cause.Router),
            $"{cause}: {rejected}"));

        if (cause != Cause.Node)
        {
            await node.Region.Ask<IReply>(new RouterProtocol.CloseRouter(1, alice.Router), TestNode.Patience);
        }

        await node.MustBeEmptyAsync("race");
    }

    private static void Begin(
        TestNode node, TestClient alice, TransportCreated created, ProducerId producer, ConsumerId consumer, Cause cause)
    {
        switch (cause)
        {
            case Cause.Consumer:
                node.Region.Tell(new RouterProtocol.CloseConsumer(1, alice.Router, consumer), alice.Asker.Ref);
                break;
            case Cause.Producer:
                node.Region.Tell(new RouterProtocol.CloseProducer(1, alice.Router, producer), alice.Asker.Ref);
                break;
            case Cause.Transport:
                node.Region.Tell(new RouterProtocol.CloseTransport(1, alice.Router, created.TransportId), alice.Asker.Ref);
                break;
            case Cause.Router:
                node.Region.Tell(new RouterProtocol.CloseRouter(1, alice.Router), alice.Asker.Ref);
                break;
            case Cause.Server:
                node.Node.Tell(new NodeProtocol.CloseServer(1, new ServerId("main")), alice.Asker.Ref);
                break;
            case Cause.Node:
                node.Node.Tell(new NodeProtocol.CloseNode(1), alice.Asker.Ref);
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
                node.Media.FaultTransportOf(producer.Value);
                break;
        }
    }
}

using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Scores, layers, orientations and traces, from the media plane to whoever listens.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class QualityEventSpecs
{
    private const string AtOnce = "sfu.web-rtc-transport.path-report-interval = 1 ms";

    private static readonly ConsumerScore _score = new(9, 8, [8, 10, 0]);
    private static readonly VideoOrientation _orientation = new(Camera: true, Flip: false, Rotation: 90);

    [Fact]
    public async Task Owner_hears_of_every_kind_and_later_dumps_and_subscribers_know_it()
    {
        await using var node = await TestNode.StartAsync(AtOnce);
        var alice = node.Client("quality");
        var transport = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceSimulcastAsync(transport);
        var consumer = await alice.ConsumeAsync(transport, producer);
        var producerHandle = await node.Media.HandleOfAsync(producer);
        var consumerHandle = await node.Media.HandleOfAsync(consumer);
        node.Media.Raise(0, events =>
        {
            events.ProducerScoresChanged(producerHandle, [new EncodingScore(0, 1, "r0", 7)]);
            events.ProducerVideoOrientationChanged(producerHandle, _orientation);
            events.ConsumerLayersChanged(consumerHandle, new ConsumerLayers(1, 2));
            events.ConsumerScoreChanged(consumerHandle, _score);
        });
        Assert.Equal(new EncodingScore(0, 1, "r0", 7), (await alice.EventAsync<SessionEvents.ProducerScoresChanged>(e => e.ProducerId == producer)).Scores.Single());
        await EveryKindAsync(node, alice, transport, producer, consumer);
    }

    [Fact]
    public async Task The_same_thing_is_not_told_twice()
    {
        await using var node = await TestNode.StartAsync(AtOnce);
        var alice = node.Client("twice");
        var transport = await alice.ConnectedTransportAsync();
        var consumer = await alice.ConsumeAsync(transport, await alice.ProduceAsync(transport));
        var handle = await node.Media.HandleOfAsync(consumer);
        node.Media.Raise(0, events => events.ConsumerScoreChanged(handle, _score));
        await alice.EventAsync<SessionEvents.ConsumerScoreChanged>();
        node.Media.Raise(0, events => events.ConsumerScoreChanged(handle, new ConsumerScore(9, 8, [8, 10, 0])));
        node.Media.Raise(0, events => events.ConsumerLayersChanged(handle, new ConsumerLayers(0, 0)));
        node.Media.Raise(0, events => events.ConsumerScoreChanged(handle, _score with { Score = 1 }));
        Assert.Equal(1, (await alice.EventAsync<SessionEvents.ConsumerScoreChanged>()).Score.Score);
    }

    [Fact]
    public async Task Traces_reach_the_owner_with_what_they_are_about()
    {
        await using var node = await TestNode.StartAsync(AtOnce);
        var alice = node.Client("traces");
        var transport = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(transport);
        var consumer = await alice.ConsumeAsync(transport, producer);
        var producerHandle = await node.Media.HandleOfAsync(producer);
        var consumerHandle = await node.Media.HandleOfAsync(consumer);
        var bwe = new BweTrace(1, "transport-cc", 2, 3, 4, 5, 6, 7, 8);
        var nack = new FeedbackTrace(MediaTraceTypes.Nack, 1, MediaTraceDirection.In, 42);
        node.Media.Raise(0, events =>
        {
            events.TransportTraced(bwe);
            events.ProducerTraced(producerHandle, nack);
            events.ConsumerTraced(consumerHandle, nack with { Direction = MediaTraceDirection.Out });
        });
        Assert.Equal(bwe, (await alice.EventAsync<SessionEvents.TransportTraced>(e => e.TransportId == transport)).Trace);
        Assert.Equal(nack, (await alice.EventAsync<SessionEvents.ProducerTraced>(e => e.ProducerId == producer)).Trace);
        Assert.Equal(MediaTraceDirection.Out, (await alice.EventAsync<SessionEvents.ConsumerTraced>(e => e.ConsumerId == consumer)).Trace.Direction);
    }

    private static async Task EveryKindAsync(TestNode node, TestClient alice, TransportId transport, ProducerId producer, ConsumerId consumer)
    {
        // Folded or not, they are told in the order Producers, layers, Consumers.
        Assert.Equal(_orientation, (await alice.EventAsync<SessionEvents.ProducerVideoOrientationChanged>(e => e.ProducerId == producer)).Orientation);
        Assert.Equal(new ConsumerLayers(1, 2), (await alice.EventAsync<SessionEvents.ConsumerLayersChanged>(e => e.ConsumerId == consumer)).Layers);
        Assert.Equal(_score, (await alice.EventAsync<SessionEvents.ConsumerScoreChanged>(e => e.ConsumerId == consumer)).Score);

        var dump = await alice.AskAsync<WebRtcTransportDump>(new RouterProtocol.DumpTransport(alice.NextRequest, alice.Router, transport));
        Assert.Equal(7, dump.Producers.Single().Score.Single().Score);
        Assert.Equal(_orientation, dump.Producers.Single().VideoOrientation);
        Assert.Equal((new ConsumerLayers(1, 2), _score), (dump.Consumers.Single().CurrentLayers, dump.Consumers.Single().Score));

        var subscriber = node.Kit.CreateTestProbe();
        await alice.AskAsync<TransportSubscribed>(new RouterProtocol.SubscribeTransport(alice.NextRequest, alice.Router, transport, subscriber));
        await subscriber.ExpectMsgAsync<SessionEvents.TransportState>(TestNode.Patience);
        await subscriber.ExpectMsgAsync<SessionEvents.ProducerScoresChanged>(TestNode.Patience);
        await subscriber.ExpectMsgAsync<SessionEvents.ProducerVideoOrientationChanged>(TestNode.Patience);
        await subscriber.ExpectMsgAsync<SessionEvents.ConsumerLayersChanged>(TestNode.Patience);
        await subscriber.ExpectMsgAsync<SessionEvents.ConsumerScoreChanged>(TestNode.Patience);
    }
}

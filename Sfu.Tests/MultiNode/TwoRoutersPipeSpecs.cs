using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>Two Routers on two nodes, and what is piped from one to the other.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class TwoRoutersPipeSpecs : IAsyncLifetime
{
    private TestNode _near = null!;
    private TestNode _far = null!;
    private TestClient _alice = null!;
    private TransportId _published;
    private TestClient _bob = null!;

    public async Task InitializeAsync()
    {
        // Before there is another node that a Router or a transport could come to be on.
        _near = await TestNode.StartAsync();
        _alice = _near.Client("router-of-near");
        await _alice.CapabilitiesAsync();
        _published = await _alice.ConnectedTransportAsync();
        _far = await TestNode.StartAsync($"sfu.cluster.seed-nodes = [\"{Akka.Cluster.Cluster.Get(_near.System).SelfAddress}\"]");

        // A Router comes to be on the node that has fewest; until the far node's region is known that is the near one.
        for (var i = 0; ; i++)
        {
            _bob = _far.Client($"router-of-far-{i}");
            await _bob.PlainTransportAsync();
            if (!(await _far.DumpAsync()).Branches.IsEmpty)
            {
                break;
            }

            Assert.True(i < 200, "no Router comes to be on the far node");
            await _bob.DoAsync(new RouterProtocol.CloseRouter(_bob.NextRequest, _bob.Router));
        }
    }

    public async Task DisposeAsync()
    {
        await _far.DisposeAsync();
        await _near.DisposeAsync();
    }

    [Fact]
    public async Task What_is_piped_follows_its_source_to_the_other_node()
    {
        var source = await _alice.ProduceSimulcastAsync(_published);
        var piped = await _alice.AskAsync<PipedToRouter>(Pipe(source) with { EnableSrtp = true });
        Assert.Equal(source, piped.PipeProducerId);
        Assert.Equal(3, (await _near.Media.DumpAsync()).Transports.SelectMany(static transport => transport.Consumers).Count());
        Assert.Equal(source.Value, Assert.Single((await _far.Media.DumpAsync()).Transports.SelectMany(static transport => transport.Producers)).Id);
        Assert.Single((await _near.DumpAsync()).Transports);

        var consumer = await _bob.ConsumeAsync(await _bob.ConnectedTransportAsync(), source);
        await _alice.DoAsync(new RouterProtocol.PauseProducer(_alice.NextRequest, _alice.Router, source));
        Assert.Equal(consumer, (await _bob.EventAsync<SessionEvents.ConsumerPaused>()).ConsumerId);
        await _alice.DoAsync(new RouterProtocol.ResumeProducer(_alice.NextRequest, _alice.Router, source));
        Assert.Equal(consumer, (await _bob.EventAsync<SessionEvents.ConsumerResumed>()).ConsumerId);
        await _alice.DoAsync(new RouterProtocol.CloseProducer(_alice.NextRequest, _alice.Router, source));
        var ended = await _bob.EventAsync<SessionEvents.ConsumerClosed>();
        Assert.Equal((consumer, CloseReason.ProducerClosed), (ended.ConsumerId, ended.Reason));

        await _alice.DoAsync(new RouterProtocol.CloseRouter(_alice.NextRequest, _alice.Router));
        await _bob.DoAsync(new RouterProtocol.CloseRouter(_bob.NextRequest, _bob.Router));
        foreach (var node in new[] { _near, _far })
        {
            NodeProtocol.NodeDump? dump = null;
            await TestNode.UntilAsync(async () => (dump = await node.DumpAsync()).IsIdle, () => $"left over: {dump}");
        }
    }

    [Fact]
    public async Task The_near_end_closes_when_the_far_node_leaves()
    {
        var source = await _alice.ProduceAsync(await _alice.ConnectedTransportAsync());
        await _alice.AskAsync<PipedToRouter>(Pipe(source));
        await _far.StopAsync();
        RouterDump? dump = null;
        await TestNode.UntilAsync(
            async () => (dump = await _alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(_alice.NextRequest, _alice.Router))) is
            { Consumers.IsEmpty: true, Producers.Length: 1, Transports.Length: 2 },
            () => $"{dump}");
        Assert.Empty((await _near.DumpAsync()).Transports);
    }

    private RouterProtocol.PipeToRouter Pipe(ProducerId producer) => new(_alice.NextRequest, _alice.Router, producer, _bob.Router);
}

using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>
/// One law per cause, over three Routers and two WebRtcServers: a Consumer whose own transport ends says <c>transportclose</c> and no more, one
/// elsewhere says <c>producerclose</c>, everything says it once, and no dump knows of it afterwards.
/// </summary>
[Collection(nameof(ActorsCollection))]
public sealed class ManyRoutersCascadeSpecs : IAsyncLifetime
{
    private TestNode _node = null!;
    private CascadeWorld _world = null!;

    private CascadeWorld.Place First => _world.Places[0];

    public async Task InitializeAsync()
    {
        _node = await TestNode.StartAsync("sfu.router.empty-linger = 30 s");
        _world = await CascadeWorld.CreateAsync(_node);
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task WebRtcServer_close_ends_its_transports_in_every_Router_and_no_other()
    {
        await _node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, CascadeWorld.Main));
        await _world.MustHaveEndedAsync(place => place.Server == CascadeWorld.Main, CloseReason.ListenServerClosed);

        // The Routers live, and have a use for the other server.
        foreach (var router in _world.Places.GroupBy(place => place.Router))
        {
            var survivor = router.First(place => place.Server == CascadeWorld.Second);
            var fresh = await survivor.Owner.ConnectedTransportAsync(new WebRtcTransportOptions { Server = CascadeWorld.Second });
            await survivor.Owner.ConsumeAsync(fresh, survivor.Producer);
        }

        await _world.EndAsync();
    }

    [Fact]
    public async Task Router_close_ends_its_transports_on_every_server_and_no_other()
    {
        await First.Owner.DoAsync(new RouterProtocol.CloseRouter(First.Owner.NextRequest, First.Router));
        await _world.MustHaveEndedAsync(place => place.Router == First.Router, CloseReason.RouterClosed);
        await _world.EndAsync();
    }

    [Fact]
    public async Task Transport_close_ends_it_and_the_Consumers_of_its_Producers()
    {
        await First.Owner.DoAsync(new RouterProtocol.CloseTransport(First.Owner.NextRequest, First.Router, First.Transport));
        await _world.MustHaveEndedAsync(place => place == First, CloseReason.Requested);
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_lost_owner_ends_its_transport()
    {
        _node.System.Stop(First.Owner.Session);
        await _world.MustHaveEndedAsync(place => place == First, CloseReason.OwnerClosed, ownersAreGone: true);
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_transport_actor_that_throws_ends_its_transport_alone()
    {
        _node.Media.ThrowOn("RestartIce");
        await First.Owner.RejectedAsync(new RouterProtocol.RestartIce(First.Owner.NextRequest, First.Router, First.Transport));
        await _world.MustHaveEndedAsync(place => place == First, CloseReason.ControlFault);
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_transport_actor_that_is_killed_ends_its_transport_alone()
    {
        First.Actor.Tell(Kill.Instance);
        await _world.MustHaveEndedAsync(place => place == First, CloseReason.ControlFault);
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_server_actor_that_is_killed_ends_its_transports_like_one_that_closes()
    {
        _node.System.ActorSelection("/user/sfu-node/server-main").Tell(Kill.Instance);
        await _world.MustHaveEndedAsync(place => place.Server == CascadeWorld.Main, CloseReason.ListenServerClosed);
        await TestNode.UntilAsync(async () => (await _node.DumpAsync()).Servers.Single().ServerId == CascadeWorld.Second, () => "the killed server is there");
        Assert.Single((await _node.Media.DumpAsync()).Servers);
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_media_fault_ends_the_transport_that_it_happened_to()
    {
        _node.Media.FaultTransportOf(First.Producer.Value);
        await _world.MustHaveEndedAsync(place => place == First, CloseReason.MediaFault);
        await _world.EndAsync();
    }

    [Fact]
    public async Task Node_close_ends_everything_and_then_the_sockets()
    {
        await _node.AskNodeAsync<Done>(new NodeProtocol.CloseNode(1));
        Assert.True((await _node.Media.DumpAsync()).IsEmpty);
        await _world.MustHaveEndedAsync(_ => true, CloseReason.NodeClosed);
        var journal = _node.Media.Journal;
        Assert.Equal(2, journal.Count(entry => entry == "sockets closed"));
        Assert.Equal("sockets closed", journal[^1]);
        Assert.Equal(
            CascadeWorld.Routers * CascadeWorld.TransportsPerRouter, journal.Count(entry => entry.StartsWith("close_notify", StringComparison.Ordinal)));
    }
}

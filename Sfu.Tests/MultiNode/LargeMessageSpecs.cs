using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Ortc;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>Messages that are larger than Akka's own limit of 128 KB, between two nodes, while the nodes stay in sight of each other.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class LargeMessageSpecs : IAsyncLifetime
{
    private const int Transports = 5_000;
    private const int AkkasLimit = 128_000;

    private TestNode _near = null!;
    private TestNode _far = null!;
    private TestProbe _probe = null!;
    private TestProbe _unreachable = null!;

    public async Task InitializeAsync()
    {
        // Routers that are tried and not taken stay out of the way.
        const string Linger = "sfu.router.empty-linger = 1 m";
        _near = await TestNode.StartAsync(Linger);
        _far = await TestNode.StartAsync($"{Linger}\nsfu.cluster.seed-nodes = [\"{Cluster.Get(_near.System).SelfAddress}\"]");
        await TestNode.UntilAsync(
            () => Task.FromResult(Cluster.Get(_near.System).State.Members.Count(member => member.Status == MemberStatus.Up) == 2),
            () => "They do not find each other.");
        await TestNode.UntilAsync(async () => (await TestCluster.RegionsAsync(_near)).Count == 2, () => "Routers live on one node only.");
        _probe = _near.Kit.CreateTestProbe();
        _probe.IgnoreMessages(static message => message is ReconcileProtocol.Reconcile);
        _unreachable = _near.Kit.CreateTestProbe();
        Cluster.Get(_near.System).Subscribe(_unreachable.Ref, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.UnreachableMember));
    }

    public async Task DisposeAsync()
    {
        await _far.DisposeAsync();
        await _near.DisposeAsync();
    }

    [Fact]
    public async Task Snapshot_and_dump_of_a_Router_with_thousands_of_transports_cross_in_order()
    {
        var router = await RouterOnFarAsync();
        var snapshot = new BranchSnapshot(
            new RouterSetup(DefaultMediaCodecs.Value, Explicit: true, JsonText.EmptyObject),
            [],
            [.. Enumerable.Range(0, Transports).Select(_ => new TransportRecord(TransportId.New(), null, _probe.Ref, Open: true))],
            [],
            []);
        Assert.True(Bytes(new BranchProtocol.AttachBranch(router, _probe.Ref, _near.Node, snapshot)) > 3 * AkkasLimit);

        _near.Region.Tell(new BranchProtocol.AttachBranch(router, _probe.Ref, _near.Node, snapshot), _probe.Ref);
        _near.Region.Tell(new BranchProtocol.TransportEnded(router, snapshot.Transports[0].TransportId, CloseReason.Requested), _probe.Ref);
        _near.Region.Tell(new RouterProtocol.DumpRouter(1, router), _probe.Ref);

        var attached = await _probe.ExpectMsgAsync<BranchProtocol.BranchAttached>(TestNode.Patience);
        Assert.Equal(Cluster.Get(_far.System).SelfAddress, attached.Router.Path.Address);
        var dump = await _probe.FishForMessageAsync<RouterDump>(message => message.RequestId == 1, TestNode.Patience);
        Assert.True(Bytes(dump) > AkkasLimit);

        // What was sent after the snapshot has not overtaken it.
        Assert.Equal(snapshot.Transports.Skip(1).Select(transport => transport.TransportId).ToHashSet(), dump.Transports.Select(transport => transport.TransportId).ToHashSet());

        // Nor do many of them at once make a node lose sight of the other.
        for (var i = 0; i < 20; i++)
        {
            _near.Region.Tell(new RouterProtocol.DumpRouter(2, router), _probe.Ref);
        }

        for (var i = 0; i < 20; i++)
        {
            await _probe.FishForMessageAsync<RouterDump>(message => message.RequestId == 2, TestNode.Patience);
        }

        Assert.False(_unreachable.HasMessages);
    }

    [Fact]
    public async Task Transport_of_a_Router_with_many_peers_opens_on_another_node()
    {
        Assert.True(new RouterOrtc(new SeededRandom(7)).TryGetRouterCapabilities(DefaultMediaCodecs.Value, out var capabilities, out _));
        var node = await _near.System.ActorSelection($"{Cluster.Get(_far.System).SelfAddress}/user/sfu-node").ResolveOne(TestNode.Patience);
        ImmutableArray<PeerRecord> peers =
        [
            .. Enumerable.Range(0, 1_000).Select(i =>
                new PeerRecord(new PeerInfo(new PeerId($"peer-{i}"), "Name", JsonText.EmptyObject, JsonText.EmptyObject), _probe.Ref, capabilities)),
        ];
        var open = new BranchProtocol.OpenTransport(
            1,
            new RouterId("many"),
            _probe.Ref,
            new RouterSetup(DefaultMediaCodecs.Value, Explicit: true, JsonText.EmptyObject),
            peers,
            TransportId.New(),
            WebRtcTransportOptions.Default,
            null,
            _probe.Ref);
        Assert.True(Bytes(open) > 3 * AkkasLimit);

        node.Tell(open, _probe.Ref);

        var opened = await _probe.FishForMessageAsync<BranchProtocol.BranchOpened>(_ => true, TestNode.Patience);
        await _probe.FishForMessageAsync<TransportCreated>(created => created.TransportId == open.TransportId, TestNode.Patience);
        opened.Branch.Tell(new BranchProtocol.RouterClosing(new RouterId("many"), CloseReason.RouterClosed));
    }

    private int Bytes(object message) => _near.System.Serialization.FindSerializerFor(message).ToBinary(message).Length;

    /// <summary>Names are tried until one lives on the other node.</summary>
    private async Task<RouterId> RouterOnFarAsync()
    {
        for (var i = 0; i < 100; i++)
        {
            var id = new RouterId($"large-{i}");
            await _near.Region.Ask<IReply>(new RouterProtocol.GetRouterRtpCapabilities(0, id), TestNode.Patience);
            _near.Region.Tell(new BranchProtocol.AttachBranch(
                id, _probe.Ref, _near.Node, new BranchSnapshot(new RouterSetup(DefaultMediaCodecs.Value, false, JsonText.EmptyObject), [], [], [], [])), _probe.Ref);
            var attached = await _probe.FishForMessageAsync<BranchProtocol.BranchAttached>(message => message.RouterId == id, TestNode.Patience);
            if (attached.Router.Path.Address.Equals(Cluster.Get(_far.System).SelfAddress))
            {
                return id;
            }
        }

        throw new InvalidOperationException("All Routers live on one node.");
    }
}

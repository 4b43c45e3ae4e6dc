using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Remote;
using Akka.Remote.Transport;
using Sfu.Actors.Cluster;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Net;

namespace Sfu.Tests.Support;

/// <summary>
/// Several nodes in one process, with real remoting over 127.0.0.1 that can be cut. Configured as in production, with the times of
/// <c>test.conf</c>. Of two halves the greater one survives a cut, so that three members are the least for a test of loss.
/// </summary>
public sealed class TestCluster : IAsyncDisposable
{
    private const string Hocon = """
        akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        # What the members of a broken cluster have to say about it fills pages.
        akka.loglevel = OFF
        """;

    /// <summary>For a node whose connections cannot be cut, and do break.</summary>
    public const string WithBareConnections = "akka.remote.dot-netty.tcp.applied-adapters = []";

    private readonly List<TestNode> _nodes = [];
    private readonly List<TestNode> _ended = [];
    private readonly ConcurrentDictionary<RouterId, TestNode> _places = [];
    private int _started;

    /// <summary>Members, in the order in which they joined: the first is the oldest.</summary>
    public IReadOnlyList<TestNode> Nodes => _nodes;

    private IEnumerable<TestNode> Carriers => _nodes.Where(node => node.CarriesMedia);

    /// <summary>One node for each text, which names its roles: <c>sfu</c>, <c>gateway</c> or <c>sfu, gateway</c>.</summary>
    public static async Task<TestCluster> StartAsync(params string[] roles)
    {
        var cluster = new TestCluster();
        foreach (var of in roles)
        {
            await cluster.JoinAsync(of);
        }

        return cluster;
    }

    /// <summary>Adds a node and waits until every member sees it up and Routers may be placed on it.</summary>
    /// <param name="roles">See <see cref="StartAsync"/>.</param>
    /// <param name="hocon">On top of <c>test.conf</c>.</param>
    /// <param name="withSockets">Over the real media plane, at 127.0.0.1.</param>
    public async Task<TestNode> JoinAsync(string roles, string hocon = "", bool withSockets = false)
    {
        var seeds = string.Join(", ", _nodes.Select(node => $"\"{node.Address}\""));
        IMediaPlane media = withSockets ? MediaPlane.Start(new MediaPlaneOptions { Threads = 1 }) : new FakeMediaPlane();
        var joined = await TestNode.StartAsync(
            $"{Hocon}\n{hocon}\nsfu.cluster {{ roles = [{roles}], seed-nodes = [{seeds}] }}",
            media,
            ++_started,
            (system, configured) => new AskedPlacement(this, system, configured));
        _nodes.Add(joined);
        await MustAgreeAsync();
        return joined;
    }

    /// <summary>Stops a node in good order.</summary>
    public async Task LeaveAsync(TestNode node)
    {
        _nodes.Remove(node);
        await node.DisposeAsync();
    }

    /// <summary>A node dies as by kill -9: nothing that it still wanted to say reaches anybody, and its connections break.</summary>
    public async Task CrashAsync(TestNode node)
    {
        _nodes.Remove(node);
        foreach (var other in _nodes)
        {
            await ThrottleAsync(node, other, Blackhole.Instance);
        }

        await node.KillAsync();
    }

    /// <summary>A node's process ends: its connections break, and nobody listens at its port any more. Of nodes with <see cref="WithBareConnections"/>.</summary>
    public async Task EndProcessAsync(TestNode node)
    {
        _nodes.Remove(node);
        await node.KillAsync();
    }

    /// <summary>The node ends by itself, because the others have the majority.</summary>
    public async Task MustHaveEndedAsync(TestNode node)
    {
        await node.System.WhenTerminated.WaitAsync(TestNode.Patience);
        _nodes.Remove(node);
        _ended.Add(node);
    }

    /// <summary>Every connection to the node breaks, and at once another one may be made. Of nodes with <see cref="WithBareConnections"/>.</summary>
    public static void BreakConnectionsTo(TestNode node) => Assert.NotEqual(0, OwnConnections.Break(node.Address.Port!.Value));

    /// <summary>Both nodes are told what remoting tells when a connection breaks, which what cuts connections here keeps to itself.</summary>
    public static void TellOfBreak(TestNode node, TestNode peer)
    {
        node.System.EventStream.Publish(new DisassociatedEvent(node.Address, peer.Address, inbound: false));
        peer.System.EventStream.Publish(new DisassociatedEvent(peer.Address, node.Address, inbound: true));
    }

    /// <summary>Nothing passes between the two sides any more. Connections stay open.</summary>
    public Task CutAsync(IReadOnlyCollection<TestNode> side, IReadOnlyCollection<TestNode> other) => ThrottleAsync(side, other, Blackhole.Instance);

    /// <summary>Everything passes again.</summary>
    public Task HealAsync(IReadOnlyCollection<TestNode> side, IReadOnlyCollection<TestNode> other) => ThrottleAsync(side, other, Unthrottled.Instance);

    /// <summary>From now on the Router's transports go to this node.</summary>
    public void PlaceNext(RouterId router, TestNode node) => _places[router] = node;

    /// <summary>Creates a transport on this node, wherever its Router is.</summary>
    public async Task<TransportCreated> TransportOnAsync(TestNode node, TestClient client, WebRtcTransportOptions? options = null)
    {
        PlaceNext(client.Router, node);
        try
        {
            return await client.TransportAsync(options);
        }
        finally
        {
            _places.TryRemove(client.Router, out _);
        }
    }

    /// <summary>A transport that may produce and consume.</summary>
    public async Task<TransportId> ConnectedTransportOnAsync(TestNode node, TestClient client, WebRtcTransportOptions? options = null)
    {
        var created = await TransportOnAsync(node, client, options);
        await client.AskAsync<TransportConnected>(client.Connect(created.TransportId));
        return created.TransportId;
    }

    /// <summary>Brings a Router into being on this node. Its name must not have been used before.</summary>
    public async Task CreateRouterOnAsync(TestNode holder, RouterId router)
    {
        TestNode? found = null;
        await TestNode.UntilAsync(
            async () =>
            {
                // An idle one may have ended before it is looked for; the next is where it was.
                await holder.Region.Ask<RouterRtpCapabilities>(new RouterProtocol.GetRouterRtpCapabilities(0, router), TestNode.Patience);
                found = await HolderOfAsync(router);
                return found is not null;
            },
            () => $"Nobody holds {router}.");
        Assert.Equal(holder, found);
    }

    /// <summary>The node with the Router's actor; null when there is none. Two are a failure.</summary>
    public async Task<TestNode?> HolderOfAsync(RouterId router)
    {
        var holders = new List<TestNode>();
        foreach (var node in Carriers)
        {
            var state = await node.Region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TestNode.Patience);
            if (state.Shards.Any(shard => shard.EntityIds.Contains(router.Value)))
            {
                holders.Add(node);
            }
        }

        Assert.True(holders.Count < 2, $"{router} lives on {string.Join(", ", holders.Select(node => node.Address))}");
        return holders.SingleOrDefault();
    }

    /// <summary>The lost and left are removed, everybody is up, and every node with the role sfu takes Routers.</summary>
    public Task MustAgreeAsync()
    {
        var members = _nodes.Select(node => node.Address).ToImmutableHashSet();
        var carriers = Carriers.Select(node => node.Address).ToImmutableHashSet();
        var seen = string.Empty;
        return TestNode.UntilAsync(
            async () =>
            {
                foreach (var node in _nodes)
                {
                    var state = Cluster.Get(node.System).State;
                    var up = state.Members.Where(member => member.Status == MemberStatus.Up).Select(member => member.Address);
                    if (!members.SetEquals(up) || state.Members.Count != members.Count || !state.Unreachable.IsEmpty)
                    {
                        seen = $"{node.Address} sees {string.Join(", ", state.Members)}";
                        return false;
                    }
                }

                foreach (var node in Carriers)
                {
                    var regions = await RegionsAsync(node);
                    if (!carriers.SetEquals(regions))
                    {
                        seen = $"{node.Address} knows Router regions on {string.Join(", ", regions)}";
                        return false;
                    }
                }

                return true;
            },
            () => $"wanted {string.Join(", ", members)}: {seen}");
    }

    /// <summary>No node carries a transport or a branch, and these Routers know of none.</summary>
    public async Task MustBeEmptyAsync(params string[] routers)
    {
        var left = string.Empty;
        await TestNode.UntilAsync(
            async () =>
            {
                foreach (var node in Carriers)
                {
                    var dump = await node.DumpAsync();
                    if (!dump.IsIdle)
                    {
                        left = $"{node.Address}: {Describe(dump)}";
                        return false;
                    }
                }

                foreach (var router in routers)
                {
                    var reply = await _nodes[0].Region.Ask<IReply>(new RouterProtocol.DumpRouter(0, new RouterId(router)), TestNode.Patience);
                    if (reply is not RouterDump { Branches: 0, Transports.IsEmpty: true, Producers.IsEmpty: true, Consumers.IsEmpty: true })
                    {
                        left = $"{router}: {reply}";
                        return false;
                    }
                }

                return true;
            },
            () => $"left over: {left}");
    }

    public async ValueTask DisposeAsync()
    {
        var nodes = _nodes.Concat(_ended).ToArray();
        _nodes.Clear();
        _ended.Clear();
        await Task.WhenAll(nodes.Select(node => node.KillAsync()));
    }

    private static string Describe(NodeProtocol.NodeDump dump) => string.Join("; ", dump.Branches.Select(branch =>
        $"branch of {branch.RouterId}{(branch.Orphaned ? ", orphaned" : string.Empty)}, with transports {string.Join(", ", branch.Transports)}, pipes {branch.Pipes.Length}"))
        + $"; in the media plane {dump.Media.Transports.Length}";

    private static async Task ThrottleAsync(IReadOnlyCollection<TestNode> side, IReadOnlyCollection<TestNode> other, ThrottleMode mode)
    {
        foreach (var node in side)
        {
            foreach (var peer in other)
            {
                foreach (var (from, to) in new[] { (node, peer), (peer, node) })
                {
                    if (!from.System.WhenTerminated.IsCompleted)
                    {
                        await ThrottleAsync(from, to, mode);
                    }
                }
            }
        }
    }

    private static async Task ThrottleAsync(TestNode node, TestNode peer, ThrottleMode mode)
    {
        var transport = ((RemoteActorRefProvider)((ExtendedActorSystem)node.System).Provider).Transport;
        Assert.True(await transport.ManagementCommand(new SetThrottle(peer.Address, ThrottleTransportAdapter.Direction.Both, mode)));
    }

    /// <summary>The nodes that the node knows to take Routers. Before all are known, the first takes them all.</summary>
    public static async Task<ImmutableHashSet<Address>> RegionsAsync(TestNode node)
    {
        try
        {
            var current = await node.Region.Ask<CurrentRegions>(GetCurrentRegions.Instance, TimeSpan.FromSeconds(1));
            return [.. current.Regions];
        }
        catch (AskTimeoutException)
        {
            // The region has not found its coordinator yet.
            return [];
        }
    }

    /// <summary>Where <see cref="TransportOnAsync"/> says, otherwise where the configuration does.</summary>
    private sealed class AskedPlacement(TestCluster cluster, ActorSystem system, IPlacement configured) : IPlacement
    {
        public IActorRef? Choose(PlacementRequest request) => cluster._places.TryGetValue(request.Router, out var asked)
            ? ((ExtendedActorSystem)system).Provider.ResolveActorRef(asked.Node.Path.ToSerializationFormatWithAddress(asked.Address))
            : configured.Choose(request);
    }
}

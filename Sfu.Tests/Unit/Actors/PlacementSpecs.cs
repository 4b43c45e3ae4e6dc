using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Cluster;
using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>Where transports go, in clusters made up by a seed.</summary>
public sealed class PlacementSpecs
{
    private static readonly PlacementRules _rules = new(FullPermille: 700, MarginPermille: 150);
    private static readonly ServerId _main = new("main");

    [Fact]
    public void A_transport_goes_to_the_least_used_node()
    {
        var candidates = Nodes(Load("a", cpu: 300), Load("b", cpu: 100), Load("c", cpu: 200));
        Assert.Same(candidates[1], Placement.Choose(candidates, Request("room"), _rules));
    }

    [Theory]
    [InlineData(0, 0, 800)]
    [InlineData(240_000, 0, 0)]
    [InlineData(0, 4_000, 0)]
    public void What_a_node_has_least_of_says_how_much_of_it_is_used(int packets, int transports, int cpu) =>
        Assert.Equal(800, Load("a", cpu: cpu, packets: packets, transports: transports).GetUsedPermille());

    [Fact]
    public void A_Router_stays_where_it_is_carried_until_that_node_is_full_and_another_much_emptier()
    {
        var busy = Nodes(Load("here", cpu: 690), Load("empty", cpu: 0));
        Assert.Same(busy[0], Placement.Choose(busy, Request("room", busy[0]), _rules));
        var full = Nodes(Load("here", cpu: 750), Load("lighter", cpu: 620));
        Assert.Same(full[0], Placement.Choose(full, Request("room", full[0]), _rules));
        var over = Nodes(Load("here", cpu: 750), Load("lighter", cpu: 600));
        Assert.Same(over[1], Placement.Choose(over, Request("room", over[0]), _rules));
        var worse = Nodes(Load("here", cpu: 990), Load("full as well", cpu: 800));
        Assert.Same(worse[1], Placement.Choose(worse, Request("room", worse[0]), _rules));
    }

    [Fact]
    public void Of_the_nodes_that_carry_the_Router_the_least_used_is_taken()
    {
        var candidates = Nodes(Load("a", cpu: 650), Load("b", cpu: 400), Load("c", cpu: 0));
        Assert.Same(candidates[1], Placement.Choose(candidates, Request("room", candidates[0], candidates[1]), _rules));
    }

    [Fact]
    public void A_client_s_zone_comes_before_its_region_and_both_before_less_use()
    {
        var candidates = Nodes(
            Load("far", cpu: 0), Load("region", cpu: 100, region: "eu", zone: "b"), Load("zone", cpu: 600, region: "eu", zone: "a"), Load("same name", cpu: 0, region: "us", zone: "a"));
        Assert.Same(candidates[2], Placement.Choose(candidates, Request("room") with { Region = "eu", Zone = "a" }, _rules));
        Assert.Same(candidates[1], Placement.Choose(candidates, Request("room") with { Region = "eu", Zone = "c" }, _rules));
        Assert.Same(candidates[2], Placement.Choose([candidates[2], candidates[0]], Request("room") with { Region = "eu" }, _rules));
        var full = Nodes(Load("far", cpu: 0), Load("zone", cpu: 700, region: "eu", zone: "a"));
        Assert.Same(full[0], Placement.Choose(full, Request("room") with { Region = "eu", Zone = "a" }, _rules));
    }

    [Fact]
    public void The_node_of_the_Router_comes_after_others_that_are_as_near_and_before_a_full_one()
    {
        var candidates = Nodes(
            Load("home", cpu: 0, region: "eu", zone: "a"), Load("busy", cpu: 600, region: "eu", zone: "a"), Load("region", cpu: 0, region: "eu", zone: "b"), Load("full", cpu: 700));
        var request = Request("room") with { Home = node => node.Equals(candidates[0].Node) };
        Assert.Same(candidates[2], Placement.Choose([candidates[0], candidates[1], candidates[2]], request, _rules));
        Assert.Same(candidates[1], Placement.Choose(candidates, request with { Region = "eu", Zone = "a" }, _rules));
        Assert.Same(candidates[0], Placement.Choose([candidates[0], candidates[2]], request with { Region = "eu", Zone = "a" }, _rules));
        Assert.Same(candidates[0], Placement.Choose([candidates[0], candidates[3]], request, _rules));
        Assert.Same(candidates[0], Placement.Choose([candidates[0]], request, _rules));
    }

    [Fact]
    public void Of_carriers_that_are_alike_the_node_of_the_Router_is_the_last()
    {
        foreach (var room in Enumerable.Range(0, 20).Select(i => $"room-{i}"))
        {
            var candidates = Nodes(Load("home", cpu: 100), Load("alike", cpu: 110), Load("busier", cpu: 200));
            var request = Request(room, [.. candidates]) with { Home = node => node.Equals(candidates[0].Node) };
            Assert.Same(candidates[1], Placement.Choose(candidates, request, _rules));
            Assert.Same(candidates[0], Placement.Choose([candidates[0], candidates[2]], request, _rules));
        }
    }

    [Fact]
    public void Nothing_goes_to_a_node_that_drains_or_has_not_the_server()
    {
        var candidates = Nodes(Load("draining", cpu: 0) with { Draining = true }, Load("no server", cpu: 0) with { Servers = [] }, Load("ok", cpu: 999));
        Assert.Same(candidates[2], Placement.Choose(candidates, Request("room", candidates[0], candidates[1]), _rules));
        Assert.Null(Placement.Choose(candidates, Request("room") with { Server = new ServerId("other") }, _rules));
        Assert.Same(candidates[1], Placement.Choose(candidates, Request("room") with { Server = null }, _rules));
        Assert.Null(Placement.Choose([], Request("room"), _rules));
    }

    /// <summary>A thousand Routers ask from the same news, on nodes that do not know of one another's decisions.</summary>
    [Fact]
    public void Routers_that_decide_at_once_spread_over_nodes_that_are_alike()
    {
        var counts = new Dictionary<string, int>();
        for (var router = 0; router < 1_000; router++)
        {
            // What others have decided is not known yet: each sees the nodes as they were told.
            var candidates = Nodes([.. Enumerable.Range(0, 10).Select(node => Load($"node-{node}", cpu: 50 + node))]);
            var chosen = Placement.Choose(candidates, Request($"room-{router}"), _rules)!.Load.Node;
            counts[chosen] = counts.GetValueOrDefault(chosen) + 1;
        }

        Assert.Equal(10, counts.Count);
        Assert.InRange(counts.Values.Max(), 100, 140);
        Assert.InRange(counts.Values.Min(), 60, 100);
    }

    /// <summary>What was placed since the last news counts, so that one Router with many clients does not fill one node of several.</summary>
    [Fact]
    public void What_was_placed_since_the_last_news_counts()
    {
        var placement = new ClusterPlacement(_rules);
        var candidates = Nodes([.. Enumerable.Range(0, 4).Select(node => Load($"node-{node}", cpu: 690))]);
        placement.Update([.. candidates]);
        var carriers = new HashSet<IActorRef>();
        var request = new PlacementRequest(new RouterId("big"), carriers.Contains, _main);
        for (var i = 0; i < 400; i++)
        {
            carriers.Add(placement.Choose(request)!);
        }

        Assert.Equal(4, carriers.Count);
        Assert.Equal(400, candidates.Sum(candidate => candidate.Placed));
        Assert.True(candidates.Max(candidate => candidate.Placed) - candidates.Min(candidate => candidate.Placed) <= 80, string.Join(' ', candidates.Select(candidate => candidate.Placed)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_laws_hold_in_any_cluster(int seed)
    {
        var random = new Random(seed);
        var candidates = Nodes([.. Enumerable.Range(0, random.Next(0, 40)).Select(i => new NodeLoad(
            Path($"n{i}"),
            Uid: 1,
            Sequence: 1,
            Region: Pick("", "eu", "us"),
            Zone: Pick("", "a", "b"),
            Servers: random.Next(5) == 0 ? [] : [_main],
            Draining: random.Next(5) == 0,
            Threads: random.Next(1, 9),
            Transports: random.Next(3_000),
            PacketsPerSecond: random.Next(200_000),
            CpuPermille: random.Next(1_001)))]);
        var carriers = candidates.Where(_ => random.Next(4) == 0).Select(candidate => candidate.Node).ToHashSet();
        var request = new PlacementRequest(new RouterId($"router-{seed}"), carriers.Contains, _main, random.Next(2) == 0 ? null : Pick("eu", "us", "elsewhere"), Pick("a", "b"));
        var chosen = Placement.Choose(candidates, request, _rules);

        Assert.Same(chosen, Placement.Choose([.. candidates.Reverse()], request, _rules));
        var able = candidates.Where(candidate => !candidate.Load.Draining && candidate.Load.Servers.Contains(_main)).ToArray();
        Assert.Equal(able.Length == 0, chosen is null);
        if (chosen is null)
        {
            return;
        }

        Assert.Contains(chosen, able);
        var carrying = able.Where(candidate => carriers.Contains(candidate.Node)).ToArray();
        var others = able.Except(carrying).ToArray();
        var isRoomHere = carrying.Any(candidate => candidate.UsedPermille < _rules.FullPermille);
        if (isRoomHere)
        {
            Assert.Contains(chosen, carrying);
            MustBeAmongLeast(chosen, carrying);
        }
        else if (!carrying.Contains(chosen))
        {
            Assert.All(carrying, candidate => Assert.True(chosen.UsedPermille + _rules.MarginPermille <= candidate.UsedPermille));
            var roomy = others.Where(candidate => candidate.UsedPermille < _rules.FullPermille).ToArray();
            var nearest = roomy.Length == 0 ? -1 : roomy.Max(candidate => candidate.Nearness(request.Region, request.Zone));
            MustBeAmongLeast(chosen, nearest < 0 ? able : [.. roomy.Where(candidate => candidate.Nearness(request.Region, request.Zone) == nearest)]);
        }

        string Pick(params string[] from) => from[random.Next(from.Length)];
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 200)];

    [Fact]
    public void Loads_merge_to_the_same_in_any_order_and_the_newest_of_each_node_holds()
    {
        var random = new Random(3);
        var updates = Enumerable.Range(0, 60).Select(i => new NodeLoads([Load($"n{i % 7}", cpu: i) with { Sequence = i }])).ToArray();
        var merged = updates.Aggregate(NodeLoads.Empty, (sum, next) => sum.Merge(next));
        for (var run = 0; run < 20; run++)
        {
            random.Shuffle(updates);
            var again = updates.Aggregate(NodeLoads.Empty, (sum, next) => sum.Merge(next));
            Assert.Equal(merged.Entries.AsEnumerable(), again.Entries);
            Assert.Same(again, again.Merge(merged));
        }

        Assert.Equal(Enumerable.Range(53, 7), merged.Entries.Select(entry => entry.CpuPermille).Order());
        var removed = NodeLoads.AddressOf(merged.Entries[2]);
        Assert.Equal(6, merged.PruningCleanup(removed).Entries.Length);
        Assert.Equal(60, merged.With(Load("n3", cpu: 1) with { Sequence = 1 }).Find(Path("n3"), 1)!.Sequence);
    }

    private static void MustBeAmongLeast(PlacementCandidate chosen, PlacementCandidate[] among) =>
        Assert.True(chosen.UsedPermille <= among.Min(candidate => candidate.UsedPermille) + PlacementRules.AlikePermille);

    private static string Path(string name) => $"akka.tcp://sfu@{name.Replace(' ', '-')}:4053/user/sfu-node";

    private static NodeLoad Load(string name, int cpu, int packets = 0, int transports = 0, string region = "", string zone = "") =>
        new(Path(name), 1, 1, region, zone, [_main], Draining: false, Threads: 1, transports, packets, cpu);

    private static ImmutableArray<PlacementCandidate> Nodes(params NodeLoad[] loads) =>
        [.. loads.Select(load => new PlacementCandidate(new PathActorRef(ActorPath.Parse(load.Node)), load))];

    private static PlacementRequest Request(string router, params PlacementCandidate[] carriers) =>
        new(new RouterId(router), node => carriers.Any(candidate => candidate.Node.Equals(node)), _main);
}

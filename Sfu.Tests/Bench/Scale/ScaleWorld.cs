using Akka.Actor;
using Sfu.Actors.Cluster;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Bench.Scale;

/// <summary>
/// Clients join one room of a cluster, one after the other, and the SFU's own <see cref="Placement"/> says where. Nodes tell their load once a
/// round; in between the count of what was placed is all that is known. Packets are counted, not sent.
/// </summary>
internal sealed class ScaleWorld
{
    private static readonly ServerId _main = new("main");

    private readonly ScaleCase _case;
    private readonly ClusterPlacement _placement = new(SfuConfiguration.Parse(string.Empty).Options.Cluster.Placement);
    private readonly Node[] _nodes;
    private readonly List<Node> _carrying = [];
    private readonly Dictionary<IActorRef, Node> _byActor = new(ReferenceEqualityComparer.Instance);
    private readonly PlacementRequest _request;

    public ScaleWorld(ScaleCase scaleCase, int seed)
    {
        _case = scaleCase;
        var random = new Random(seed);
        _nodes = [.. Enumerable.Range(0, scaleCase.Nodes).Select(i => new Node($"akka.tcp://sfu@10.{i >> 8}.{i & 255}.1:4053/user/sfu-node", OtherRooms: random.Next(0, 400)))];
        foreach (var node in _nodes)
        {
            _byActor.Add(node.Actor, node);
        }

        _request = new PlacementRequest(new RouterId("room"), actor => _byActor[actor].Transports > 0, _main);
    }

    public ScaleResult Run()
    {
        Gossip();
        for (var i = 0; i < _case.Speakers; i++)
        {
            Join(1).Speakers++;
        }

        var perRound = Math.Max(1, _case.Subscribers / ScaleCase.Rounds);
        for (var i = 0; i < _case.Subscribers; i += _case.Bundle)
        {
            if (i % perRound == 0)
            {
                Gossip();
            }

            Join(_case.Bundle);
        }

        Gossip();
        return Summarize();
    }

    private Node Join(int clients)
    {
        var node = _byActor[_placement.Choose(_request) ?? throw new InvalidOperationException("No node takes the client.")];
        if (node.Transports == 0)
        {
            _carrying.Add(node);
        }

        node.Transports += clients;
        for (var i = 1; i < clients; i++)
        {
            node.Candidate?.CountPlaced();
        }

        return node;
    }

    /// <summary>Every node tells what it does now.</summary>
    private void Gossip()
    {
        CountPipes();
        _placement.Update([.. _nodes.Select(node => node.Candidate = new PlacementCandidate(node.Actor, node.Load(_case)))]);
    }

    private PipeTree TreeFrom(Node root)
    {
        var direct = Math.Max(1, _carrying.Count - 1);
        var affordable = (int)(ScaleCase.PipeShare * NodeLoad.PacketsPerThread * ScaleCase.Threads / (root.Speakers * ScaleCase.StreamPackets));
        return new PipeTree(_carrying.Count, _case.Tree ? Math.Clamp(affordable, 2, Math.Max(2, direct)) : direct);
    }

    private void CountPipes()
    {
        foreach (var node in _carrying)
        {
            (node.PipeOut, node.PipeIn) = (0, 0);
        }

        foreach (var root in _carrying.Where(node => node.Speakers > 0))
        {
            var tree = TreeFrom(root);
            var rank = 0;
            foreach (var node in _carrying.Where(node => node != root).Prepend(root))
            {
                node.PipeOut += tree.ChildrenOf(rank++) * root.Speakers;
                node.PipeIn += node == root ? 0 : root.Speakers;
            }
        }
    }

    private ScaleResult Summarize()
    {
        var sent = _nodes.Sum(node => (long)node.PipeOut);
        if (sent != _nodes.Sum(node => (long)node.PipeIn) || _nodes.Sum(node => node.Transports) != _case.Subscribers + _case.Speakers)
        {
            throw new InvalidOperationException("The books of the simulation are wrong.");
        }

        var used = _nodes.Select(node => node.UsedPermille(_case) / 10.0).ToArray();
        return new ScaleResult(
            _carrying.Count,
            sent,
            _nodes.Max(node => node.PipeOut),
            _carrying.Where(node => node.Speakers > 0).Max(node => TreeFrom(node).Depth),
            used.Max(),
            used.Average());
    }

    /// <param name="Path">Of its root actor.</param>
    /// <param name="OtherRooms">What it does for others, in permille of what it stands.</param>
    private sealed record Node(string Path, int OtherRooms)
    {
        public IActorRef Actor { get; } = new PathActorRef(ActorPath.Parse(Path));

        /// <summary>As it last told.</summary>
        public PlacementCandidate? Candidate { get; set; }

        public int Transports { get; set; }

        public int Speakers { get; set; }

        /// <summary>Streams.</summary>
        public int PipeOut { get; set; }

        /// <summary>Streams.</summary>
        public int PipeIn { get; set; }

        public int UsedPermille(ScaleCase scale) => Load(scale).GetUsedPermille();

        public NodeLoad Load(ScaleCase scale)
        {
            // A speaker sends one, and gets those of the others.
            var streams = ((long)Transports * scale.Speakers) + PipeOut + PipeIn;
            var room = streams * ScaleCase.StreamPackets * 1_000 / (NodeLoad.PacketsPerThread * ScaleCase.Threads);
            return new NodeLoad(
                Path, 1, 1, string.Empty, string.Empty, [_main], Draining: false, ScaleCase.Threads, Transports, PacketsPerSecond: 0, OtherRooms + (int)room);
        }
    }
}

using System.Text;
using System.Text.Json;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Host.Signaling;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>Signalling sessions on one node, their Router and transports on another, and connections between the two that break.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class SessionCatchUpSpecs
{
    /// <summary>Two nodes in one busy process are slow to answer: that is not what is tested.</summary>
    private const string Patient = "akka.cluster.failure-detector.acceptable-heartbeat-pause = 10 s";

    private const string Hocon = $"{Patient}\n{TestCluster.WithBareConnections}";

    private static readonly RouterId _room = new("meeting");

    [Fact]
    public async Task Hundred_sessions_are_told_once_what_a_breaking_connection_has_swallowed()
    {
        const int Sessions = 100;
        const int Breaks = 3;
        await using var cluster = new TestCluster();
        var holder = await cluster.JoinAsync("sfu", Hocon);
        var gateway = await cluster.JoinAsync("gateway", Hocon);
        var signaling = gateway.System.ActorOf(SignalingGatewayActor.Props(gateway.Region, new SignalingOptions()));
        await cluster.CreateRouterOnAsync(holder, _room);
        var clients = new List<RoomClient>();
        for (var i = 0; i < Sessions; i++)
        {
            clients.Add(new RoomClient(new PeerId($"peer-{i}")));
            clients[i].Connect(signaling);
        }

        await TestNode.UntilAsync(() => Task.FromResult(clients.All(client => client.IsIn)), () => "Not all are in.");
        var control = gateway.Client(_room.Value, "control");
        await control.AttachAsync();
        var present = new Dictionary<PeerId, (TestClient Client, ProducerId Producer)>();
        var joined = 0;
        for (var broken = 0; broken < Breaks; broken++)
        {
            await SpeakAsync($"steady-{broken}");
            await MustKnowAsync(clients, control.Peer, present);

            TestCluster.BreakConnectionsTo(holder);
            foreach (var (peer, speaker) in present.Take(2).ToArray())
            {
                await speaker.Client.EndSessionAsync();
                present.Remove(peer);
            }

            await SpeakAsync($"quick-{broken}");
            await MustKnowAsync(clients, control.Peer, present);
        }

        await cluster.MustAgreeAsync();
        await TestNode.UntilAsync(
            async () => (await DumpAsync()).Consumers.Length == Sessions * present.Count, () => "Consumers that nobody knows of are left, or some are missing.");
        Assert.Equal(Sessions + present.Count, (await DumpAsync()).Transports.Length);
        Assert.All(clients, client => Assert.Empty(client.Faults));

        // Who does not ask has missed something.
        var told = 0;
        while (control.SessionProbe.HasMessages)
        {
            told += await control.SessionProbe.ReceiveOneAsync() is SessionEvents.PeerJoined ? 1 : 0;
        }

        Assert.InRange(told, 1, joined - 1);
        await holder.Region.Ask<Done>(new RouterProtocol.CloseRouter(1, _room), TestNode.Patience);
        await cluster.MustBeEmptyAsync(_room.Value);

        Task<RouterDump> DumpAsync() => holder.Region.Ask<RouterDump>(new RouterProtocol.DumpRouter(1, _room), TestNode.Patience);

        async Task SpeakAsync(string name)
        {
            var speaker = holder.Client(_room.Value, name);
            await speaker.AttachAsync();
            joined++;
            present.Add(speaker.Peer, (speaker, await speaker.ProduceAsync(await speaker.ConnectedTransportAsync())));
        }
    }

    [Fact]
    public async Task Session_that_was_not_told_that_its_room_closed_does_not_stay_in_one_that_is_begun_anew()
    {
        await using var cluster = new TestCluster();
        var holder = await cluster.JoinAsync("sfu", Patient);
        var gateway = await cluster.JoinAsync("gateway", Patient);
        var signaling = gateway.System.ActorOf(SignalingGatewayActor.Props(gateway.Region, new SignalingOptions()));
        await cluster.CreateRouterOnAsync(holder, _room);
        RoomClient[] clients = [new(new PeerId("one")), new(new PeerId("two"))];
        foreach (var client in clients)
        {
            client.Connect(signaling);
        }

        await TestNode.UntilAsync(() => Task.FromResult(clients.All(client => client.IsIn)), () => "Not all are in.");
        await cluster.CutAsync([holder], [gateway]);
        await holder.Region.Ask<Done>(new RouterProtocol.CloseRouter(1, _room), TestNode.Patience);
        var first = holder.Client(_room.Value, "first");
        Assert.Empty((await first.AttachAsync()).Peers);
        await cluster.HealAsync([holder], [gateway]);
        Assert.All(clients, client => Assert.Empty(client.Faults));
        TestCluster.TellOfBreak(holder, gateway);

        await TestNode.UntilAsync(
            () => Task.FromResult(clients.All(client => client.Faults.Any(fault => fault.StartsWith("closed", StringComparison.Ordinal)))),
            () => "They stay.");
        Assert.All(clients, client => Assert.Equal(
            "closed: the room was closed", client.Faults.First(fault => fault.StartsWith("closed", StringComparison.Ordinal))));
        Assert.Empty(await first.EventsAsync());

        // Who comes back is as welcome as anybody.
        var back = new RoomClient(new PeerId("one"));
        back.Connect(signaling);
        await TestNode.UntilAsync(() => Task.FromResult(back.IsIn), () => "It does not get in.");
        Assert.Equal(back.Peer, (await first.EventAsync<SessionEvents.PeerJoined>()).Peer.PeerId);
        await holder.Region.Ask<Done>(new RouterProtocol.CloseRouter(2, _room), TestNode.Patience);
        await cluster.MustBeEmptyAsync(_room.Value);
    }

    [Fact]
    public async Task Session_of_a_client_of_the_cluster_is_told_that_it_may_have_missed_something_and_asks()
    {
        await using var cluster = new TestCluster();
        var holder = await cluster.JoinAsync("sfu", Hocon);
        var member = await cluster.JoinAsync("gateway", Hocon);
        var speaker = holder.Client(_room.Value, "speaker");
        await cluster.CreateRouterOnAsync(holder, _room);
        await using var sfu = Sfu.Actors.Client.SfuClient.Create(member.System);
        await using var session = sfu.OpenSession();
        var me = new PeerId("service");
        Assert.Empty((await sfu.AttachPeerAsync(_room, me, session.Actor, "Service")).Peers);

        TestCluster.BreakConnectionsTo(holder);
        await speaker.AttachAsync();
        using var patience = new CancellationTokenSource(TestNode.Patience);
        Assert.Equal(holder.Address.ToString(), (await session.NextAsync<ClusterEvents.ConnectionBroke>(patience.Token)).Node);
        var present = await sfu.AttachPeerAsync(_room, me, session.Actor, "Service", again: true);

        Assert.Equal(speaker.Peer, Assert.Single(present.Peers).PeerId);
        Assert.Empty(await speaker.EventsAsync());
    }

    private static Task MustKnowAsync(
        IReadOnlyList<RoomClient> clients, PeerId control, IReadOnlyDictionary<PeerId, (TestClient Client, ProducerId Producer)> present)
    {
        var all = clients.Select(client => client.Peer.Value).Concat(present.Keys.Select(peer => peer.Value)).Append(control.Value).ToHashSet();
        var producers = present.Values.Select(speaker => speaker.Producer.Value).ToHashSet();
        return TestNode.UntilAsync(
            () => Task.FromResult(clients.All(client => client.Knows(all, producers))),
            () => $"{clients.Count(client => !client.Knows(all, producers))} do not know who is there; faults: {string.Join("; ", clients.SelectMany(client => client.Faults).Take(5))}");
    }

    /// <summary>A client that believes what it is told, and notes what it should not have been told.</summary>
    private sealed class RoomClient(PeerId peer) : IClientConnection
    {
        private const string Join = """
            {"request":true,"id":1,"method":"join","data":{"displayName":"x","device":{},"movesTransports":true,"rtpCapabilities":{"codecs":[
             {"kind":"audio","mimeType":"audio/opus","clockRate":48000,"channels":2,"preferredPayloadType":100}]}}}
            """;

        private readonly Lock _lock = new();
        private readonly HashSet<string> _peers = [];
        private readonly Dictionary<string, string> _consumers = []; // With the Producer of each.
        private readonly List<string> _faults = [];
        private IActorRef? _session;
        private int _answers;

        public PeerId Peer => peer;

        /// <summary>It has joined, and has a transport.</summary>
        public bool IsIn
        {
            get
            {
                lock (_lock)
                {
                    return _answers == 2;
                }
            }
        }

        public IReadOnlyList<string> Faults
        {
            get
            {
                lock (_lock)
                {
                    return [.. _faults];
                }
            }
        }

        public bool Knows(IReadOnlySet<string> all, IReadOnlySet<string> producers)
        {
            lock (_lock)
            {
                return _peers.Count == all.Count - 1 && all.IsSupersetOf(_peers) && !_peers.Contains(peer.Value)
                    && _consumers.Count == producers.Count && producers.SetEquals(_consumers.Values);
            }
        }

        public void Connect(IActorRef signaling)
        {
            signaling.Tell(new SignalingMessages.Connect(new SessionKey(_room, peer), this, Read(Join)));
        }

        public void Assign(IActorRef session)
        {
            _session = session;
            Tell(Join);
            Tell("""{"request":true,"id":2,"method":"createWebRtcTransport","data":{"producing":false,"consuming":true}}""");
        }

        public void Send(byte[] message)
        {
            var told = JsonElement.Parse(message);
            lock (_lock)
            {
                if (told.TryGetProperty("response", out _))
                {
                    Answered(told);
                }
                else
                {
                    Told(told.GetProperty("method").GetString()!, told.GetProperty("data"));
                }
            }

            if (told.TryGetProperty("request", out _))
            {
                Tell($$$"""{"response":true,"id":{{{told.GetProperty("id").GetInt64()}}},"ok":true,"data":{}}""");
            }
        }

        public void Close(int code, string reason)
        {
            lock (_lock)
            {
                _faults.Add($"closed: {reason}");
            }
        }

        public void Release()
        {
        }

        private void Answered(JsonElement answer)
        {
            Check(answer.GetProperty("ok").GetBoolean(), answer.GetRawText());
            _answers++;
            if (answer.GetProperty("id").GetInt64() == 1)
            {
                foreach (var other in answer.GetProperty("data").GetProperty("peers").EnumerateArray())
                {
                    Check(_peers.Add(other.GetProperty("id").GetString()!), "a peer twice");
                }
            }
        }

        private void Told(string method, JsonElement data)
        {
            switch (method)
            {
                case "newPeer":
                    var joined = data.GetProperty("id").GetString()!;
                    Check(_peers.Add(joined), $"{joined} came twice");
                    break;
                case "peerClosed":
                    var left = data.GetProperty("peerId").GetString()!;
                    Check(_peers.Remove(left), $"{left} left twice, or before it came");
                    break;
                case "newConsumer":
                    var producer = data.GetProperty("producerId").GetString()!;
                    Check(!_consumers.ContainsValue(producer), $"{producer} is consumed twice");
                    Check(_consumers.TryAdd(data.GetProperty("id").GetString()!, producer), "a Consumer came twice");
                    Check(_peers.Contains(data.GetProperty("peerId").GetString()!), "a Consumer came before its peer");
                    break;
                case "consumerClosed":
                    Check(_consumers.Remove(data.GetProperty("consumerId").GetString()!), "a Consumer closed twice, or before it came");
                    break;
                case "activeSpeaker" or "consumerScore" or "downlinkBwe":
                    break;
                default:
                    Check(false, method);
                    break;
            }
        }

        private void Check(bool expected, string fault)
        {
            if (!expected)
            {
                _faults.Add($"{peer}: {fault}");
            }
        }

        private void Tell(string text) => _session.Tell(new SignalingMessages.Received(this, Read(text)));

        private static ProtooMessage Read(string text) => ProtooReader.Read(Encoding.UTF8.GetBytes(text));
    }
}

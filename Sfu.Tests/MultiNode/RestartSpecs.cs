using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;
using Xunit.Abstractions;

namespace Sfu.Tests.MultiNode;

/// <summary>Rooms come and go while nodes do: whatever a node takes along in the middle of it, nothing stays behind on the others.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class RestartSpecs(ITestOutputHelper output)
{
    private const int Rooms = 100;
    private const int RoomsPerRestart = 8;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A room: two clients, transports on any two nodes, a Producer, a Consumer, the end in one of several ways. Every so often, between any
    /// two steps, a node crashes or leaves, and another one joins some rooms later.
    /// </summary>
    [Fact]
    public async Task A_hundred_rooms_under_random_restarts_leave_nothing_behind()
    {
        var random = new Random(20_261_126);
        await using var cluster = await TestCluster.StartAsync("sfu, gateway", "sfu", "sfu", "sfu");
        var letters = new DeadLetters(cluster.Nodes[0]);
        var consumed = 0;
        var restarts = 0;
        for (var number = 0; number < Rooms; number++)
        {
            var room = new Room(cluster, random, $"room-{number}");
            var restartAt = number % RoomsPerRestart == 1 ? random.Next(Room.Steps) : -1;
            for (var step = 0; step < Room.Steps; step++)
            {
                if (step == restartAt)
                {
                    var node = cluster.Nodes[random.Next(1, cluster.Nodes.Count)];
                    var leaves = random.Next(3) == 0;
                    output.WriteLine($"{node.Address} {(leaves ? "leaves" : "crashes")} before step {step} of room {number}");
                    await (leaves ? cluster.LeaveAsync(node) : cluster.CrashAsync(node));
                    restarts++;
                }

                await room.StepAsync(step);
            }

            consumed += room.Consumed ? 1 : 0;
            if (number % RoomsPerRestart == RoomsPerRestart / 2)
            {
                await cluster.MustAgreeAsync();
                if (cluster.Nodes.Count < 4)
                {
                    await cluster.JoinAsync("sfu");
                }
            }
        }

        await cluster.MustAgreeAsync();
        output.WriteLine($"{restarts} restarts; in {consumed} of {Rooms} rooms the Consumer came to be");
        Assert.InRange(consumed, Rooms / 2, Rooms);
        await CloseAsync(cluster);
        Assert.Empty(letters.Unexplained());
    }

    /// <summary>
    /// What the end of a room did not take along, because a node took the request, is closed with the Router. One that its branches have not
    /// found yet is closed when they have.
    /// </summary>
    private static async Task CloseAsync(TestCluster cluster)
    {
        string[] names = [.. Enumerable.Range(0, Rooms).Select(number => $"room-{number}")];
        TestClient[] clients = [.. names.Select(name => cluster.Nodes[0].Client(name))];
        await TestNode.UntilAsync(
            async () =>
            {
                foreach (var client in clients)
                {
                    client.Ask(new RouterProtocol.CloseRouter(client.NextRequest, client.Router));
                    await client.AnswerWithinAsync<IReply>(_patience);
                }

                var dumps = await Task.WhenAll(cluster.Nodes.Select(node => node.DumpAsync()));
                return dumps.All(dump => dump.IsIdle);
            },
            () => "Some rooms do not close.");
        await cluster.MustBeEmptyAsync(names);
    }

    private sealed class Room(TestCluster cluster, Random random, string name)
    {
        public const int Steps = 6;

        private readonly TestClient _alice = cluster.Nodes[0].Client(name, "alice");
        private readonly TestClient _bob = cluster.Nodes[0].Client(name, "bob");
        private TransportId? _sending;
        private TransportId? _receiving;
        private ProducerId? _producer;

        public bool Consumed { get; private set; }

        public Task StepAsync(int step) => step switch
        {
            0 => OpenAsync(_alice, created => _sending = created),
            1 => OpenAsync(_bob, created => _receiving = created),
            2 => ProduceAsync(),
            3 => ConsumeAsync(),
            4 => PauseAsync(),
            _ => EndAsync(),
        };

        private async Task OpenAsync(TestClient client, Action<TransportId> opened)
        {
            cluster.PlaceNext(client.Router, cluster.Nodes[random.Next(cluster.Nodes.Count)]);
            var asked = new RouterProtocol.CreateWebRtcTransport(
                client.NextRequest, client.Router, WebRtcTransportOptions.Default, client.Peer, client.Session);
            if (await TryAsync<TransportCreated>(client, asked) is { } created && await TryAsync<TransportConnected>(client, client.Connect(created.TransportId)) is not null)
            {
                opened(created.TransportId);
            }
        }

        private async Task ProduceAsync()
        {
            if (_sending is { } transport)
            {
                _producer = (await TryAsync<Produced>(_alice, _alice.Produce(transport)))?.ProducerId;
            }
        }

        private async Task ConsumeAsync()
        {
            if (_receiving is { } transport && _producer is { } producer
                && await TryAsync<RouterRtpCapabilities>(_bob, new RouterProtocol.GetRouterRtpCapabilities(_bob.NextRequest, _bob.Router)) is { } capabilities)
            {
                Consumed = await TryAsync<Consumed>(_bob, _bob.Consume(transport, producer, capabilities.RtpCapabilities)) is not null;
            }
        }

        private async Task PauseAsync()
        {
            if (_producer is { } producer)
            {
                await TryAsync<Done>(_alice, new RouterProtocol.PauseProducer(_alice.NextRequest, _alice.Router, producer));
            }
        }

        private async Task EndAsync()
        {
            switch (random.Next(4))
            {
                case 0 when _sending is { } transport:
                    _alice.Ask(new RouterProtocol.CloseTransport(_alice.NextRequest, _alice.Router, transport));
                    break;
                case 1 when _producer is { } producer:
                    _alice.Ask(new RouterProtocol.CloseProducer(_alice.NextRequest, _alice.Router, producer));
                    break;
                case 2:
                    await _alice.EndSessionAsync();
                    break;
                default:
                    _bob.Ask(new RouterProtocol.CloseRouter(_bob.NextRequest, _bob.Router));
                    break;
            }
        }

        /// <summary>A node that ends may take the request or the answer along.</summary>
        private static Task<TReply?> TryAsync<TReply>(TestClient client, IRouterMessage asked)
            where TReply : class, IReply
        {
            client.Ask(asked);
            return client.AnswerWithinAsync<TReply>(_patience);
        }
    }

    /// <summary>What reached nobody on one node.</summary>
    private sealed class DeadLetters
    {
        private readonly ConcurrentQueue<DeadLetter> _letters = [];

        public DeadLetters(TestNode node) => node.System.EventStream.Subscribe(node.System.ActorOf(Props.Create(() => new Reader(_letters))), typeof(DeadLetter));

        /// <summary>
        /// The project's own messages to actors on the node itself, but for what may cross with the end of who gets it: news to a session, and
        /// what is said to a branch, a transport or an end of a pipe by who has not heard of its end. What is left is for the node and its
        /// servers, which live on. What was for a node that is lost has no receiver here.
        /// </summary>
        public string[] Unexplained() =>
        [
            .. _letters
                .Where(letter => letter.Message.GetType().Namespace?.StartsWith("Sfu.", StringComparison.Ordinal) == true && letter.Message is not ISessionEvent)
                .Select(letter => (letter.Message, To: letter.Recipient.Path.ToStringWithoutAddress()))
                .Where(letter => letter.To.StartsWith("/user/", StringComparison.Ordinal) && !MayHaveEnded(letter.To))
                .Select(letter => $"{letter.Message.GetType().Name} to {letter.To}"),
        ];

        /// <summary>A branch, or a child of a server or branch.</summary>
        private static bool MayHaveEnded(string path) => path.Split('/') is ["", "user", "sfu-node", ['$', ..]] or ["", "user", "sfu-node", _, _];

        private sealed class Reader : ReceiveActor
        {
            public Reader(ConcurrentQueue<DeadLetter> letters) => Receive<DeadLetter>(letters.Enqueue);
        }
    }
}

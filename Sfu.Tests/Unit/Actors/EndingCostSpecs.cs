using System.Globalization;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>
/// What an end costs is what ends with it: the work is counted in entries looked at, so that the law holds on any machine at any load.
/// </summary>
public sealed class EndingCostSpecs
{
    /// <summary>A transport's Producer and Consumer, the Consumer of its Producer, and each of them at most twice.</summary>
    private const int VisitsPerEnd = 8;

    private static readonly RouterId _router = new("router");
    private static readonly RouterSetup _setup = new([], Explicit: true, JsonText.EmptyObject);
    private static readonly CountingActorRef _node = new();
    private static readonly CountingActorRef _branch = new();

    [Theory]
    [InlineData(1_000)]
    [InlineData(2_000)]
    [InlineData(4_000)]
    [InlineData(8_000)]
    public void Router_forgets_transports_one_by_one_without_looking_at_the_others(int transports)
    {
        var state = FilledRouter(transports, peers: false);
        var endings = new RouterEndings(state);
        var reports = new BranchReports(state, endings);
        for (var i = 0; i < transports; i++)
        {
            reports.Book(new BranchProtocol.TransportEnded(_router, Transport(i), CloseReason.ListenServerClosed));
        }

        Assert.InRange(state.Visits, 0, VisitsPerEnd * transports);
        MustBeEmpty(state);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(8_000)]
    public void Router_forgets_Producers_and_Consumers_one_by_one_without_looking_at_the_others(int transports)
    {
        var state = FilledRouter(transports, peers: false);
        var endings = new RouterEndings(state);
        for (var i = 0; i < transports; i += 2)
        {
            endings.OfProducer(state.Producer(Producer(i))!, CloseReason.Requested);
            state.RemoveConsumer(Consumer(i));
        }

        Assert.InRange(state.Visits, 0, VisitsPerEnd * transports);
        Assert.Null(state.Producer(Producer(0)));
        Assert.NotNull(state.Producer(Producer(1)));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(8_000)]
    public void Router_finds_the_transports_of_a_peer_that_leaves_without_looking_at_the_others(int transports)
    {
        var state = FilledRouter(transports, peers: true);
        for (var i = 0; i < transports; i++)
        {
            Assert.Equal(Transport(i), Assert.Single(state.TransportsOf(Peer(i), _node)).Record.TransportId);
        }

        Assert.InRange(state.Visits, 0, VisitsPerEnd * transports);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(8_000)]
    public void Branch_forgets_transports_one_by_one_without_looking_at_the_others(int transports)
    {
        var state = new BranchState(_setup, []);
        for (var i = 0; i < transports; i++)
        {
            state.Add(TransportOf(i, peers: false), new CountingActorRef());
            state.Put(ProducerOf(i), default);
            state.Put(ConsumerOf(i, transports));
        }

        for (var i = 0; i < transports; i++)
        {
            Assert.Single(state.TransportsConsuming(Producer((i + 1) % transports)));
            Assert.True(state.Remove(Transport(i)));
        }

        Assert.InRange(state.Visits, 0, VisitsPerEnd * transports);
        Assert.True(state.IsEmpty);
        Assert.Empty(state.Snapshot.Producers);
        Assert.Empty(state.Snapshot.Consumers);
    }

    [Fact]
    public void Who_looks_at_all_for_each_is_counted()
    {
        const int Transports = 100;
        var state = FilledRouter(Transports, peers: false);
        for (var i = 0; i < Transports; i++)
        {
            state.Dump(0);
        }

        Assert.True(state.Visits > VisitsPerEnd * Transports);
    }

    [Fact]
    public void Chains_keep_the_order_and_lose_nothing_whichever_item_leaves()
    {
        var random = new Random(7);
        var chains = new Chains<int, Item>(static (Item item) => ref item.Place);
        var expected = new Dictionary<int, List<Item>>();
        for (var step = 0; step < 5_000; step++)
        {
            var key = random.Next(8);
            var items = expected.TryGetValue(key, out var known) ? known : expected[key] = [];
            if (items.Count == 0 || random.Next(5) > 1)
            {
                var item = new Item();
                items.Add(item);
                chains.Add(key, item);
            }
            else
            {
                var item = items[random.Next(items.Count)];
                items.Remove(item);
                chains.Remove(key, item);
            }

            Assert.Equal(items, chains.Of(key, static item => item));
            Assert.Equal(items.Count > 0, chains.Contains(key));
        }
    }

    private static RouterState FilledRouter(int transports, bool peers)
    {
        var state = new RouterState(_router);
        for (var i = 0; i < transports; i++)
        {
            state.PutTransport(new TransportEntry(TransportOf(i, peers), _node, _branch));
            state.PutProducer(ProducerOf(i));
            state.PutConsumer(ConsumerOf(i, transports));
        }

        return state;
    }

    private static void MustBeEmpty(RouterState state)
    {
        var dump = state.Dump(0);
        Assert.Empty(dump.Transports);
        Assert.Empty(dump.Producers);
        Assert.Empty(dump.Consumers);
    }

    private static TransportRecord TransportOf(int i, bool peers) => new(Transport(i), peers ? Peer(i) : null, Owner: null, Open: true);

    private static ProducerRecord ProducerOf(int i) => new(
        Producer(i), Transport(i), PeerId: null, MediaKind.Audio, ProducerType.Simple, new RtpParameters(), JsonText.EmptyObject, Paused: false, Open: true);

    /// <summary>Of the next one's Producer.</summary>
    private static ConsumerRecord ConsumerOf(int i, int count) => new(Consumer(i), Transport(i), Producer((i + 1) % count), Open: true);

    private static PeerId Peer(int i) => new(Name("peer", i));

    private static TransportId Transport(int i) => new(Name("transport", i));

    private static ProducerId Producer(int i) => new(Name("producer", i));

    private static ConsumerId Consumer(int i) => new(Name("consumer", i));

    private static string Name(string noun, int i) => string.Create(CultureInfo.InvariantCulture, $"{noun}-{i}");

    private sealed class Item
    {
        public Chains<int, Item>.Link Place;
    }
}

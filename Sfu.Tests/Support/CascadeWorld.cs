using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Media.Ice;

namespace Sfu.Tests.Support;

/// <summary>
/// Routers with transports on two WebRtcServers, each transport with an owner, a subscriber, a Producer, and a Consumer of its neighbour's
/// Producer, so that every pair of servers occurs. Knows by law who has to say what when some of the transports end.
/// </summary>
internal sealed class CascadeWorld
{
    public const int Routers = 3;
    public const int TransportsPerRouter = 4;

    public static readonly ServerId Main = new("main");
    public static readonly ServerId Second = new("second");

    private static readonly Sfu.Media.Control.ListenInfo _listen = new(TransportProtocol.Udp, "127.0.0.1", null, 0);

    private readonly TestNode _node;
    private readonly List<Place> _places = [];

    private CascadeWorld(TestNode node) => _node = node;

    public IReadOnlyList<Place> Places => _places;

    /// <summary>What one transport is and carries.</summary>
    public sealed record Place(
        RouterId Router,
        ServerId Server,
        TestClient Owner,
        TestProbe Subscriber,
        TransportId Transport,
        IActorRef Actor,
        ProducerId Producer)
    {
        public ConsumerId Consumer { get; init; }

        public ProducerId Consumed { get; init; }
    }

    public static async Task<CascadeWorld> CreateAsync(TestNode node)
    {
        var world = new CascadeWorld(node);
        await node.AskNodeAsync<NodeProtocol.ServerOpened>(new NodeProtocol.OpenServer(1, Second, [_listen]));
        for (var router = 0; router < Routers; router++)
        {
            await world.AddRouterAsync(new RouterId($"router-{router}"));
        }

        await world.TakeAsync();
        return world;
    }

    /// <summary>ICE, DTLS, tuples: told in specs of their own.</summary>
    public static bool IsAboutPaths(ISessionEvent news) => news is SessionEvents.IceStateChanged or SessionEvents.DtlsStateChanged
        or SessionEvents.LocalUfragAdded or SessionEvents.LocalUfragRemoved or SessionEvents.TupleAdded or SessionEvents.TupleRemoved
        or SessionEvents.SelectedTupleChanged or SessionEvents.TransportState or SessionEvents.TupleSendQueueOverflowed;

    /// <summary>
    /// These transports end, and nothing else does: each thing says so once with its nearest cause, to the owner and to the subscriber, and
    /// then no dump knows of it any more.
    /// </summary>
    public async Task MustHaveEndedAsync(Func<Place, bool> ended, CloseReason reason, bool ownersAreGone = false, bool routersAreGone = false)
    {
        var gone = _places.Where(ended).ToArray();
        Assert.NotEmpty(gone);
        var expected = _places.ToDictionary(place => place, place => Expected(place, gone, reason));
        var heard = _places.ToDictionary(place => place, _ => (Owner: new List<string>(), Subscriber: new List<string>()));
        await TestNode.UntilAsync(
            async () =>
            {
                foreach (var (place, (owner, subscriber)) in await TakeAsync())
                {
                    heard[place].Owner.AddRange(owner);
                    heard[place].Subscriber.AddRange(subscriber);
                }

                return _places.All(place => heard[place].Subscriber.Count >= expected[place].Length);
            },
            () => string.Join('\n', _places.Select(place => $"{place.Transport}: {string.Join(", ", heard[place].Subscriber)}")));
        await MustKnowOnlyAsync([.. _places.Except(gone)], routersAreGone);

        // Whoever says a thing twice has had the time to.
        foreach (var (place, (owner, subscriber)) in await TakeAsync())
        {
            heard[place].Owner.AddRange(owner);
            heard[place].Subscriber.AddRange(subscriber);
        }

        foreach (var place in _places)
        {
            Assert.Equal(expected[place].Order(), heard[place].Subscriber.Order());
            if (!ownersAreGone || !gone.Contains(place))
            {
                Assert.Equal(expected[place].Order(), heard[place].Owner.Order());
            }

            Assert.Equal(gone.Contains(place), heard[place].Subscriber.LastOrDefault()?.StartsWith(nameof(SessionEvents.TransportClosed), StringComparison.Ordinal) == true);
        }
    }

    /// <summary>Closes what is left, so that at the end nothing is.</summary>
    public async Task EndAsync()
    {
        foreach (var router in _places.Select(place => place.Router).Distinct())
        {
            await _node.Region.Ask<IReply>(new RouterProtocol.CloseRouter(0, router), TestNode.Patience);
        }

        foreach (var router in _places.Select(place => place.Router).Distinct())
        {
            await _node.MustBeEmptyAsync(router.Value);
        }
    }

    private static string[] Expected(Place place, Place[] gone, CloseReason reason)
    {
        if (gone.Contains(place))
        {
            return
            [
                new SessionEvents.ProducerClosed(place.Router, place.Producer, CloseReason.TransportClosed).ToString(),
                new SessionEvents.ConsumerClosed(place.Router, place.Transport, place.Consumer, CloseReason.TransportClosed).ToString(),
                new SessionEvents.TransportClosed(place.Router, place.Transport, reason).ToString(),
            ];
        }

        return gone.Any(other => other.Producer == place.Consumed)
            ? [new SessionEvents.ConsumerClosed(place.Router, place.Transport, place.Consumer, CloseReason.ProducerClosed).ToString()]
            : [];
    }

    private static async Task<string[]> TakeAsync(TestProbe probe)
    {
        var events = new List<string>();
        while (probe.HasMessages)
        {
            if (await probe.ExpectMsgAsync<ISessionEvent>() is var news && !IsAboutPaths(news))
            {
                events.Add(news.ToString()!);
            }
        }

        return [.. events];
    }

    private async Task AddRouterAsync(RouterId router)
    {
        var places = new List<Place>();
        for (var i = 0; i < TransportsPerRouter; i++)
        {
            var server = i < TransportsPerRouter / 2 ? Main : Second;
            var owner = _node.Client(router.Value);
            var created = await owner.TransportAsync(new WebRtcTransportOptions { Server = server });
            var subscriber = _node.Kit.CreateTestProbe();
            await owner.AskAsync<TransportSubscribed>(
                new RouterProtocol.SubscribeTransport(owner.NextRequest, router, created.TransportId, subscriber.Ref));
            await owner.AskAsync<TransportConnected>(owner.Connect(created.TransportId));
            var producer = await owner.ProduceAsync(created.TransportId);
            places.Add(new Place(router, server, owner, subscriber, created.TransportId, created.Transport, producer));
        }

        for (var i = 0; i < places.Count; i++)
        {
            var consumed = places[(i + 1) % places.Count].Producer;
            places[i] = places[i] with { Consumed = consumed, Consumer = await places[i].Owner.ConsumeAsync(places[i].Transport, consumed) };
        }

        _places.AddRange(places);
    }

    private async Task<Dictionary<Place, (string[] Owner, string[] Subscriber)>> TakeAsync()
    {
        await _node.DumpAsync();
        await _node.DumpAsync();
        var taken = new Dictionary<Place, (string[] Owner, string[] Subscriber)>();
        foreach (var place in _places)
        {
            taken[place] = (await TakeAsync(place.Owner.SessionProbe), await TakeAsync(place.Subscriber));
        }

        return taken;
    }

    private async Task MustKnowOnlyAsync(ImmutableArray<Place> alive, bool routersAreGone)
    {
        var known = string.Empty;
        var wanted = Describe(
            alive.Select(place => place.Transport.Value),
            alive.Select(place => place.Producer.Value),
            alive.Where(place => alive.Any(other => other.Producer == place.Consumed)).Select(place => place.Consumer.Value));
        await TestNode.UntilAsync(
            async () =>
            {
                var node = await _node.DumpAsync();
                var media = node.Media;
                var routers = new List<RouterDump>();
                foreach (var router in _places.GroupBy(place => place.Router))
                {
                    var client = router.First().Owner;
                    if (await _node.Region.Ask<IReply>(new RouterProtocol.DumpRouter(0, client.Router), TestNode.Patience) is RouterDump dump)
                    {
                        routers.Add(dump);
                    }
                }

                var byRouter = Describe(
                    routers.SelectMany(router => router.Transports).Select(transport => transport.TransportId.Value),
                    routers.SelectMany(router => router.Producers).Select(producer => producer.ProducerId.Value),
                    routers.SelectMany(router => router.Consumers).Select(consumer => consumer.ConsumerId.Value));
                var byServer = string.Join(' ', node.Servers.SelectMany(server => server.Transports).Select(transport => transport.Value).Order());
                var byBranch = string.Join(' ', node.Branches.SelectMany(branch => branch.Transports).Select(transport => transport.Value).Order());
                var byMedia = Describe(
                    [],
                    media.Transports.SelectMany(transport => transport.Producers).Select(producer => producer.Id),
                    media.Transports.SelectMany(transport => transport.Consumers).Select(consumer => consumer.Id));
                known = $"{byRouter}\n{byServer}\n{byBranch}\n{byMedia}\nwanted {wanted}";
                var transports = string.Join(' ', alive.Select(place => place.Transport.Value).Order());
                return byRouter == wanted && byServer == transports && byBranch == transports
                    && byMedia == Describe([], alive.Select(place => place.Producer.Value), wanted.Split('|')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    && media.Transports.Length == alive.Length && media.Ufrags == alive.Length && media.BuffersInUse == 0 && media.Timers == 0
                    && (alive.Length > 0 || media.HasNoTransports);
            },
            () => known);
        if (!routersAreGone)
        {
            foreach (var place in _places.Except(alive))
            {
                var can = await _node.Region.Ask<IReply>(
                    new RouterProtocol.CanConsume(0, place.Router, place.Producer, await place.Owner.CapabilitiesAsync()), TestNode.Patience);
                Assert.False(Assert.IsType<CanConsumeAnswer>(can).CanConsume);
            }
        }
    }

    private static string Describe(IEnumerable<string> transports, IEnumerable<string> producers, IEnumerable<string> consumers) =>
        $"{string.Join(' ', transports.Order())}|{string.Join(' ', producers.Order())}|{string.Join(' ', consumers.Order())}";
}

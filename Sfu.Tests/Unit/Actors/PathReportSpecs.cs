using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Transports;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>How often a transport tells of its paths, in virtual time: at once, and then once per interval, whatever its peer does.</summary>
public sealed class PathReportSpecs : TestKit, IAsyncLifetime
{
    private const int MaxTuples = 8;

    /// <summary>The most that one report can hold: tuples gone and come, overflows, ufrags, the selected tuple, the state.</summary>
    private const int MostPerReport = (2 * MaxTuples) + 1 + MaxTuples + 4 + 2;

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static readonly RouterId _router = new("room");
    private static readonly TransportId _id = TransportId.New();

    private readonly FakeMediaPlane _media = new();
    private readonly TestProbe _owner;
    private readonly TestProbe _subscriber;
    private IActorRef _transport = ActorRefs.Nobody;
    private long _requests;

    public PathReportSpecs()
        : base(ConfigurationFactory.ParseString("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\""))
    {
        _owner = CreateTestProbe();
        _subscriber = CreateTestProbe();
    }

    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    public async Task InitializeAsync()
    {
        var server = _media.NewServerHandle();
        _media.OpenServer(server, new ServerSettings([new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, 0)]), new AwaitableEvents());
        var open = new BranchProtocol.OpenTransport(
            1, _router, ActorRefs.Nobody, new RouterSetup(DefaultMediaCodecs.Value, true, JsonText.EmptyObject), [], _id, WebRtcTransportOptions.Default, null, _owner.Ref);
        var settings = new TransportSettings(true, true, false, false, 600_000, 30, MaxTuples, TupleLimitPolicy.Evict);
        var seed = new TransportSeed(
            _media, new RouterOrtc(new SeededRandom(1)), open, TestActor, CreateTestProbe().Ref, new ClosingSignal(), new ClosingSignal(), _interval);
        _transport = Sys.ActorOf(WebRtcTransportActor.Props(seed, server, settings));
        await ExpectMsgAsync<TransportCreated>(TestNode.Patience);
        await _owner.ExpectMsgAsync<SessionEvents.LocalUfragAdded>(TestNode.Patience);
        await AllToldAsync();
        Time.Advance(_interval);
        await SubscribeAsync();
        await _subscriber.ExpectMsgAsync<SessionEvents.TransportState>(TestNode.Patience);
    }

    public async Task DisposeAsync()
    {
        await Sys.Terminate();
        await _media.DisposeAsync();
    }

    [Fact]
    public async Task First_change_is_told_at_once_and_the_next_ones_together_when_the_interval_is_over()
    {
        await RaiseAsync(events => events.TupleAdded(Tuple(1)));
        Assert.Equal([Added(1)], await HeardAsync());

        await RaiseAsync(events =>
        {
            events.IceStateChanged(IceState.Connected);
            events.TupleAdded(Tuple(2));
            events.SelectedTupleChanged(Tuple(2));
            events.TupleRemoved(Tuple(1), TupleRemovalReason.ConsentExpired);
            events.LocalUfragAdded("fresh");
        });
        await RaiseAsync(events => events.TupleAdded(Tuple(3)));
        await RaiseAsync(events => events.TupleSendQueueOverflowed(Tuple(3), 5));
        await RaiseAsync(events => events.TupleSendQueueOverflowed(Tuple(3), 9));
        Assert.Empty(await HeardAsync());
        Time.Advance(_interval - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await HeardAsync());
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(
            [
                new SessionEvents.LocalUfragAdded(_router, _id, "fresh"),
                Added(2),
                new SessionEvents.TupleRemoved(_router, _id, TupleInfo.From(Tuple(1)), TupleRemovalReason.ConsentExpired),
                Added(3),
                new SessionEvents.TupleSendQueueOverflowed(_router, _id, TupleInfo.From(Tuple(3)), 9),
                new SessionEvents.SelectedTupleChanged(_router, _id, TupleInfo.From(Tuple(2))),
                new SessionEvents.IceStateChanged(_router, _id, IceState.Connected),
            ],
            await HeardAsync());
    }

    [Fact]
    public async Task After_a_quiet_interval_the_next_change_is_told_at_once()
    {
        await RaiseAsync(events => events.TupleAdded(Tuple(1)));
        Time.Advance(_interval);
        await HeardAsync();
        Time.Advance(_interval);
        Assert.Empty(await HeardAsync());
        await RaiseAsync(events => events.TupleAdded(Tuple(2)));
        Assert.Equal([Added(2)], await HeardAsync());
    }

    [Theory]
    [InlineData(10_000)]
    public async Task A_flood_of_changes_is_one_bounded_report_per_interval_to_each_listener(int changesPerInterval)
    {
        const int Intervals = 20;
        var next = 0;
        var told = 0;
        for (var i = 0; i < Intervals; i++)
        {
            await RaiseAsync(events =>
            {
                for (var change = 0; change < changesPerInterval; change++, next++)
                {
                    events.TupleAdded(Tuple(next));
                    if (next >= MaxTuples)
                    {
                        events.TupleRemoved(Tuple(next - MaxTuples), TupleRemovalReason.Evicted);
                    }

                    events.TupleSendQueueOverflowed(Tuple(next), change);
                    events.SelectedTupleChanged(Tuple(next));
                    events.IceStateChanged(change % 2 == 0 ? IceState.Connected : IceState.Completed);
                }
            });
            Time.Advance(_interval);
            told += (await HeardAsync()).Count;
        }

        Assert.InRange(told, Intervals, (Intervals + 1) * MostPerReport);
    }

    [Fact]
    public async Task What_waits_is_told_before_the_end()
    {
        await RaiseAsync(events => events.TupleAdded(Tuple(1)));
        await RaiseAsync(events => events.TupleAdded(Tuple(2)));
        Assert.Equal([Added(1)], await HeardAsync());
        _transport.Tell(new RouterProtocol.CloseTransport(++_requests, _router, _id), TestActor);
        await ExpectMsgAsync<Done>(TestNode.Patience);
        var heard = await TakeAsync(_subscriber);
        Assert.Equal(heard, await TakeAsync(_owner));
        Assert.Equal(Added(2), heard[0]);
        Assert.Equal(
            [TupleInfo.From(Tuple(1)), TupleInfo.From(Tuple(2))], heard.OfType<SessionEvents.TupleRemoved>().Select(removed => removed.Tuple));
        Assert.IsType<SessionEvents.TransportClosed>(heard[^1]);
    }

    private static SessionEvents.TupleAdded Added(int i) => new(_router, _id, TupleInfo.From(Tuple(i)));

    private static TransportTuple Tuple(int i) =>
        new(TransportProtocol.Tcp, 1, IpEndpoint.FromIPv4(0x7F000001, 5000), IpEndpoint.FromIPv4(0x0A000000 + ((uint)i >> 10), (ushort)(1000 + (i & 1023))));

    /// <summary>The media plane has changed something, and the transport's actor has got the message about it.</summary>
    private async Task RaiseAsync(Action<ITransportEvents> raise)
    {
        _media.Raise(0, raise);
        await AllToldAsync();
    }

    private async Task AllToldAsync()
    {
        await _media.DumpAsync();
        _transport.Tell(new RouterProtocol.UnsubscribeTransport(++_requests, _router, _id, TestActor), TestActor);
        await ExpectMsgAsync<Done>(TestNode.Patience);
    }

    private async Task SubscribeAsync()
    {
        _transport.Tell(new RouterProtocol.SubscribeTransport(++_requests, _router, _id, _subscriber.Ref), TestActor);
        await ExpectMsgAsync<TransportSubscribed>(TestNode.Patience);
    }

    /// <summary>What owner and subscriber were told since the last look: the same.</summary>
    private async Task<IReadOnlyList<ISessionEvent>> HeardAsync()
    {
        await AllToldAsync();
        var owner = await TakeAsync(_owner);
        Assert.Equal(owner, await TakeAsync(_subscriber));
        return owner;
    }

    private static async Task<List<ISessionEvent>> TakeAsync(TestProbe probe)
    {
        var heard = new List<ISessionEvent>();
        while (probe.HasMessages)
        {
            heard.Add(await probe.ExpectMsgAsync<ISessionEvent>());
        }

        return heard;
    }
}

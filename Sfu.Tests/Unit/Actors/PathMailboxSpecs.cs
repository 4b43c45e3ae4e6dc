using System.Diagnostics;
using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;
using Sfu.Media.Ice;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>Changes of paths between a media thread that may be fast and an actor that may be slow.</summary>
public sealed class PathMailboxSpecs
{
    private const int MaxTuples = 8;

    private static readonly RouterId _router = new("room");
    private static readonly TransportId _transport = new("transport");

    private readonly CountingActorRef _actor = new();
    private readonly PathMailbox _paths;

    public PathMailboxSpecs() => _paths = new PathMailbox(_actor);

    [Fact]
    public void First_check_is_told_in_the_order_tuple_selected_state()
    {
        _paths.TupleAdded(Tuple(1));
        _paths.SelectedTupleChanged(Tuple(1));
        _paths.IceStateChanged(IceState.Completed);
        Assert.Equal(1, _actor.Told);
        Assert.Equal(
            [
                new SessionEvents.TupleAdded(_router, _transport, TupleInfo.From(Tuple(1))),
                new SessionEvents.SelectedTupleChanged(_router, _transport, TupleInfo.From(Tuple(1))),
                new SessionEvents.IceStateChanged(_router, _transport, IceState.Completed),
            ],
            Taken());
    }

    [Fact]
    public void Each_change_after_a_look_sends_one_message_again()
    {
        _paths.TupleAdded(Tuple(1));
        _paths.TupleAdded(Tuple(2));
        Assert.Equal(2, Taken().Count);
        Assert.Equal(1, _actor.Told);
        _paths.TupleRemoved(Tuple(1), TupleRemovalReason.ConsentExpired);
        Assert.Equal(2, _actor.Told);
        Assert.Equal(
            [new SessionEvents.TupleRemoved(_router, _transport, TupleInfo.From(Tuple(1)), TupleRemovalReason.ConsentExpired)],
            Taken());
        Assert.Empty(Taken());
    }

    [Fact]
    public void A_tuple_that_went_and_came_back_is_told_as_both_and_the_last_state_wins()
    {
        _paths.TupleAdded(Tuple(1));
        Taken();
        _paths.TupleRemoved(Tuple(1), TupleRemovalReason.Closed);
        _paths.SelectedTupleChanged(null);
        _paths.IceStateChanged(IceState.Disconnected);
        _paths.TupleAdded(Tuple(1));
        _paths.SelectedTupleChanged(Tuple(1));
        _paths.IceStateChanged(IceState.Connected);
        Assert.Equal(
            [
                new SessionEvents.TupleRemoved(_router, _transport, TupleInfo.From(Tuple(1)), TupleRemovalReason.Closed),
                new SessionEvents.TupleAdded(_router, _transport, TupleInfo.From(Tuple(1))),
                new SessionEvents.SelectedTupleChanged(_router, _transport, TupleInfo.From(Tuple(1))),
                new SessionEvents.IceStateChanged(_router, _transport, IceState.Connected),
            ],
            Taken());
    }

    [Fact]
    public void A_flood_that_nobody_looks_at_is_one_message_and_a_bounded_state()
    {
        for (var i = 0; i < MaxTuples; i++)
        {
            _paths.TupleAdded(Tuple(i));
        }

        Taken();
        for (var i = MaxTuples; i < 20_000; i++)
        {
            _paths.TupleAdded(Tuple(i));
            _paths.TupleRemoved(Tuple(i - MaxTuples), TupleRemovalReason.Evicted);
            _paths.SelectedTupleChanged(Tuple(i));
            _paths.IceStateChanged(i % 2 == 0 ? IceState.Connected : IceState.Completed);
            _paths.LocalUfragAdded($"ufrag{i}");
            _paths.LocalUfragRemoved($"ufrag{i - 1}");
        }

        Assert.Equal(2, _actor.Told);
        var news = _paths.Take();
        Assert.InRange(news.Count, 1, (2 * MaxTuples) + 1 + 4 + 2);
        var events = news.Events(_router, _transport).ToArray();
        Assert.Equal(
            Enumerable.Range(0, MaxTuples).Select(i => TupleInfo.From(Tuple(i))),
            events.OfType<SessionEvents.TupleRemoved>().Select(removed => removed.Tuple));
        Assert.Equal(
            Enumerable.Range(20_000 - MaxTuples, MaxTuples).Select(i => TupleInfo.From(Tuple(i))),
            events.OfType<SessionEvents.TupleAdded>().Select(added => added.Tuple));
    }

    [Fact]
    public void Who_applies_what_he_takes_while_it_is_reported_ends_with_what_is()
    {
        const int Last = 100_000;
        var reporter = new Thread(() =>
        {
            for (var i = 0; i < Last; i++)
            {
                _paths.TupleAdded(Tuple(i));
                if (i >= MaxTuples)
                {
                    _paths.TupleRemoved(Tuple(i - MaxTuples), TupleRemovalReason.Evicted);
                }
            }
        });
        reporter.Start();
        var known = new HashSet<TupleInfo>();
        var seen = 0;
        var patience = Stopwatch.StartNew();
        var over = false;
        while (!over || _actor.Told != seen)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20));
            over = !reporter.IsAlive;
            if (_actor.Told == seen)
            {
                Thread.Yield();
                continue;
            }

            // One message, one look: a change without a message would stay behind at the end.
            seen++;
            foreach (var news in Taken())
            {
                Assert.True(news is SessionEvents.TupleAdded added ? known.Add(added.Tuple) : known.Remove(((SessionEvents.TupleRemoved)news).Tuple));
            }
        }

        Assert.Equal(
            Enumerable.Range(Last - MaxTuples, MaxTuples).Select(i => TupleInfo.From(Tuple(i)).Id).Order(),
            known.Select(tuple => tuple.Id).Order());
    }

    private static TransportTuple Tuple(int i) =>
        new(TransportProtocol.Udp, 1, IpEndpoint.FromIPv4(0x7F000001, 5000), IpEndpoint.FromIPv4(0x0A000000 + ((uint)i >> 10), (ushort)(1000 + (i & 1023))));

    private List<ISessionEvent> Taken() => [.. _paths.Take().Events(_router, _transport)];
}

using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Host.Signaling;

/// <summary>
/// What was lost on the way with a connection between nodes, or while the Router went elsewhere, is asked for: the room's present state from
/// the Router, each transport's from the transport itself, whose answer comes behind all that it had told before.
/// </summary>
internal sealed partial class SignalingSessionActor
{
    private static readonly TimeSpan s_firstRepeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestRepeat = TimeSpan.FromSeconds(8);

    /// <summary>Answers that were not on the connection that broke have come by then.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(500);

    /// <summary>A Router that goes on elsewhere knows everybody by then: who lives has told it.</summary>
    private static readonly TimeSpan s_gathering = TimeSpan.FromSeconds(5);

    /// <summary>The Router's actor, which answered when the peer was attached; null: it has not yet.</summary>
    private IActorRef? _room;

    /// <summary>The Router has begun to go on elsewhere, and may not know yet who is there.</summary>
    private bool _isGathering;

    /// <summary>Of the room's state, the last question's: only its answer counts.</summary>
    private int _catchUp;

    private void ConnectionBroke(Address node)
    {
        ImmutableArray<TransportId> there = [.. _state.Transports.Where(transport => transport.Value.Node.Equals(node)).Select(transport => transport.Key)];
        if (there.IsEmpty && _room is { } room && !room.Path.Address.Equals(node))
        {
            return;
        }

        foreach (var transport in there)
        {
            CatchUpWith(transport, s_firstRepeat);
        }

        if (_joined == JoinState.Yes)
        {
            CatchUpWithRoom();
        }
        else
        {
            Doubt(_lastRequestId, []);
        }
    }

    private void CatchUpWithRoom() => CatchUpWithRoom(++_catchUp, s_firstRepeat);

    private void CatchUpWithRoom(int catchUp, TimeSpan patience)
    {
        if (_joined == JoinState.Yes && _catchUp == catchUp && _join is { } join)
        {
            var asked = _lastRequestId;
            Ask<PeerAttached>(
                AttachAgain(join),
                attached =>
                {
                    if (_catchUp == catchUp)
                    {
                        CaughtUp(attached, asked);
                    }
                },
                _ => CatchUpLater(patience, longer => CatchUpWithRoom(catchUp, longer)),
                Now + patience);
        }
    }

    private Func<long, IRouterMessage> AttachAgain(ClientRequest.Join join) => id => new PeerProtocol.AttachPeer(
        id, _key.RouterId, _key.PeerId, join.DisplayName, join.Device, JsonText.EmptyObject, Self, join.RtpCapabilities, Again: true);

    /// <param name="attached">As the Router says.</param>
    /// <param name="asked">What this session had asked before may be lost.</param>
    private void CaughtUp(PeerAttached attached, long asked)
    {
        var moved = !Sender.Equals(_room);
        _room = Sender;
        _isGathering |= moved;
        foreach (var missed in Missed.InRoom(_key.RouterId, _state, attached, isWhole: !_isGathering))
        {
            FromRouter(missed);
        }

        if (moved)
        {
            ObserveVoices();
            Timers.StartSingleTimer(GatheringTimer, new AskAgain(HasGathered), s_gathering);
        }

        Doubt(asked, attached.Transports.IsDefault ? [] : [.. attached.Transports.Where(id => !_state.Transports.ContainsKey(id))]);
        ConsumeOffered();
    }

    private void HasGathered()
    {
        _isGathering = false;
        CatchUpWithRoom();
    }

    private void CatchUpWith(TransportId id, TimeSpan patience)
    {
        if (_state.Transports.TryGetValue(id, out var transport))
        {
            Ask<WebRtcTransportDump>(
                request => new RouterProtocol.DumpTransport(request, _key.RouterId, id),
                CaughtUp,
                failure =>
                {
                    if (failure.Code == RequestFailure.Closed)
                    {
                        FromRouter(new SessionEvents.TransportClosed(_key.RouterId, id, CloseReason.NodeLost));
                    }
                    else
                    {
                        CatchUpLater(patience, longer => CatchUpWith(id, longer));
                    }
                },
                Now + patience,
                transport.Actor);
        }
    }

    private void CaughtUp(WebRtcTransportDump dump)
    {
        if (!_state.Transports.TryGetValue(dump.TransportId, out var transport))
        {
            return;
        }

        foreach (var missed in Missed.OnTransport(_key.RouterId, _state, dump))
        {
            FromRouter(missed);
        }

        foreach (var producer in Missed.ProducersOnTransport(_state, dump))
        {
            AskQuietly(id => new RouterProtocol.CloseProducer(id, _key.RouterId, producer), "Closing a Producer that nobody knows of");
        }

        foreach (var consumer in Missed.ConsumersOnTransport(_state, dump))
        {
            AskQuietly(id => new RouterProtocol.CloseConsumer(id, _key.RouterId, consumer), "Closing a Consumer that nobody knows of");
        }

        if (transport.Consuming && !dump.Traced.HasFlag(MediaTraceTypes.Bwe))
        {
            TraceDownlink(dump.TransportId);
        }
    }

    private void CatchUpLater(TimeSpan patience, Action<TimeSpan> again)
    {
        var longer = TimeSpan.FromTicks(Math.Min(2 * patience.Ticks, s_longestRepeat.Ticks));
        Timers.StartSingleTimer(new object(), new AskAgain(() => again(longer)), s_patience);
    }

    /// <summary>
    /// Who asked before the connection broke may wait in vain. Where no answer has come a little later none will: what may have been made is
    /// closed, and the client may ask again.
    /// </summary>
    /// <param name="lastId">The last request that may be lost.</param>
    /// <param name="unknown">Transports that were made for this session, and that it does not know.</param>
    private void Doubt(long lastId, ImmutableArray<TransportId> unknown) =>
        Timers.StartSingleTimer(new object(), new AskAgain(() => GiveUp(lastId, unknown)), s_settling);

    private void GiveUp(long lastId, ImmutableArray<TransportId> unknown)
    {
        foreach (var transport in unknown.Where(id => !_state.Transports.ContainsKey(id)))
        {
            AskQuietly(id => new RouterProtocol.CloseTransport(id, _key.RouterId, transport), "Closing a transport that nobody knows of");
        }

        foreach (var id in _askedRouter.UpTo(lastId))
        {
            _log.Debug("What peer [{0}] of room [{1}] has asked is lost", _key.PeerId, _key.RouterId);
            _askedRouter.TryAnswer(id, new NoAnswer(id));
        }
    }

    /// <summary>Stands for the answer that was lost, or to a question that was.</summary>
    private sealed record NoAnswer(long RequestId) : IReply;
}

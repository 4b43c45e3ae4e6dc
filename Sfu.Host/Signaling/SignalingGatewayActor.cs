using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Sfu.Actors.Cluster;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>
/// Keeps this node's signalling sessions apart: one per room and peer. A client that opens a second WebSocket under the same name
/// resumes its session by token, or takes the place of the old one, which ends first.
/// </summary>
internal sealed class SignalingGatewayActor(IActorRef router, SignalingOptions options) : UntypedActor
{
    private readonly Dictionary<SessionKey, IActorRef> _sessions = [];
    private readonly Dictionary<IActorRef, SessionKey> _keys = [];
    private readonly Dictionary<SessionKey, SignalingMessages.Connect> _waiting = [];
    private readonly HashSet<IActorRef> _askers = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _counter;
    private bool _ending;

    public static Props Props(IActorRef router, SignalingOptions options) =>
        Akka.Actor.Props.CreateBy(new Producer(router, options));

    /// <summary>A bug in one session ends that session, and the client comes back for a new one.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart() => Context.ActorOf(ConnectionWatchActor.Props(), "connections");

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvents.ConnectionBroke broke:
                TellSessions(new SignalingMessages.ConnectionBroke(Address.Parse(broke.Node)));
                break;
            case ClusterEvent.UnreachableMember unreachable:
                TellSessions(new SignalingMessages.NodeUnreachable(unreachable.Member.Address));
                break;
            case ClusterEvent.ReachableMember reachable:
                TellSessions(new SignalingMessages.NodeForgiven(reachable.Member.Address));
                break;
            case ClusterEvent.MemberRemoved removed:
                TellSessions(new SignalingMessages.NodeRemoved(removed.Member.Address));
                break;
            case SignalingMessages.Connect connect:
                Connect(connect);
                break;
            case SignalingMessages.ResumeRefused refused:
                Replace(new SignalingMessages.Connect(refused.Key, refused.Connection, refused.First));
                break;
            case Terminated terminated:
                Ended(terminated.ActorRef);
                break;
            case SignalingMessages.EndAll:
                _ending = true;
                _askers.Add(Sender);
                TellSessions(new SignalingMessages.End(CloseCodes.GoingAway, "the server stops"));
                AnswerWhenAllEnded();
                break;
            case SignalingMessages.GetSessionCount:
                Sender.Tell(new SignalingMessages.SessionCount(_sessions.Count));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void TellSessions(object message)
    {
        foreach (var session in _sessions.Values)
        {
            session.Tell(message);
        }
    }

    private void Connect(SignalingMessages.Connect connect)
    {
        if (_ending)
        {
            connect.Connection.Close(CloseCodes.GoingAway, "the server stops");
        }
        else if (!_sessions.TryGetValue(connect.Key, out var session))
        {
            Start(connect);
        }
        else if (connect.First is ProtooMessage.Request request
            && ClientRequestReader.TryRead(request.Method, request.Data, out var read, out _)
            && read is ClientRequest.ResumeSession details
            && !_waiting.ContainsKey(connect.Key))
        {
            session.Tell(new SignalingMessages.Resume(connect.Key, connect.Connection, request, details));
        }
        else
        {
            Replace(connect);
        }
    }

    private void Replace(SignalingMessages.Connect connect)
    {
        if (!_sessions.TryGetValue(connect.Key, out var session))
        {
            Connect(connect);
            return;
        }

        if (_waiting.Remove(connect.Key, out var earlier))
        {
            earlier.Connection.Close(CloseCodes.EndedByServer, "replaced by a newer connection");
        }

        _waiting.Add(connect.Key, connect);
        session.Tell(new SignalingMessages.End(CloseCodes.EndedByServer, "replaced by a newer connection"));
    }

    private void Start(SignalingMessages.Connect connect)
    {
        if (_sessions.Count >= options.MaxSessions)
        {
            _log.Warning("Session of peer [{0}] in room [{1}] refused: the node has [{2}]", connect.Key.PeerId, connect.Key.RouterId, _sessions.Count);
            connect.Connection.Close(CloseCodes.TryAgainLater, "the server is full");
            return;
        }

        var props = SignalingSessionActor.Props(connect.Key, connect.Connection, router, options);
        var session = Context.Watch(Context.ActorOf(props, $"session-{++_counter}"));
        _sessions.Add(connect.Key, session);
        _keys.Add(session, connect.Key);
        connect.Connection.Assign(session);
    }

    private void Ended(IActorRef session)
    {
        if (_keys.Remove(session, out var key))
        {
            _sessions.Remove(key);
            if (_waiting.Remove(key, out var next))
            {
                Connect(next);
            }
        }

        AnswerWhenAllEnded();
    }

    private void AnswerWhenAllEnded()
    {
        if (_ending && _sessions.Count == 0)
        {
            foreach (var asker in _askers)
            {
                asker.Tell(SignalingMessages.AllEnded.Instance);
            }

            _askers.Clear();
        }
    }

    private sealed class Producer(IActorRef router, SignalingOptions options) : IIndirectActorProducer
    {
        public Type ActorType => typeof(SignalingGatewayActor);

        public ActorBase Produce() => new SignalingGatewayActor(router, options);

        public void Release(ActorBase actor)
        {
        }
    }
}

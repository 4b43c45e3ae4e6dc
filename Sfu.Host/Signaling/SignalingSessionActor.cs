using System.Security.Cryptography;
using System.Text.Json;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Host.Signaling;

/// <summary>
/// One participant: translates between a client's WebSocket and the Router, by the messages that any remote gateway would use.
/// It owns the transports it creates, so that its stop closes them.
/// </summary>
/// <remarks>
/// <code>
///   attached ── WebSocket lost ──▶ detached ── grace period over ──▶ stopped
///      ▲  └── goodbye, replaced, room closed ───────────────────────────▲
///      └────── same peer with its token ──── detached
/// </code>
/// While detached nothing is queued for the client: a client that comes back says what it still has and is told the rest.
/// </remarks>
internal sealed partial class SignalingSessionActor : UntypedActor, IWithTimers
{
    private const string GraceTimer = "grace";
    private const string TickTimer = "tick";
    private const string GatheringTimer = "gathering";

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two tries to reach a room that is moving.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    // Given.
    private readonly SessionKey _key;
    private readonly IActorRef _router;
    private readonly SignalingOptions _options;

    // Owned.
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly PendingTable<IReply> _askedRouter = new();
    private readonly PendingTable<ProtooMessage.Response> _askedClient = new();
    private readonly SessionState _state = new();
    private readonly string _resumeToken = RandomNumberGenerator.GetHexString(32, lowercase: true);

    // State.
    private IClientConnection? _connection;
    private JoinState _joined;
    private ClientRequest.Join? _join;
    private bool _consumes;
    private bool _ticks;
    private BweTrace? _downlink;
    private long _lastRequestId;

    public SignalingSessionActor(SessionKey key, IClientConnection connection, IActorRef router, SignalingOptions options)
    {
        _key = key;
        _connection = connection;
        _router = router;
        _options = options;
    }

    private enum JoinState
    {
        No,
        Asked,
        Yes,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    public static Props Props(SessionKey key, IClientConnection connection, IActorRef router, SignalingOptions options) =>
        Akka.Actor.Props.CreateBy(new Producer(key, connection, router, options));

    protected override void PreStart()
    {
        _log.Info("Session of peer [{0}] in room [{1}] opened", _key.PeerId, _key.RouterId);
    }

    protected override void PostStop()
    {
        if (_joined != JoinState.No)
        {
            _router.Tell(new PeerProtocol.DetachPeer(++_lastRequestId, _key.RouterId, _key.PeerId, Self), ActorRefs.NoSender);
            _joined = JoinState.No;
        }

        // Without effect when it is closed already, which it is unless this actor failed.
        _connection?.Close(CloseCodes.InternalError, "the session ended");
        _log.Info("Session of peer [{0}] in room [{1}] ended", _key.PeerId, _key.RouterId);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SignalingMessages.Received received:
                FromClient(received);
                break;
            case IReply reply:
                if (!_askedRouter.TryAnswer(reply.RequestId, reply))
                {
                    Undo(reply);
                }

                break;
            case ISessionEvent happened:
                FromRouter(happened);
                break;
            case SignalingMessages.Disconnected disconnected:
                Disconnected(disconnected);
                break;
            case SignalingMessages.Resume resume:
                Resume(resume);
                break;
            case SignalingMessages.NodeUnreachable unreachable:
                NodeUnreachable(unreachable.Node);
                break;
            case SignalingMessages.NodeForgiven forgiven:
                _lostNodes = _lostNodes.Remove(forgiven.Node.ToString());
                break;
            case SignalingMessages.NodeRemoved removed:
                NodeRemoved(removed.Node);
                break;
            case SignalingMessages.ConnectionBroke broke:
                ConnectionBroke(broke.Node);
                break;
            case SignalingMessages.End end:
                End(end.CloseCode, end.Reason);
                break;
            case GraceOver:
                _log.Info("Peer [{0}] of room [{1}] did not come back", _key.PeerId, _key.RouterId);
                Context.Stop(Self);
                break;
            case AskAgain again:
                again.Ask();
                break;
            case Tick:
                _ticks = false;
                _askedRouter.Expire(Now);
                _askedClient.Expire(Now);
                NotifyDownlink();
                break;
            default:
                Unhandled(message);
                break;
        }

        TickWhileThereIsSomethingToWaitFor();
    }

    /// <summary>A thousand sessions in which nothing happens cost nothing.</summary>
    private void TickWhileThereIsSomethingToWaitFor()
    {
        if (!_ticks && (_askedRouter.Count > 0 || _askedClient.Count > 0 || _downlink is not null))
        {
            _ticks = true;
            Timers.StartSingleTimer(TickTimer, Tick.Instance, s_tick);
        }
    }

    private void FromClient(SignalingMessages.Received received)
    {
        var connection = received.Connection;
        switch (received.Message)
        {
            case ProtooMessage.Request request:
                var reply = new ClientReply(connection, request.Id);
                if (ClientRequestReader.TryRead(request.Method, request.Data, out var read, out var failure))
                {
                    request.Memory?.Dispose();
                    Handle(read, reply);
                }
                else
                {
                    request.Memory?.Dispose();
                    reply.Fail(failure);
                }

                return;
            case ProtooMessage.Response response:
                _askedClient.TryAnswer(response.Id, response);
                break;
            case ProtooMessage.Notification:
                // Clients have nothing to notify of.
                break;
            case ProtooMessage.Malformed malformed:
                // JSON-RPC's way: what cannot be matched to a request is answered under the id 0.
                connection.Send(ProtooWriter.Error(malformed.Id ?? 0, 400, malformed.Reason));
                break;
        }

        connection.Release();
    }

    private void Disconnected(SignalingMessages.Disconnected disconnected)
    {
        if (!ReferenceEquals(disconnected.Connection, _connection))
        {
            return;
        }

        _connection = null;
        _askedClient.Clear();
        if (disconnected.End == ConnectionEnd.ClosedByClient || (_joined == JoinState.No && _state.Transports.Count == 0))
        {
            Context.Stop(Self);
            return;
        }

        _log.Info("Peer [{0}] of room [{1}] lost its WebSocket", _key.PeerId, _key.RouterId);
        Timers.StartSingleTimer(GraceTimer, GraceOver.Instance, _options.GracePeriod);
    }

    private void Resume(SignalingMessages.Resume resume)
    {
        var token = System.Text.Encoding.UTF8.GetBytes(resume.Details.Token);
        var matches = CryptographicOperations.FixedTimeEquals(token, System.Text.Encoding.UTF8.GetBytes(_resumeToken));
        if (!matches || _joined != JoinState.Yes)
        {
            Sender.Tell(new SignalingMessages.ResumeRefused(resume.Key, resume.Connection, resume.Request));
            return;
        }

        _connection?.Close(CloseCodes.EndedByServer, "replaced by a newer connection");
        _connection = resume.Connection;
        _askedClient.Clear();
        Timers.Cancel(GraceTimer);

        // The request itself follows as the connection's first message.
        resume.Connection.Assign(Self);
        _log.Info("Peer [{0}] of room [{1}] came back", _key.PeerId, _key.RouterId);
    }

    private void End(int closeCode, string reason)
    {
        _connection?.Close(closeCode, reason);
        Context.Stop(Self);
    }

    /// <summary>Asks the Router. Replies of another type than the request's own are failures, and so is silence.</summary>
    private void Ask<TReply>(Func<long, IRouterMessage> request, Action<TReply> succeeded, Action<RequestFailure> failed)
        where TReply : class, IReply => Ask(request, succeeded, failed, Now + _options.RouterAnswerTimeout);

    private void Ask<TReply>(
        Func<long, IRouterMessage> request, Action<TReply> succeeded, Action<RequestFailure> failed, TimeSpan deadline, IActorRef? to = null)
        where TReply : class, IReply
    {
        var id = ++_lastRequestId;
        _askedRouter.Add(
            id,
            deadline,
            reply =>
            {
                if (reply is TReply success)
                {
                    succeeded(success);
                }
                else
                {
                    failed(reply switch
                    {
                        Rejected rejected => RequestFailure.From(rejected.Error),
                        NoAnswer => RequestFailure.Lost,
                        _ => new RequestFailure(500, "the answer was not understood"),
                    });
                }
            },
            () => failed(RequestFailure.TimedOut()));
        (to ?? _router).Tell(request(id), Self);
    }

    /// <summary>
    /// Asks for what a Router does anew wherever it is. "Closed" is then no answer to go by: the node that the Router, or the place that it chose,
    /// was on is lost, and this session may have heard of that first. It is asked again until it is elsewhere, or its time is over; also where a
    /// broken connection has swallowed question or answer.
    /// </summary>
    private void AskPatiently<TReply>(Func<long, IRouterMessage> request, Action<TReply> succeeded, Action<RequestFailure> failed)
        where TReply : class, IReply
    {
        var deadline = Now + _options.RouterAnswerTimeout;
        Try();

        void Try() => Ask(request, succeeded, TryAgain, deadline);

        void TryAgain(RequestFailure failure)
        {
            if ((failure.Code == RequestFailure.Closed || failure == RequestFailure.Lost) && Now + s_patience < deadline)
            {
                Timers.StartSingleTimer(new object(), new AskAgain(Try), s_patience);
            }
            else
            {
                failed(failure);
            }
        }
    }

    /// <summary>Asks the Router for something that may be done twice, and whose success or failure changes nothing here. Again, where that was lost.</summary>
    /// <param name="request">What.</param>
    /// <param name="what">For the log.</param>
    /// <param name="isWanted">Whether to ask again.</param>
    private void AskQuietly(Func<long, IRouterMessage> request, string what, Func<bool>? isWanted = null) => Ask<Done>(
        request,
        _ => { },
        failure =>
        {
            if (failure == RequestFailure.Lost && isWanted?.Invoke() != false)
            {
                AskQuietly(request, what, isWanted);
            }
            else
            {
                _log.Debug("{0} for peer [{1}] failed: {2}", what, _key.PeerId, failure.Reason);
            }
        });

    private void AskClient(string method, Action<Utf8JsonWriter> data, Action<ProtooMessage.Response> answered, Action timedOut)
    {
        if (_connection is null)
        {
            return;
        }

        var id = ++_lastRequestId;
        _askedClient.Add(id, Now + _options.ClientAnswerTimeout, answered, timedOut);
        _connection.Send(ProtooWriter.Request(id, method, data));
    }

    private void Notify(string method, Action<Utf8JsonWriter> data) => _connection?.Send(ProtooWriter.Notification(method, data));

    /// <summary>An answer that came too late has made something that nobody knows of.</summary>
    private void Undo(IReply late)
    {
        switch (late)
        {
            case TransportCreated created:
                AskQuietly(id => new RouterProtocol.CloseTransport(id, _key.RouterId, created.TransportId), "Closing a late transport");
                break;
            case Produced produced:
                AskQuietly(id => new RouterProtocol.CloseProducer(id, _key.RouterId, produced.ProducerId), "Closing a late Producer");
                break;
            case Consumed consumed:
                AskQuietly(id => new RouterProtocol.CloseConsumer(id, _key.RouterId, consumed.ConsumerId), "Closing a late Consumer");
                break;
            default:
                break;
        }
    }

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    private sealed record AskAgain(Action Ask) : INoSerializationVerificationNeeded;

    private sealed class GraceOver : INoSerializationVerificationNeeded
    {
        public static readonly GraceOver Instance = new();
    }

    private sealed class Producer(SessionKey key, IClientConnection connection, IActorRef router, SignalingOptions options) : IIndirectActorProducer
    {
        public Type ActorType => typeof(SignalingSessionActor);

        public ActorBase Produce() => new SignalingSessionActor(key, connection, router, options);

        public void Release(ActorBase actor)
        {
        }
    }
}

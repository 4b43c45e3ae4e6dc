using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Node;
using Sfu.Actors.Pipes;
using Sfu.Actors.Protocol;
using Sfu.Actors.Transports;

namespace Sfu.Actors.Routing;

/// <summary>
/// Pipes Producers of a Router, whose child it is, to one other Router: has a PipeTransport made in each, joins them, and then, for each
/// Producer, consumes here and produces there. Once that is done the ends follow each other by themselves, also when this actor and its
/// Router's incarnation are gone.
/// </summary>
/// <remarks>
/// <code>
/// new ── has or awaits ends ──▶ finding ── a pipe that a former incarnation has made ─┐
///  │ has none                   │ none                                                ▼
///  ▼                            ▼
/// idle ── next request ──▶ opening ── both ends connected and joined ──▶ open: requests run side by side
///  ▲                           │ refused, deadline, an end gone             │ an end gone
///  └───────────────────────────┴── who waits is refused ◀───────────────────┘
/// </code>
/// </remarks>
internal sealed class PipeToRouterActor : RequestActor, IWithTimers
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(15);

    /// <summary>An end that does not say what it is by then is none that one could use.</summary>
    private static readonly TimeSpan _findingDeadline = TimeSpan.FromSeconds(3);

    private readonly RouterId _near;
    private readonly RouterId _far;
    private readonly IActorRef _region;
    private readonly Dictionary<long, Action<IReply>> _awaited = []; // What is to be done with each answer.
    private readonly HashSet<Piping> _pipings = [];
    private readonly PipeSearch _search = new();
    private readonly TimeSpan _gathering;
    private PipePair? _pair;
    private long _lastRequest;

    public PipeToRouterActor(RouterId near, RouterId far, IActorRef region, TimeSpan gathering)
    {
        _near = near;
        _far = far;
        _region = region;
        _gathering = gathering > TimeSpan.Zero ? gathering : TimeSpan.Zero;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="near">The Router whose Producers leave: the parent.</param>
    /// <param name="far">The Router that gets them.</param>
    /// <param name="region">Where Routers are reached.</param>
    /// <param name="gathering">How long the near Router, which goes on elsewhere, may still hear of what it had; 0 or less: not any more.</param>
    public static Props Props(RouterId near, RouterId far, IActorRef region, TimeSpan gathering) =>
        ActorFactory<PipeToRouterActor>.Props(() => new PipeToRouterActor(near, far, region, gathering));

    protected override void PreStart()
    {
        if (_gathering > TimeSpan.Zero)
        {
            Timers.StartSingleTimer(GatheringOver.Instance, GatheringOver.Instance, _gathering);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RouterProtocol.PipeToRouter request:
                AnsweredElsewhere();
                Begin(new Piping(request, Sender));
                break;
            case IReply reply:
                if (_awaited.Remove(reply.RequestId, out var then))
                {
                    then(reply);
                }

                break;
            case PipeAddress.Resolved { What: Facing facing } resolved:
                Connect(facing, resolved.Ip);
                break;
            case PipeAddress.Unknown { What: Facing facing } unknown:
                Lose(facing.Pair, new SfuError(SfuErrorCode.Unavailable, $"The other end of the pipe cannot be reached. {unknown.Reason}"));
                break;
            case Terminated terminated when _pair?.Has(terminated.ActorRef) == true:
                Lose(new SfuError(SfuErrorCode.Closed, $"The pipe between the Routers {_near} and {_far} closed."));
                break;
            case Terminated:
                break;
            case HasEnds has:
                Find(has.Ends);
                break;
            case GatheringOver:
                EndFindingWhenAllIsKnown();
                break;
            case FindingOver:
                EndFinding();
                break;
            case Overdue { Piping: { } piping }:
                Refuse(piping, Late);
                break;
            case Overdue:
                Lose(Late);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception)
    {
    }

    /// <summary>What is half done is undone; a pipe that is open stays.</summary>
    protected override void PostStop()
    {
        var error = new SfuError(SfuErrorCode.Closed, $"The Router {_near} closed, or moved.");
        if (_pair is { IsOpen: false })
        {
            Lose(error);
        }

        foreach (var piping in _pipings.ToArray())
        {
            Refuse(piping, error);
        }
    }

    private SfuError Late => new(SfuErrorCode.Unavailable, $"The Router {_far} did not answer in time.");

    private void Begin(Piping piping)
    {
        _pipings.Add(piping);
        Timers.StartSingleTimer(piping, new Overdue(piping), _deadline);
        if (_pair is { IsOpen: true } pair)
        {
            Consume(piping, pair);
        }
        else if (_pair is null && !_search.IsOn)
        {
            Open(piping.Request);
        }
    }

    /// <summary>Each end of a pipe is asked where the other is.</summary>
    private void Find(ImmutableArray<TransportId> ends)
    {
        foreach (var end in _search.Add(ends))
        {
            Timers.StartSingleTimer(FindingOver.Instance, FindingOver.Instance, _findingDeadline + _gathering);
            Ask(Context.Parent, id => new PipeEndProtocol.DescribeEnd(id, _near, end), reply => OnDescribed(end, reply));
        }

        EndFindingWhenAllIsKnown();
    }

    private void OnDescribed(TransportId end, IReply reply)
    {
        if (!_search.Described(end))
        {
            return;
        }

        if (_pair is null && reply is PipeEndProtocol.EndDescribed { Joined: { IsNear: true } joined } found && joined.OtherRouterId == _far)
        {
            _pair = new PipePair(new PipeEnd(end, Context.Watch(found.End)), new PipeEnd(joined.OtherTransportId, Context.Watch(joined.OtherEnd)));
            Log.Info("Router {RouterId} has found its pipe to Router {TargetRouterId}", _near, _far);
        }

        EndFindingWhenAllIsKnown();
    }

    private void EndFindingWhenAllIsKnown()
    {
        if (_pair is not null || (_search.KnowsAll && !Timers.IsTimerActive(GatheringOver.Instance)))
        {
            EndFinding();
        }
    }

    private void EndFinding()
    {
        if (!_search.End())
        {
            return;
        }

        Timers.Cancel(FindingOver.Instance);
        Timers.Cancel(GatheringOver.Instance);
        if (_pair is { } pair)
        {
            ConsumeAll(pair);
        }
        else if (_pipings.FirstOrDefault() is { } first)
        {
            Open(first.Request);
        }
    }

    private void ConsumeAll(PipePair pair)
    {
        foreach (var piping in _pipings.ToArray())
        {
            Consume(piping, pair);
        }
    }

    private void Open(RouterProtocol.PipeToRouter request)
    {
        var pair = _pair = new PipePair();
        var options = new PipeTransportOptions(request.ListenInfo) { EnableRtx = request.EnableRtx, EnableSrtp = request.EnableSrtp };
        Timers.StartSingleTimer(Overdue.Opening, new Overdue(null), _deadline);
        Ask(Context.Parent, id => new RouterProtocol.CreatePipeTransport(id, _near, options, null), reply => OnCreated(pair, reply, isNear: true));
        Ask(_region, id => new RouterProtocol.CreatePipeTransport(id, _far, options, null), reply => OnCreated(pair, reply, isNear: false));
    }

    private void OnCreated(PipePair pair, IReply reply, bool isNear)
    {
        if (reply is not PlainTransportCreated created)
        {
            Lose(pair, ErrorOf(reply));
            return;
        }

        var end = new PipeEnd(created.TransportId, created.Transport);
        if (pair != _pair)
        {
            Close(end, isNear ? _near : _far);
            return;
        }

        (pair.Near, pair.Far) = isNear ? (end, pair.Far) : (pair.Near, end);
        Context.Watch(created.Transport);
        if (pair.Other is not { } other)
        {
            pair.Other = created;
            return;
        }

        var (near, far) = isNear ? (created, other) : (other, created);
        PipeAddress.Resolve(far.Tuple, Self, new Facing(pair, near, _near, far, _far));
        PipeAddress.Resolve(near.Tuple, Self, new Facing(pair, far, _far, near, _near));
    }

    private void Connect(Facing facing, string ip)
    {
        var (pair, end, router, other, otherRouter) = facing;
        if (pair != _pair)
        {
            return;
        }

        Ask(
            end.Transport,
            id => new RouterProtocol.ConnectPipeTransport(id, router, end.TransportId, ip, other.Tuple.Port, other.SrtpParameters),
            reply => OnOpeningStep(pair, reply));
        Ask(
            end.Transport,
            id => new PipeEndProtocol.JoinEnds(
                id, router, end.TransportId, other.Transport, otherRouter, other.TransportId, IsNear: end.TransportId == pair.Near?.TransportId),
            reply => OnOpeningStep(pair, reply));
    }

    private void OnOpeningStep(PipePair pair, IReply reply)
    {
        if (reply is Rejected rejected)
        {
            Lose(pair, rejected.Error);
        }
        else if (pair == _pair && pair.StepDone())
        {
            Timers.Cancel(Overdue.Opening);
            Log.Info("Router {RouterId} is piped to Router {TargetRouterId}", _near, _far);
            ConsumeAll(pair);
        }
    }

    /// <summary>Paused, so that nothing leaves before the other end knows what it is, and all begins at a key frame.</summary>
    private void Consume(Piping piping, PipePair pair) => Ask(
        Context.Parent,
        id => new RouterProtocol.Consume(
            id, _near, pair.Near!.TransportId, piping.Request.ProducerId, RtpCapabilities: null, Paused: true, JsonText.EmptyObject),
        reply => OnConsumed(piping, pair, reply));

    private void OnConsumed(Piping piping, PipePair pair, IReply reply)
    {
        if (reply is not Consumed consumed)
        {
            Refuse(piping, ErrorOf(reply));
            return;
        }

        piping.Consumed = consumed;
        if (!_pipings.Contains(piping))
        {
            Undo(piping);
            return;
        }

        Ask(
            _region,
            id => new RouterProtocol.Produce(
                id,
                _far,
                pair.Far!.TransportId,
                consumed.Kind,
                consumed.RtpParameters,
                consumed.ProducerAppData,
                consumed.ProducerPaused,
                piping.Request.KeepId ? consumed.ProducerId : null),
            produced => OnProduced(piping, pair, produced));
    }

    private void OnProduced(Piping piping, PipePair pair, IReply reply)
    {
        if (reply is not Produced produced)
        {
            Refuse(piping, ErrorOf(reply));
            return;
        }

        piping.PipedId = produced.ProducerId;
        if (!_pipings.Contains(piping))
        {
            Undo(piping);
            return;
        }

        var (near, far, consumed) = (pair.Near!, pair.Far!, piping.Consumed!);
        Ask(
            far.Transport,
            id => new PipeEndProtocol.TieProducer(id, _far, far.TransportId, produced.ProducerId, consumed.ConsumerId),
            tied => OnTyingStep(piping, tied));
        Ask(
            near.Transport,
            id => new PipeEndProtocol.TieConsumer(id, _near, near.TransportId, consumed.ConsumerId, produced.ProducerId, consumed.ProducerPaused),
            tied => OnTyingStep(piping, tied));
        Ask(
            near.Transport,
            id => new RouterProtocol.ResumeConsumer(id, _near, consumed.ConsumerId),
            resumed => OnTyingStep(piping, resumed));
    }

    private void OnTyingStep(Piping piping, IReply reply)
    {
        if (reply is Rejected rejected)
        {
            Refuse(piping, rejected.Error);
        }
        else if (_pipings.Contains(piping) && piping.StepDone())
        {
            Settle(piping);
            piping.Asker.Tell(new PipedToRouter(piping.Request.RequestId, piping.Consumed!.ConsumerId, piping.PipedId!.Value));
        }
    }

    /// <summary>The pipe does not come to be, or is gone: its ends close, by themselves where they are joined, and who waits is told.</summary>
    private void Lose(PipePair pair, SfuError error)
    {
        if (pair == _pair)
        {
            Lose(error);
        }
    }

    private void Lose(SfuError error)
    {
        if (_pair is not { } pair)
        {
            return;
        }

        _pair = null;
        Timers.Cancel(Overdue.Opening);
        foreach (var (end, router) in new[] { (pair.Near, _near), (pair.Far, _far) })
        {
            if (end is not null)
            {
                Context.Unwatch(end.Transport);
                if (!pair.IsOpen)
                {
                    Close(end, router);
                }
            }
        }

        foreach (var piping in _pipings.ToArray())
        {
            Refuse(piping, error);
        }
    }

    private void Refuse(Piping piping, SfuError error)
    {
        if (Settle(piping))
        {
            Undo(piping);
            piping.Asker.Tell(new Rejected(piping.Request.RequestId, error));
        }
    }

    /// <summary>False when it was settled before.</summary>
    private bool Settle(Piping piping)
    {
        Timers.Cancel(piping);
        return _pipings.Remove(piping);
    }

    /// <summary>What was made for it closes; whoever made it does not wait for that.</summary>
    private void Undo(Piping piping)
    {
        if (piping.Consumed is { } consumed)
        {
            Ask(Context.Parent, id => new RouterProtocol.CloseConsumer(id, _near, consumed.ConsumerId), static _ => { });
        }

        if (piping.PipedId is { } piped)
        {
            Ask(_region, id => new RouterProtocol.CloseProducer(id, _far, piped), static _ => { });
        }
    }

    private void Close(PipeEnd end, RouterId router) =>
        Ask(end.Transport, id => new RouterProtocol.CloseTransport(id, router, end.TransportId), static _ => { });

    private void Ask(IActorRef whom, Func<long, IRequest> request, Action<IReply> then)
    {
        var id = ++_lastRequest;
        _awaited.Add(id, then);
        whom.Tell(request(id), Self);
    }

    private static SfuError ErrorOf(IReply reply) =>
        (reply as Rejected)?.Error ?? new SfuError(SfuErrorCode.Fault, $"{reply.GetType().Name} is no answer to that.");

    /// <summary>An end, and the other that it is told of.</summary>
    private sealed record Facing(PipePair Pair, PlainTransportCreated End, RouterId Router, PlainTransportCreated Other, RouterId OtherRouter);

    /// <summary>Router → this actor: the ends of pipes that it has, perhaps from a former incarnation. First of all, and when it hears of more.</summary>
    internal sealed record HasEnds(ImmutableArray<TransportId> Ends) : INoSerializationVerificationNeeded;

    private sealed record GatheringOver : INoSerializationVerificationNeeded
    {
        public static readonly GatheringOver Instance = new();
    }

    private sealed record FindingOver : INoSerializationVerificationNeeded
    {
        public static readonly FindingOver Instance = new();
    }

    /// <param name="Piping">Null: the pipe itself.</param>
    private sealed record Overdue(Piping? Piping) : INoSerializationVerificationNeeded
    {
        public const string Opening = "opening";
    }
}

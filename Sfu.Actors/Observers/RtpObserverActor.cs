using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Actors.Observers;

/// <summary>
/// One RtpObserver of a Router, its child: hears the levels that the Router's branches report, asks its <see cref="IRtpObserver"/> each
/// interval what to make of them, and tells its subscribers.
/// </summary>
/// <remarks>
/// <code>
/// listening ◀── SetPaused ──▶ paused ── Close, Router stopped, own fault ──▶ stopped
/// </code>
/// </remarks>
internal sealed class RtpObserverActor : UntypedActor, IWithTimers
{
    private readonly RouterId _routerId;
    private readonly ObserverId _id;
    private readonly IRtpObserver _observer;
    private readonly HashSet<IActorRef> _subscribers = [];
    private CloseReason _reason = CloseReason.RouterClosed;
    private bool _paused;

    public RtpObserverActor(RouterId routerId, ObserverId id, IRtpObserver observer)
    {
        _routerId = routerId;
        _id = id;
        _observer = observer;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    public static Props Props(RouterId routerId, ObserverId id, IRtpObserver observer) =>
        ActorFactory<RtpObserverActor>.Props(() => new RtpObserverActor(routerId, id, observer));

    protected override void PreStart() => Listen();

    protected override void PostStop()
    {
        Tell(new ObserverEvents.ObserverClosed(_routerId, _id, _reason));
        _subscribers.Clear();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case BranchProtocol.AudioLevelsMeasured measured:
                Hear(measured);
                break;
            case IntervalOver when !_paused:
                if (_observer.Decide(Now) is { } news)
                {
                    Tell(news);
                }

                break;
            case IntervalOver:
                break;
            case ObserverCommands.Add add:
                _observer.Add(add.ProducerId, add.PeerId, Now);
                break;
            case ObserverCommands.Remove remove:
                _observer.Remove(remove.ProducerId);
                break;
            case ObserverCommands.SetPaused pause:
                SetPaused(pause.Paused);
                break;
            case ObserverProtocol.SubscribeObserver subscribe:
                Subscribe(subscribe.Subscriber);
                Sender.Tell(new Done(subscribe.RequestId));
                break;
            case ObserverProtocol.UnsubscribeObserver unsubscribe:
                Unsubscribe(unsubscribe.Subscriber);
                Sender.Tell(new Done(unsubscribe.RequestId));
                break;
            case ObserverCommands.Close:
                _reason = CloseReason.Requested;
                Context.Stop(Self);
                break;
            case Terminated terminated:
                _subscribers.Remove(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Hear(BranchProtocol.AudioLevelsMeasured measured)
    {
        if (_paused)
        {
            return;
        }

        foreach (var producer in measured.Producers)
        {
            _observer.Hear(producer.ProducerId, producer.Levels, Now);
        }
    }

    private void SetPaused(bool paused)
    {
        _paused = paused;
        if (paused)
        {
            Timers.Cancel(IntervalOver.Key);
        }
        else
        {
            _observer.Reset(Now);
            Listen();
        }
    }

    private void Listen() => Timers.StartPeriodicTimer(IntervalOver.Key, IntervalOver.Instance, _observer.Interval);

    private void Subscribe(IActorRef subscriber)
    {
        if (_subscribers.Add(subscriber))
        {
            Context.Watch(subscriber);
            subscriber.Tell(new ObserverEvents.ObserverState(_routerId, _id, _paused), Self);
        }
    }

    private void Unsubscribe(IActorRef subscriber)
    {
        if (_subscribers.Remove(subscriber))
        {
            Context.Unwatch(subscriber);
        }
    }

    private void Tell(ISessionEvent news)
    {
        foreach (var subscriber in _subscribers)
        {
            subscriber.Tell(news, Self);
        }
    }

    private sealed record IntervalOver : INoSerializationVerificationNeeded
    {
        public const string Key = "interval";

        public static readonly IntervalOver Instance = new();
    }
}

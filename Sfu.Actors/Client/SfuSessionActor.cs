using System.Threading.Channels;
using Akka.Actor;
using Sfu.Actors.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>
/// Passes events on to who reads them outside of actors, and tells what nobody else is left to tell: the end of an observer whose node is lost.
/// A reader that is too slow ends it.
/// </summary>
internal sealed class SfuSessionActor(ChannelWriter<IEvent> events) : UntypedActor
{
    private readonly Dictionary<IActorRef, ObserverEvents.ObserverClosed> _lastWords = []; // By observer.

    public static Props Props(ChannelWriter<IEvent> events) => ActorFactory<SfuSessionActor>.Props(() => new SfuSessionActor(events));

    protected override void PreStart() => Context.ActorOf(ConnectionWatchActor.Props());

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ObserverEvents.ObserverState observed:
                _lastWords[Sender] = new ObserverEvents.ObserverClosed(observed.RouterId, observed.ObserverId, CloseReason.NodeLost);
                Context.Watch(Sender);
                Pass(observed);
                break;
            case ObserverEvents.ObserverClosed closed:
                _lastWords.Remove(Sender);
                Context.Unwatch(Sender);
                Pass(closed);
                break;
            case Terminated terminated:
                if (_lastWords.Remove(terminated.ActorRef, out var lastWord) && terminated.AddressTerminated)
                {
                    Pass(lastWord);
                }

                break;
            case IEvent news:
                Pass(news);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop() => events.TryComplete();

    private void Pass(IEvent news)
    {
        if (!events.TryWrite(news))
        {
            events.TryComplete(new SfuRequestException(new SfuError(SfuErrorCode.Closed, "Events came faster than they were read.")));
            Context.Stop(Self);
        }
    }
}

using System.Threading.Channels;
using Akka.Actor;
using Sfu.Actors.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>Passes events on to who reads them outside of actors. A reader that is too slow ends it.</summary>
internal sealed class SfuSessionActor(ChannelWriter<IEvent> events) : UntypedActor
{
    public static Props Props(ChannelWriter<IEvent> events) => ActorFactory<SfuSessionActor>.Props(() => new SfuSessionActor(events));

    protected override void PreStart() => Context.ActorOf(ConnectionWatchActor.Props());

    protected override void OnReceive(object message)
    {
        if (message is not IEvent news)
        {
            Unhandled(message);
        }
        else if (!events.TryWrite(news))
        {
            events.TryComplete(new SfuRequestException(new SfuError(SfuErrorCode.Closed, "Events came faster than they were read.")));
            Context.Stop(Self);
        }
    }

    protected override void PostStop() => events.TryComplete();
}

using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>Sends the media plane's answers about itself to one actor. Media thread; never blocks.</summary>
internal sealed class MediaPlaneBridge(IActorRef receiver) : IMediaPlaneEvents
{
    public void DumpReady(long requestId, MediaPlaneDump dump) => receiver.Tell(new MediaEvents.DumpReady(dump), ActorRefs.NoSender);

    public void LoadMeasured(long requestId, MediaLoad load) => receiver.Tell(new MediaEvents.LoadMeasured(load), ActorRefs.NoSender);
}

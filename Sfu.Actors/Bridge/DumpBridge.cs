using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>Sends the media plane's dump to one actor. Media thread; never blocks.</summary>
internal sealed class DumpBridge(IActorRef receiver) : IMediaPlaneEvents
{
    public void DumpReady(long requestId, MediaPlaneDump dump) => receiver.Tell(new MediaEvents.DumpReady(dump), ActorRefs.NoSender);
}

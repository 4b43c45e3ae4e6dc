using Akka.Actor;
using Akka.Configuration;
using Sfu.Actors.Hosting;
using Sfu.Actors.Serialization;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors.Wire;

/// <summary>An actor system without remoting, for its serializer.</summary>
public sealed class WireSystem : IDisposable
{
    public WireSystem()
    {
        System = ActorSystem.Create(
            "wire",
            ConfigurationFactory.ParseString("akka { actor.provider = local\n loglevel = WARNING\n stdout-loglevel = OFF }")
                .WithFallback(SfuConfiguration.AkkaReference));
        Somebody = System.ActorOf(Props.Empty, "somebody");
        Serializer = new SfuSerializer((ExtendedActorSystem)System);
    }

    public ActorSystem System { get; }

    public IActorRef Somebody { get; }

    public SfuSerializer Serializer { get; }

    public Samples Samples => new(Somebody);

    public object Back(object message) => Serializer.FromBinary(Serializer.ToBinary(message), Serializer.Manifest(message));

    public void Dispose() => System.Terminate().Wait(TimeSpan.FromSeconds(10));
}

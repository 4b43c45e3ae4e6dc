using Akka.Actor;

namespace Sfu.Actors.Node;

/// <summary>Makes actors without an expression tree, whose compilation costs milliseconds for each <see cref="Props"/>.</summary>
internal sealed class ActorFactory<TActor>(Func<TActor> make) : IIndirectActorProducer
    where TActor : ActorBase
{
    public Type ActorType => typeof(TActor);

    public ActorBase Produce() => make();

    public void Release(ActorBase actor)
    {
    }

    public static Props Props(Func<TActor> make) => Akka.Actor.Props.CreateBy(new ActorFactory<TActor>(make));
}

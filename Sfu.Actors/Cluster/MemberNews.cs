using Akka.Actor;

namespace Sfu.Actors.Cluster;

/// <summary>The <see cref="MemberNewsActor"/> of an actor system, which begins with the first that asks. Any thread.</summary>
internal sealed class MemberNews : IExtension
{
    private readonly IActorRef _actor;

    private MemberNews(IActorRef actor)
    {
        _actor = actor;
    }

    public static MemberNews Get(ActorSystem system) => system.WithExtension<MemberNews, Provider>();

    /// <summary>Tells <paramref name="follower"/> until it ends.</summary>
    public void TellTo(IActorRef follower) => _actor.Tell(MemberNewsActor.Follow.Instance, follower);

    private sealed class Provider : ExtensionIdProvider<MemberNews>
    {
        public override MemberNews CreateExtension(ExtendedActorSystem system) => new(system.SystemActorOf(MemberNewsActor.Props(), "sfu-member-news"));
    }
}

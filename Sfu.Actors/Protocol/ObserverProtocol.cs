using Akka.Actor;

namespace Sfu.Actors.Protocol;

/// <summary>
/// A Router's RtpObservers, which listen to the loudness of its audio Producers wherever these live. Send each to the shard region, as
/// <see cref="RouterProtocol"/>. Observers are control plane only: they live beside the Router and end with it, also when the Router goes on
/// elsewhere; subscribers are then told <see cref="ObserverEvents.ObserverClosed"/> and may make a new one. Where the Router's node is lost, who
/// watches the observer sees it end (<see cref="ObserverEvents.ObserverState"/>).
/// </summary>
public static class ObserverProtocol
{
    /// <summary>
    /// Makes an observer that tells who is loud (<see cref="ObserverEvents.VolumesMeasured"/>, <see cref="ObserverEvents.SilenceFell"/>). Where
    /// one of the id is there already, its options stay, and the subscriber joins the others.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router, which exists.</param>
    /// <param name="Options">Null: mediasoup's defaults.</param>
    /// <param name="Subscriber">As <see cref="SubscribeObserver"/>; null: nobody yet.</param>
    /// <param name="ObserverId">An id of choice; null: a new one.</param>
    public sealed record CreateAudioLevelObserver(
        long RequestId, RouterId RouterId, AudioLevelObserverOptions? Options = null, IActorRef? Subscriber = null, ObserverId? ObserverId = null)
        : IRouterMessage, IRequest<ICreateObserverReply>;

    /// <summary>Makes an observer that tells who has the floor (<see cref="ObserverEvents.DominantSpeakerChanged"/>); otherwise as <see cref="CreateAudioLevelObserver"/>.</summary>
    public sealed record CreateActiveSpeakerObserver(
        long RequestId, RouterId RouterId, ActiveSpeakerObserverOptions? Options = null, IActorRef? Subscriber = null, ObserverId? ObserverId = null)
        : IRouterMessage, IRequest<ICreateObserverReply>;

    /// <summary>From now on <paramref name="Subscriber"/> gets the observer's events, first of all an <see cref="ObserverEvents.ObserverState"/>, until it unsubscribes or stops, or the observer closes.</summary>
    public sealed record SubscribeObserver(long RequestId, RouterId RouterId, ObserverId ObserverId, IActorRef Subscriber) : IObserverRequest, IRequest<IDoneReply>;

    /// <summary>Nothing more comes behind the answer. Done, too, for who has not subscribed.</summary>
    public sealed record UnsubscribeObserver(long RequestId, RouterId RouterId, ObserverId ObserverId, IActorRef Subscriber) : IObserverRequest, IRequest<IDoneReply>;

    /// <summary>Listens to this audio Producer too, until it closes. Again: changes nothing.</summary>
    public sealed record AddObserverProducer(long RequestId, RouterId RouterId, ObserverId ObserverId, ProducerId ProducerId) : IObserverRequest, IRequest<IDoneReply>;

    /// <summary>Done, too, for one that it does not listen to.</summary>
    public sealed record RemoveObserverProducer(long RequestId, RouterId RouterId, ObserverId ObserverId, ProducerId ProducerId) : IObserverRequest, IRequest<IDoneReply>;

    /// <summary>Listens to nobody, and tells nothing, until it is resumed.</summary>
    public sealed record PauseObserver(long RequestId, RouterId RouterId, ObserverId ObserverId) : IObserverRequest, IRequest<IDoneReply>;

    public sealed record ResumeObserver(long RequestId, RouterId RouterId, ObserverId ObserverId) : IObserverRequest, IRequest<IDoneReply>;

    public sealed record CloseObserver(long RequestId, RouterId RouterId, ObserverId ObserverId) : IObserverRequest, IRequest<IDoneReply>;
}

using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <content>Who is loud, and who has the floor.</content>
public sealed partial class SfuClient
{
    /// <inheritdoc cref="ObserverProtocol.CreateAudioLevelObserver" />
    public Task<ObserverCreated> CreateAudioLevelObserverAsync(
        RouterId router,
        AudioLevelObserverOptions? options = null,
        IActorRef? subscriber = null,
        ObserverId? observer = null,
        CancellationToken cancellation = default) =>
        SendAsync<ObserverCreated>(id => new ObserverProtocol.CreateAudioLevelObserver(id, router, options, subscriber, observer), cancellation);

    /// <inheritdoc cref="ObserverProtocol.CreateActiveSpeakerObserver" />
    public Task<ObserverCreated> CreateActiveSpeakerObserverAsync(
        RouterId router,
        ActiveSpeakerObserverOptions? options = null,
        IActorRef? subscriber = null,
        ObserverId? observer = null,
        CancellationToken cancellation = default) =>
        SendAsync<ObserverCreated>(id => new ObserverProtocol.CreateActiveSpeakerObserver(id, router, options, subscriber, observer), cancellation);

    /// <inheritdoc cref="ObserverProtocol.SubscribeObserver" />
    public Task<Done> SubscribeObserverAsync(RouterId router, ObserverId observer, IActorRef subscriber, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ObserverProtocol.SubscribeObserver(id, router, observer, subscriber), cancellation);

    /// <inheritdoc cref="ObserverProtocol.UnsubscribeObserver" />
    public Task<Done> UnsubscribeObserverAsync(RouterId router, ObserverId observer, IActorRef subscriber, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ObserverProtocol.UnsubscribeObserver(id, router, observer, subscriber), cancellation);

    /// <inheritdoc cref="ObserverProtocol.AddObserverProducer" />
    public Task<Done> AddObserverProducerAsync(RouterId router, ObserverId observer, ProducerId producer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ObserverProtocol.AddObserverProducer(id, router, observer, producer), cancellation);

    /// <inheritdoc cref="ObserverProtocol.RemoveObserverProducer" />
    public Task<Done> RemoveObserverProducerAsync(RouterId router, ObserverId observer, ProducerId producer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ObserverProtocol.RemoveObserverProducer(id, router, observer, producer), cancellation);

    /// <inheritdoc cref="ObserverProtocol.PauseObserver" />
    public Task<Done> PauseObserverAsync(RouterId router, ObserverId observer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ObserverProtocol.PauseObserver(id, router, observer), cancellation);

    /// <inheritdoc cref="ObserverProtocol.ResumeObserver" />
    public Task<Done> ResumeObserverAsync(RouterId router, ObserverId observer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ObserverProtocol.ResumeObserver(id, router, observer), cancellation);

    /// <inheritdoc cref="ObserverProtocol.CloseObserver" />
    public Task<Done> CloseObserverAsync(RouterId router, ObserverId observer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ObserverProtocol.CloseObserver(id, router, observer), cancellation);
}

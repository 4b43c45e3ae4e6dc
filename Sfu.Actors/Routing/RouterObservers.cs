using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Observers;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>
/// The observers of a Router, and whom they listen to: the loudness of a Producer is measured from the first that wants it to the last.
/// Has their actors made, as the Router's children; does nothing else itself.
/// </summary>
internal sealed class RouterObservers(RouterState state)
{
    private readonly Dictionary<ObserverId, ObserverEntry> _observers = [];
    private readonly Dictionary<ProducerId, int> _listeners = []; // Observers that want to hear of it, none of them paused.

    public IEnumerable<IActorRef> Actors => _observers.Values.Select(observer => observer.Actor);

    public ImmutableArray<Letter> Create(ObserverProtocol.CreateAudioLevelObserver create, IActorRef asker, IUntypedActorContext context) => Create(
        create,
        asker,
        context,
        create.ObserverId,
        ObserverKind.AudioLevel,
        create.Subscriber,
        id => AudioLevelObserver.TryCreate(state.Id, id, create.Options, context.System.Scheduler.MonotonicClock));

    public ImmutableArray<Letter> Create(ObserverProtocol.CreateActiveSpeakerObserver create, IActorRef asker, IUntypedActorContext context) => Create(
        create,
        asker,
        context,
        create.ObserverId,
        ObserverKind.ActiveSpeaker,
        create.Subscriber,
        id => ActiveSpeakerObserver.TryCreate(state.Id, id, create.Options, context.System.Scheduler.MonotonicClock));

    /// <summary>The branches' report goes to everybody: observers are few, and each knows whom it listens to.</summary>
    public IEnumerable<Letter> Hear(BranchProtocol.AudioLevelsMeasured measured) =>
        _observers.Values.Where(observer => !observer.Paused).Select(observer => new Letter(observer.Actor, measured));

    public ImmutableArray<Letter> Decide(IObserverRequest request, IActorRef asker)
    {
        if (!_observers.TryGetValue(request.ObserverId, out var observer))
        {
            return [Letter.Refusal(request, asker, SfuErrorCode.NotFound, $"No observer {request.ObserverId} in Router {state.Id}.")];
        }

        var done = new Letter(asker, new Done(request.RequestId));
        return request switch
        {
            ObserverProtocol.SubscribeObserver or ObserverProtocol.UnsubscribeObserver => [new Letter(observer.Actor, request, asker)],
            ObserverProtocol.AddObserverProducer add => AddProducer(observer, add, asker, done),
            ObserverProtocol.RemoveObserverProducer remove => [.. RemoveProducer(observer, remove.ProducerId), done],
            ObserverProtocol.PauseObserver => [.. SetPaused(observer, true), done],
            ObserverProtocol.ResumeObserver => [.. SetPaused(observer, false), done],
            ObserverProtocol.CloseObserver => [.. Remove(observer), new Letter(observer.Actor, ObserverCommands.Close.Instance), done],
            _ => [Letter.Refusal(request, asker, SfuErrorCode.Unsupported, $"An observer does not answer {request.GetType().Name}.")],
        };
    }

    /// <summary>To the branches of these Producers, which may not have heard it.</summary>
    public IEnumerable<Letter> MeasureAgain(Predicate<ProducerRecord> which) =>
        _listeners.Keys.Where(id => state.Producer(id) is { } producer && which(producer)).SelectMany(id => Measure(id, true));

    /// <summary>The Producer has closed.</summary>
    public ImmutableArray<Letter> ProducerGone(ProducerId id)
    {
        if (_observers.Count == 0)
        {
            return [];
        }

        _listeners.Remove(id);
        var remove = new ObserverCommands.Remove(id);
        return [.. _observers.Values.Where(observer => observer.Producers.Remove(id)).Select(observer => new Letter(observer.Actor, remove))];
    }

    /// <summary>The actor has ended, by a fault or as it was asked to. Empty when it is no observer.</summary>
    public ImmutableArray<Letter> Lose(IActorRef actor) =>
        _observers.Values.FirstOrDefault(observer => observer.Actor.Equals(actor)) is { } observer ? Remove(observer) : [];

    /// <summary>Who names an observer that is there joins it.</summary>
    private ImmutableArray<Letter> Create(
        IRequest create,
        IActorRef asker,
        IUntypedActorContext context,
        ObserverId? wantedId,
        ObserverKind kind,
        IActorRef? subscriber,
        Func<ObserverId, IRtpObserver?> make)
    {
        if (state.Setup is null)
        {
            return [Letter.Refusal(create, asker, SfuErrorCode.NotFound, $"No Router {state.Id}.")];
        }

        var id = wantedId ?? ObserverId.New();
        if (!_observers.TryGetValue(id, out var entry))
        {
            if (make(id) is not { } observer)
            {
                return [Letter.Refusal(create, asker, SfuErrorCode.InvalidParameters, "The observer's options are out of range.")];
            }

            entry = new ObserverEntry(id, kind, context.Watch(context.ActorOf(RtpObserverActor.Props(state.Id, id, observer))));
            _observers.Add(id, entry);
        }
        else if (entry.Kind != kind)
        {
            return [Letter.Refusal(create, asker, SfuErrorCode.AlreadyExists, $"The observer {id} exists and is of another kind.")];
        }

        if (subscriber is not null)
        {
            entry.Actor.Tell(new ObserverProtocol.SubscribeObserver(create.RequestId, state.Id, id, subscriber), ActorRefs.NoSender);
        }

        return [new Letter(asker, new ObserverCreated(create.RequestId, id))];
    }

    private ImmutableArray<Letter> AddProducer(ObserverEntry observer, ObserverProtocol.AddObserverProducer add, IActorRef asker, Letter done)
    {
        if (state.Producer(add.ProducerId) is not { } producer)
        {
            return [Letter.Refusal(add, asker, SfuErrorCode.NotFound, $"No Producer {add.ProducerId} in Router {state.Id}.")];
        }

        if (producer.Kind != MediaKind.Audio)
        {
            return [Letter.Refusal(add, asker, SfuErrorCode.InvalidParameters, $"The Producer {add.ProducerId} is not of audio.")];
        }

        return observer.Producers.Add(add.ProducerId)
            ? [new Letter(observer.Actor, new ObserverCommands.Add(add.ProducerId, producer.PeerId)), .. observer.Paused ? [] : Want(add.ProducerId), done]
            : [done];
    }

    private ImmutableArray<Letter> RemoveProducer(ObserverEntry observer, ProducerId id) => observer.Producers.Remove(id)
        ? [new Letter(observer.Actor, new ObserverCommands.Remove(id)), .. observer.Paused ? [] : WantNoMore(id)]
        : [];

    private ImmutableArray<Letter> SetPaused(ObserverEntry observer, bool paused)
    {
        if (observer.Paused == paused)
        {
            return [];
        }

        observer.Paused = paused;
        return
        [
            new Letter(observer.Actor, new ObserverCommands.SetPaused(paused)),
            .. observer.Producers.SelectMany(producer => paused ? WantNoMore(producer) : Want(producer)),
        ];
    }

    private ImmutableArray<Letter> Remove(ObserverEntry observer)
    {
        _observers.Remove(observer.Id);
        return observer.Paused ? [] : [.. observer.Producers.SelectMany(WantNoMore)];
    }

    private IEnumerable<Letter> Want(ProducerId id)
    {
        var former = _listeners.GetValueOrDefault(id);
        _listeners[id] = former + 1;
        return former == 0 ? Measure(id, true) : [];
    }

    private IEnumerable<Letter> WantNoMore(ProducerId id)
    {
        if (!_listeners.TryGetValue(id, out var count))
        {
            return [];
        }

        if (count > 1)
        {
            _listeners[id] = count - 1;
            return [];
        }

        _listeners.Remove(id);
        return Measure(id, false);
    }

    private IEnumerable<Letter> Measure(ProducerId id, bool measure) =>
        !state.IsClosing && state.Producer(id) is { } producer && state.Transport(producer.TransportId) is { } transport
            ? [new Letter(transport.Way, new BranchProtocol.MeasureAudioLevels(state.Id, id, measure))]
            : [];
}

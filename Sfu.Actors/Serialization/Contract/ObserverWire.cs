using Sfu.Actors.Protocol;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>What is asked of observers.</summary>
internal static class ObserverWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Message<ObserverProtocol.CreateAudioLevelObserver>(
            "observer/create-audio-level-observer/1",
            "RequestId:1 RouterId:2 Options:3 Subscriber:4 ObserverId:5")
        .Message<ObserverProtocol.CreateActiveSpeakerObserver>(
            "observer/create-active-speaker-observer/1",
            "RequestId:1 RouterId:2 Options:3 Subscriber:4 ObserverId:5")
        .Message<ObserverProtocol.SubscribeObserver>("observer/subscribe-observer/1", "RequestId:1 RouterId:2 ObserverId:3 Subscriber:4")
        .Message<ObserverProtocol.UnsubscribeObserver>(
            "observer/unsubscribe-observer/1",
            "RequestId:1 RouterId:2 ObserverId:3 Subscriber:4")
        .Message<ObserverProtocol.AddObserverProducer>(
            "observer/add-observer-producer/1",
            "RequestId:1 RouterId:2 ObserverId:3 ProducerId:4")
        .Message<ObserverProtocol.RemoveObserverProducer>(
            "observer/remove-observer-producer/1",
            "RequestId:1 RouterId:2 ObserverId:3 ProducerId:4")
        .Message<ObserverProtocol.PauseObserver>("observer/pause-observer/1", "RequestId:1 RouterId:2 ObserverId:3")
        .Message<ObserverProtocol.ResumeObserver>("observer/resume-observer/1", "RequestId:1 RouterId:2 ObserverId:3")
        .Message<ObserverProtocol.CloseObserver>("observer/close-observer/1", "RequestId:1 RouterId:2 ObserverId:3");
}

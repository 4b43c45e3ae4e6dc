using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// Books what the branches report of the transports and what they carry, and says who is told. What is not known (any more) is passed
/// over: the report crossed with an end. Does nothing itself.
/// </summary>
internal sealed class BranchReports(RouterState state, RouterEndings endings)
{
    public ImmutableArray<Letter> Book(IRouterMessage report)
    {
        switch (report)
        {
            case BranchProtocol.TransportOpened opened when state.Transport(opened.TransportId) is { } transport:
                state.PutTransport(transport with { Record = transport.Record with { Open = true }, Asker = null });
                return [];
            case BranchProtocol.TransportEnded ended:
                state.Branches.ForgetPlaceOf(ended.TransportId);
                return endings.OfTransport(ended.TransportId);
            case BranchProtocol.ProducerAdded added when state.Producer(added.ProducerId) is { Open: false } producer:
                return Opened(producer with { Open = true });
            case BranchProtocol.ProducerEnded ended when state.Producer(ended.ProducerId) is { } producer:
                return endings.OfProducer(producer, ended.Reason);
            case BranchProtocol.ProducerPauseDone done when state.Producer(done.ProducerId) is { } producer:
                return PauseChanged(producer with { Paused = done.Paused });
            case BranchProtocol.ConsumerAdded added when state.Consumer(added.ConsumerId) is { } consumer:
                state.PutConsumer(consumer with { Open = true });
                return [];
            case BranchProtocol.ConsumerEnded ended:
                state.RemoveConsumer(ended.ConsumerId);
                return [];
            default:
                return [];
        }
    }

    private ImmutableArray<Letter> Opened(ProducerRecord producer)
    {
        state.PutProducer(producer);
        return [.. state.ToPeers(new SessionEvents.ProducerOpened(state.Id, producer.Info), producer.PeerId)];
    }

    private ImmutableArray<Letter> PauseChanged(ProducerRecord producer)
    {
        var id = producer.ProducerId;
        state.PutProducer(producer);
        var changed = new BranchProtocol.ProducerPauseChanged(state.Id, id, producer.Paused);
        ISessionEvent news = producer.Paused ? new SessionEvents.ProducerPaused(state.Id, id) : new SessionEvents.ProducerResumed(state.Id, id);
        return [.. state.WaysToConsumersOf(id).Select(way => new Letter(way, changed)), .. state.ToPeers(news, producer.PeerId)];
    }
}

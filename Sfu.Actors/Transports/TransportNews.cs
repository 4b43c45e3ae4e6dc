using System.Collections.Immutable;
using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Actors.Transports;

/// <summary>
/// What the media thread has left about a transport's paths and media, as letters to who is told. Sends nothing itself. Actor only.
/// </summary>
internal sealed class TransportNews(
    TransportSeed seed,
    TransportAudience audience,
    TransportProducers producers,
    TransportConsumers consumers,
    PathMailbox paths,
    TransportBridge bridge)
{
    public ImmutableArray<Letter> TakePaths() => [.. paths.Take().Events(seed.RouterId, seed.TransportId).SelectMany(news => audience.Notice(news))];

    public ImmutableArray<Letter> TakeMedia()
    {
        var news = bridge.TakeMedia();
        return
        [
            .. news.ProducerScores.SelectMany(entry => producers.ScoresChanged(entry.Key, entry.Value)),
            .. news.Orientations.SelectMany(entry => producers.OrientationChanged(entry.Key, entry.Value)),
            .. news.Layers.SelectMany(entry => consumers.LayersChanged(entry.Key, entry.Value)),
            .. news.ConsumerScores.SelectMany(entry => consumers.ScoreChanged(entry.Key, entry.Value)),
            .. news.Traces.SelectMany(traced => Traced(traced)),
        ];
    }

    private ImmutableArray<Letter> Traced(MediaNews.Traced traced) => traced switch
    {
        { Producer: { } producer } => producers.Traced(producer, traced.Trace),
        { Consumer: { } consumer } => consumers.Traced(consumer, traced.Trace),
        _ => audience.Notice(new SessionEvents.TransportTraced(seed.RouterId, seed.TransportId, traced.Trace)),
    };
}

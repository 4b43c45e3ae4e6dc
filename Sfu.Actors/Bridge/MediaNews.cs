using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>
/// What is new about the media that a transport carries, between two looks, folded: of scores, layers, orientations and demands the last of each
/// Producer and Consumer, of traces the last <see cref="MaxTraces"/>. Immutable. Any thread.
/// </summary>
internal sealed record MediaNews
{
    /// <summary>Traces that wait at most. The oldest make room: who looks for a fault wants the latest, and an actor that is behind needs no more.</summary>
    public const int MaxTraces = 256;

    public static readonly MediaNews None = new();

    public ImmutableDictionary<ProducerHandle, ImmutableArray<EncodingScore>> ProducerScores { get; private init; } =
        ImmutableDictionary<ProducerHandle, ImmutableArray<EncodingScore>>.Empty;

    public ImmutableDictionary<ProducerHandle, VideoOrientation> Orientations { get; private init; } = ImmutableDictionary<ProducerHandle, VideoOrientation>.Empty;

    public ImmutableDictionary<ConsumerHandle, ConsumerScore> ConsumerScores { get; private init; } = ImmutableDictionary<ConsumerHandle, ConsumerScore>.Empty;

    public ImmutableDictionary<ConsumerHandle, ConsumerLayers?> Layers { get; private init; } = ImmutableDictionary<ConsumerHandle, ConsumerLayers?>.Empty;

    /// <summary>Bit i: encoding i of the Producer is wanted here.</summary>
    public ImmutableDictionary<ProducerHandle, WantedLayers> Demands { get; private init; } = ImmutableDictionary<ProducerHandle, WantedLayers>.Empty;

    public ImmutableQueue<Traced> Traces { get; private init; } = ImmutableQueue<Traced>.Empty;

    private int TraceCount { get; init; }

    /// <summary>Entries held: what the bound is about.</summary>
    public int Count => ProducerScores.Count + Orientations.Count + ConsumerScores.Count + Layers.Count + Demands.Count + TraceCount;

    public MediaNews WithScores(ProducerHandle producer, ImmutableArray<EncodingScore> scores) =>
        this with { ProducerScores = ProducerScores.SetItem(producer, scores) };

    public MediaNews WithOrientation(ProducerHandle producer, VideoOrientation orientation) =>
        this with { Orientations = Orientations.SetItem(producer, orientation) };

    public MediaNews WithScore(ConsumerHandle consumer, ConsumerScore score) => this with { ConsumerScores = ConsumerScores.SetItem(consumer, score) };

    public MediaNews WithLayers(ConsumerHandle consumer, ConsumerLayers? layers) => this with { Layers = Layers.SetItem(consumer, layers) };

    public MediaNews WithDemand(ProducerHandle producer, WantedLayers wanted) => this with { Demands = Demands.SetItem(producer, wanted) };

    public MediaNews WithTrace(Traced traced) => TraceCount < MaxTraces
        ? this with { Traces = Traces.Enqueue(traced), TraceCount = TraceCount + 1 }
        : this with { Traces = Traces.Dequeue().Enqueue(traced) };

    /// <summary>A trace of a Producer, of a Consumer, or, with neither, of the transport.</summary>
    internal readonly record struct Traced(ProducerHandle? Producer, ConsumerHandle? Consumer, MediaTrace Trace);
}

using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Support.Loopback;

/// <summary>Remembers a server's events.</summary>
internal sealed class RecordingServerEvents : IServerEvents
{
    public List<MediaError?> Closed { get; } = [];

    public ImmutableArray<ListenInfo> Bound { get; private set; }

    public void ServerOpened(ImmutableArray<ListenInfo> bound) => Bound = bound;

    public void ServerClosed(MediaError? error) => Closed.Add(error);
}

/// <summary>Remembers a transport's events: the present state in properties, and all of them, in order, by name.</summary>
internal sealed class RecordingTransportEvents : ITransportEvents
{
    public List<string> Log { get; } = [];

    public IceParameters? Ice { get; private set; }

    public DtlsParameters? Dtls { get; private set; }

    public IceState IceState { get; private set; }

    public DtlsTransportState DtlsState { get; private set; }

    public TransportTuple? Selected { get; private set; }

    public Dictionary<long, MediaError> Failed { get; } = [];

    public List<MediaError?> Closed { get; } = [];

    public List<ConsumerHandle> ClosedConsumers { get; } = [];

    public ImmutableArray<MediaStats> Stats { get; private set; } = [];

    public Dictionary<ProducerHandle, ImmutableArray<EncodingScore>> ProducerScores { get; } = [];

    public Dictionary<ConsumerHandle, ConsumerScore> ConsumerScores { get; } = [];

    public List<(ConsumerHandle Consumer, ConsumerLayers? Layers)> Layers { get; } = [];

    public List<VideoOrientation> Orientations { get; } = [];

    public List<byte> AudioLevels { get; } = [];

    public List<MediaTrace> Traces { get; } = [];

    public int Count(string name) => Log.Count(entry => entry == name);

    public void TransportOpened(IceParameters iceParameters, ImmutableArray<IceCandidate> iceCandidates, DtlsParameters dtlsParameters)
    {
        Log.Add("Opened");
        Ice = iceParameters;
        Dtls = dtlsParameters;
    }

    public PlainTransportParameters? Plain { get; private set; }

    public TransportTuple? RtcpTuple { get; private set; }

    public List<WantedLayers> Demands { get; } = [];

    public void PlainTransportOpened(PlainTransportParameters parameters)
    {
        Log.Add("Opened");
        Plain = parameters;
    }

    public void PlainTransportConnected(long requestId) => Log.Add("Connected");

    public void RtcpTupleChanged(TransportTuple? tuple) => RtcpTuple = tuple;

    /// <summary>Called besides.</summary>
    public Action<ProducerHandle, WantedLayers>? OnDemand { get; set; }

    public void ProducerDemandChanged(ProducerHandle producer, WantedLayers wanted)
    {
        Demands.Add(wanted);
        OnDemand?.Invoke(producer, wanted);
    }

    public void Connected(long requestId, DtlsRole localRole) => Log.Add("Connected");

    public void IceRestarted(long requestId, IceParameters iceParameters)
    {
        Log.Add("IceRestarted");
        Ice = iceParameters;
    }

    public void ProducerAdded(long requestId, ProducerHandle producer) => Log.Add("ProducerAdded");

    public void ConsumerAdded(long requestId, ConsumerHandle consumer) => Log.Add("ConsumerAdded");

    public void RequestFailed(long requestId, MediaError error) => Failed[requestId] = error;

    public void LocalUfragAdded(string ufrag) => Log.Add($"UfragAdded:{ufrag}");

    public void LocalUfragRemoved(string ufrag) => Log.Add($"UfragRemoved:{ufrag}");

    public void IceStateChanged(IceState state)
    {
        Log.Add($"Ice{state}");
        IceState = state;
    }

    public void TupleAdded(TransportTuple tuple) => Log.Add("TupleAdded");

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason) => Log.Add($"TupleRemoved:{reason}");

    public void SelectedTupleChanged(TransportTuple? tuple)
    {
        Log.Add("Selected");
        Selected = tuple;
    }

    public void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames) => Log.Add($"Overflowed:{droppedFrames}");

    public void DtlsStateChanged(DtlsTransportState state, string? remoteCertificatePem)
    {
        Log.Add($"Dtls{state}");
        DtlsState = state;
    }

    public void ProducerClosed(ProducerHandle producer, MediaError? error) => Log.Add("ProducerClosed");

    public void ConsumerClosed(ConsumerHandle consumer, MediaError? error)
    {
        Log.Add("ConsumerClosed");
        ClosedConsumers.Add(consumer);
    }

    public void StatsReady(long requestId, ImmutableArray<MediaStats> stats) => Stats = stats;

    public void ProducerScoresChanged(ProducerHandle producer, ImmutableArray<EncodingScore> scores) => ProducerScores[producer] = scores;

    public void ProducerVideoOrientationChanged(ProducerHandle producer, VideoOrientation orientation) => Orientations.Add(orientation);

    public void ConsumerScoreChanged(ConsumerHandle consumer, ConsumerScore score) => ConsumerScores[consumer] = score;

    public void ConsumerLayersChanged(ConsumerHandle consumer, ConsumerLayers? layers) => Layers.Add((consumer, layers));

    public void AudioLevelsMeasured(ProducerHandle producer, ImmutableArray<byte> levels) => AudioLevels.AddRange(levels);

    public void TransportTraced(MediaTrace trace) => Traces.Add(trace);

    public void ProducerTraced(ProducerHandle producer, MediaTrace trace) => Traces.Add(trace);

    public void ConsumerTraced(ConsumerHandle consumer, MediaTrace trace) => Traces.Add(trace);

    public void TransportClosed(MediaError? error)
    {
        Log.Add("Closed");
        Closed.Add(error);
    }
}

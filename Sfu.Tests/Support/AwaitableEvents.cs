using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Support;

/// <summary>The events of a real media plane that tests wait for, as tasks.</summary>
internal sealed class AwaitableEvents : IServerEvents, ITransportEvents, IMediaPlaneEvents
{
    public TaskCompletionSource<ImmutableArray<ListenInfo>> Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<IceParameters> Ice { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<MediaError?> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<MediaPlaneDump> Dumped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<MediaError> Failures { get; } = [];

    public ConcurrentQueue<TupleRemovalReason> Removed { get; } = [];

    public ConcurrentQueue<(TransportTuple Tuple, long Dropped)> Overflows { get; } = [];

    public ImmutableArray<IceCandidate> Candidates { get; private set; } = [];

    public DtlsParameters? Dtls { get; private set; }

    public void ServerOpened(ImmutableArray<ListenInfo> bound) => Opened.SetResult(bound);

    public void ServerClosed(MediaError? error) => Closed.SetResult(error);

    public void TransportOpened(IceParameters iceParameters, ImmutableArray<IceCandidate> iceCandidates, DtlsParameters dtlsParameters)
    {
        Candidates = iceCandidates;
        Dtls = dtlsParameters;
        Ice.SetResult(iceParameters);
    }

    public void TransportClosed(MediaError? error) => Closed.SetResult(error);

    public void DumpReady(long requestId, MediaPlaneDump dump) => Dumped.SetResult(dump);

    public TaskCompletionSource<MediaLoad> Load { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LoadMeasured(long requestId, MediaLoad load) => Load.SetResult(load);

    public void RequestFailed(long requestId, MediaError error) => Failures.Enqueue(error);

    public TaskCompletionSource<PlainTransportParameters> Plain { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource PlainConnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void PlainTransportOpened(PlainTransportParameters parameters) => Plain.SetResult(parameters);

    public void PlainTransportConnected(long requestId) => PlainConnected.SetResult();

    public void RtcpTupleChanged(TransportTuple? tuple)
    {
    }

    public void ProducerDemandChanged(ProducerHandle producer, WantedLayers wanted)
    {
    }

    public void Connected(long requestId, DtlsRole localRole)
    {
    }

    public void IceRestarted(long requestId, IceParameters iceParameters)
    {
    }

    public void ProducerAdded(long requestId, ProducerHandle producer)
    {
    }

    public void ConsumerAdded(long requestId, ConsumerHandle consumer)
    {
    }

    public void LocalUfragAdded(string ufrag)
    {
    }

    public void LocalUfragRemoved(string ufrag)
    {
    }

    public void IceStateChanged(IceState state)
    {
    }

    public void TupleAdded(TransportTuple tuple)
    {
    }

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason) => Removed.Enqueue(reason);

    public void SelectedTupleChanged(TransportTuple? tuple)
    {
    }

    public void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames) => Overflows.Enqueue((tuple, droppedFrames));

    public void DtlsStateChanged(DtlsTransportState state, string? remoteCertificatePem)
    {
    }

    public void ProducerClosed(ProducerHandle producer, MediaError? error)
    {
    }

    public void ConsumerClosed(ConsumerHandle consumer, MediaError? error)
    {
    }

    public void StatsReady(long requestId, ImmutableArray<MediaStats> stats)
    {
    }

    public void ProducerScoresChanged(ProducerHandle producer, ImmutableArray<EncodingScore> scores)
    {
    }

    public void ProducerVideoOrientationChanged(ProducerHandle producer, VideoOrientation orientation)
    {
    }

    public void ConsumerScoreChanged(ConsumerHandle consumer, ConsumerScore score)
    {
    }

    public void ConsumerLayersChanged(ConsumerHandle consumer, ConsumerLayers? layers)
    {
    }

    public void AudioLevelsMeasured(ProducerHandle producer, ImmutableArray<byte> levels)
    {
    }

    public void TransportTraced(MediaTrace trace)
    {
    }

    public void ProducerTraced(ProducerHandle producer, MediaTrace trace)
    {
    }

    public void ConsumerTraced(ConsumerHandle consumer, MediaTrace trace)
    {
    }
}

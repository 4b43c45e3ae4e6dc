using System.Collections.Immutable;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Media.Control;

/// <summary>The state of the DTLS association, in mediasoup's words.</summary>
public enum DtlsTransportState
{
    New,
    Connecting,
    Connected,
    Failed,
    Closed,
}

/// <summary>Why a command could not be carried out.</summary>
public enum MediaErrorCode
{
    /// <summary>The handle's object is closed, or never was.</summary>
    Closed,

    /// <summary>Not now: a second connect, a transport on a closing server.</summary>
    InvalidState,

    /// <summary>The parameters contradict themselves or what exists (SSRC or MID taken, no usable fingerprint).</summary>
    InvalidParameters,

    /// <summary>The operating system refused: port in use, address not on this machine, out of descriptors.</summary>
    System,

    /// <summary>A bug: an exception in the media thread while it served this object.</summary>
    Fault,
}

/// <summary>A failure with a text for people.</summary>
public sealed record MediaError(MediaErrorCode Code, string Reason);

/// <summary>Events of one server. Called on a media thread; must not block.</summary>
public interface IServerEvents
{
    /// <summary>The sockets are bound; the ports are the real ones.</summary>
    void ServerOpened(ImmutableArray<ListenInfo> bound);

    /// <summary>The last event of a server. <paramref name="error"/> is null when it was asked for.</summary>
    [LastEvent]
    void ServerClosed(MediaError? error);
}

/// <summary>Events of one transport and what it carries. Called on a media thread, in order; must not block.</summary>
public interface ITransportEvents
{
    void TransportOpened(IceParameters iceParameters, ImmutableArray<IceCandidate> iceCandidates, DtlsParameters dtlsParameters);

    /// <summary>A transport of <see cref="IMediaPlane.OpenPlainTransport"/> has its sockets and its key.</summary>
    void PlainTransportOpened(PlainTransportParameters parameters);

    /// <summary>Answer to <see cref="IMediaPlane.ConnectPlainTransport"/>. Where the address was given, <see cref="SelectedTupleChanged"/> came before.</summary>
    void PlainTransportConnected(long requestId);

    /// <summary>The path that RTCP is sent on, where it is not that of RTP; null: there is none.</summary>
    void RtcpTupleChanged(TransportTuple? tuple);

    /// <summary>Answer to <see cref="IMediaPlane.ConnectTransport"/>: the remote parameters are accepted. Not yet a finished handshake.</summary>
    void Connected(long requestId, DtlsRole localRole);

    void IceRestarted(long requestId, IceParameters iceParameters);

    void ProducerAdded(long requestId, ProducerHandle producer);

    void ConsumerAdded(long requestId, ConsumerHandle consumer);

    /// <summary>The command with this request id changed nothing.</summary>
    void RequestFailed(long requestId, MediaError error);

    /// <summary>
    /// Checks that name this ufrag reach the transport from now on. The first one right after <see cref="TransportOpened"/>, one more
    /// before each <see cref="IceRestarted"/>.
    /// </summary>
    void LocalUfragAdded(string ufrag);

    /// <summary>Checks that name this ufrag reach the transport no more: the peer uses newer credentials, or the transport closes by itself.</summary>
    void LocalUfragRemoved(string ufrag);

    /// <summary>Comes after the changes of tuples and of the selected tuple that led to it.</summary>
    void IceStateChanged(IceState state);

    /// <summary>The peer proved by an authenticated check that it is there. Never per packet.</summary>
    void TupleAdded(TransportTuple tuple);

    void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason);

    /// <summary>The path to send on; null when there is none. Its tuple was added before.</summary>
    void SelectedTupleChanged(TransportTuple? tuple);

    /// <summary>
    /// The reader of a TCP tuple is slow, and packets for it are dropped, whole, until it has caught up. Once for each such time, with all
    /// that were dropped on this connection so far.
    /// </summary>
    void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames);

    /// <param name="state">The new state.</param>
    /// <param name="remoteCertificatePem">The peer's certificate, with <see cref="DtlsTransportState.Connected"/>; otherwise null.</param>
    void DtlsStateChanged(DtlsTransportState state, string? remoteCertificatePem);

    /// <summary>The producer is gone without having been asked: its transport closed, or a fault.</summary>
    void ProducerClosed(ProducerHandle producer, MediaError? error);

    /// <summary>The consumer's producer went away on the media plane before the control plane said so.</summary>
    void ConsumerClosed(ConsumerHandle consumer, MediaError? error);

    void StatsReady(long requestId, ImmutableArray<MediaStats> stats);

    /// <summary>How the producer's encodings arrive, whenever a score changed.</summary>
    void ProducerScoresChanged(ProducerHandle producer, ImmutableArray<EncodingScore> scores);

    void ProducerVideoOrientationChanged(ProducerHandle producer, VideoOrientation orientation);

    void ConsumerScoreChanged(ConsumerHandle consumer, ConsumerScore score);

    /// <summary>What the client is sent of the producer's layers from now on; null: nothing.</summary>
    void ConsumerLayersChanged(ConsumerHandle consumer, ConsumerLayers? layers);

    /// <summary>
    /// What of the producer some consumer wants now. Only for a producer with <see cref="ProducerSettings.ReportsDemand"/>; nothing is wanted
    /// before the first report. More is told at once, less after a second.
    /// </summary>
    void ProducerDemandChanged(ProducerHandle producer, WantedLayers wanted);

    /// <summary>
    /// How loud the producer's packets since the last report were (RFC 6464), in their order: 0 (loudest) … 127 (silence). Ten times a
    /// second at most, and not at all while none come.
    /// </summary>
    void AudioLevelsMeasured(ProducerHandle producer, ImmutableArray<byte> levels);

    void TransportTraced(MediaTrace trace);

    void ProducerTraced(ProducerHandle producer, MediaTrace trace);

    void ConsumerTraced(ConsumerHandle consumer, MediaTrace trace);

    /// <summary>The last event of a transport. <paramref name="error"/> is null when it was asked for.</summary>
    [LastEvent]
    void TransportClosed(MediaError? error);
}

/// <summary>Answers about the media plane as a whole. Called on a media thread; must not block.</summary>
public interface IMediaPlaneEvents
{
    [LastEvent]
    void DumpReady(long requestId, MediaPlaneDump dump);

    /// <summary>Answer to <see cref="IMediaPlane.MeasureLoad"/>.</summary>
    [LastEvent]
    void LoadMeasured(long requestId, MediaLoad load);
}

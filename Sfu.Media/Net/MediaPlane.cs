using System.Collections.Immutable;
using Sfu.Media.Buffers;
using Sfu.Media.Control;
using Sfu.Media.Dtls;
using Sfu.Media.Forwarding;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// The media plane of a process: media threads, the DTLS thread and the node's certificate. Any thread.
/// </summary>
public sealed class MediaPlane : IMediaPlane, IDisposable
{
    private readonly DtlsCertificate _certificate;
    private readonly DtlsContext _dtlsContext;
    private readonly DtlsThread _dtlsThread;
    private readonly MediaThread[] _threads;
    private readonly MediaHandles _handles;
    private long _socketId;
    private int _disposed;

    private MediaPlane(MediaPlaneOptions options, MediaHandles handles)
    {
        _handles = handles;
        var warn = options.Warn ?? (static _ => { });
        _certificate = options.DtlsCertificatePem is { } pem
            ? DtlsCertificate.FromPem(pem, options.DtlsPrivateKeyPem ?? throw new ArgumentException("A DTLS certificate needs its private key."))
            : DtlsCertificate.CreateSelfSigned();
        _dtlsContext = new DtlsContext(_certificate);
        var tcp = new TcpLimits(options.TcpUnauthenticatedTimeoutMs, options.TcpMaxConnectionsPerRemoteIp, options.TcpSendQueueBytes);
        var threadOptions = new MediaThreadOptions(tcp, new TcpCallers(options.TcpMaxConnectionsPerRemoteIp), options.PinThreads, options.BusyPollUs, options.Nice);
        var fingerprints = _certificate.Fingerprints
            .Select(static f => new Ortc.DtlsFingerprint(f.Algorithm, f.Value))
            .ToImmutableArray();
        _threads = new MediaThread[options.Threads > 0 ? options.Threads : Environment.ProcessorCount];
        var commons = new EngineCommons(_handles, new PacketPools(_threads.Length));
        _dtlsThread = new DtlsThread(_dtlsContext, answer => _threads[MediaEngine.FrontIndex].Post(front => answer(front.Directory)), warn);
        for (var i = 0; i < _threads.Length; i++)
        {
            var index = i;
            _threads[i] = new MediaThread(i, _threads, threadOptions, NextSocketId, warn, thread => new MediaEngine(
                new EngineParts(
                    Index: index,
                    EngineCount: _threads.Length,
                    Commons: commons,
                    Links: thread,
                    Sink: thread,
                    Sockets: new ListenSockets(thread, _threads, SystemRandom.Instance, NextSocketId),
                    Dtls: _dtlsThread,
                    Random: SystemRandom.Instance,
                    LocalFingerprints: fingerprints,
                    UnixOriginUs: MediaClock.UnixOrigin,
                    Warn: warn),
                MediaClock.Now));
        }

        Array.ForEach(_threads, static thread => thread.Start());
    }

    /// <summary>Checks the crypto against known answers and starts the threads. No socket is open yet.</summary>
    /// <exception cref="ArgumentException">The certificate or its key is not usable; the message says why.</exception>
    public static MediaPlane Start(MediaPlaneOptions options) => Start(options, new MediaHandles());

    /// <param name="options">See <see cref="Start(MediaPlaneOptions)"/>.</param>
    /// <param name="handles">Where handles come from and go back to.</param>
    internal static MediaPlane Start(MediaPlaneOptions options, MediaHandles handles)
    {
        ArgumentNullException.ThrowIfNull(options);
        SrtpSelfTest.Run();
        return new MediaPlane(options, handles);
    }

    /// <summary>Of the threads without which it serves nobody, or nobody new.</summary>
    internal IEnumerable<ThreadPulse> Pulses => _threads.Select(static thread => thread.Pulse).Append(_dtlsThread.Pulse);

    public ServerHandle NewServerHandle() => _handles.NewServer();

    public TransportHandle NewTransportHandle() => _handles.NewTransport();

    public ProducerHandle NewProducerHandle() => _handles.NewProducer();

    public ConsumerHandle NewConsumerHandle() => _handles.NewConsumer();

    public void OpenServer(ServerHandle server, ServerSettings settings, IServerEvents events) =>
        Enter(front => front.Directory.OpenServer(server, settings, events));

    public void CloseServer(ServerHandle server) => Enter(front => front.Directory.CloseServer(server));

    public void OpenTransport(TransportHandle transport, ServerHandle server, TransportSettings settings, ITransportEvents events) =>
        Enter(front => front.Directory.OpenTransport(transport, server, settings, events));

    public void ConnectTransport(TransportHandle transport, long requestId, DtlsParameters remote) =>
        Enter(front => front.Directory.Transport(transport, home => home.Connect(requestId, remote)));

    public void RestartIce(TransportHandle transport, long requestId) =>
        Enter(front => front.Directory.Transport(transport, home => home.RestartIce(requestId)));

    public void OpenPlainTransport(TransportHandle transport, PlainTransportSettings settings, ITransportEvents events) =>
        Enter(front => front.Directory.OpenPlainTransport(transport, settings, events));

    public void ConnectPlainTransport(TransportHandle transport, long requestId, PlainRemote remote) =>
        Enter(front => front.Directory.Transport(transport, home => home.ConnectPlain(requestId, remote)));

    public void CloseTransport(TransportHandle transport) => Enter(front => front.Directory.CloseTransport(transport));

    public void AddProducer(TransportHandle transport, long requestId, ProducerHandle producer, ProducerSettings settings) =>
        Enter(front => front.Directory.AddProducer(transport, requestId, producer, settings));

    public void PauseProducer(ProducerHandle producer) => Enter(front => front.Directory.Producer(producer, static paused => paused.Pause()));

    public void ResumeProducer(ProducerHandle producer) =>
        Enter(front => front.Directory.Producer(producer, static resumed => resumed.Resume(resumed.Transport.Engine.Now)));

    public void CloseProducer(ProducerHandle producer) => Enter(front => front.Directory.Producer(producer, static closed => closed.Close()));

    public void AddConsumer(TransportHandle transport, long requestId, ConsumerHandle consumer, ProducerHandle producer, ConsumerSettings settings) =>
        Enter(front => front.Directory.AddConsumer(transport, requestId, consumer, producer, settings));

    public void PauseConsumer(ConsumerHandle consumer) => Enter(front => front.Directory.Consumer(consumer, static paused => paused.Pause()));

    public void ResumeConsumer(ConsumerHandle consumer) =>
        Enter(front => front.Directory.Consumer(consumer, static resumed => resumed.Resume(resumed.Transport.Engine.Now)));

    public void RequestKeyFrame(ConsumerHandle consumer) =>
        Enter(front => front.Directory.Consumer(consumer, static asking => asking.Layers.AskForKeyFrame(asking.Transport.Engine.Now)));

    public void CloseConsumer(ConsumerHandle consumer) => Enter(front => front.Directory.Consumer(consumer, static closed => closed.Close()));

    public void SetPreferredLayers(ConsumerHandle consumer, ConsumerLayers layers) =>
        Enter(front => front.Directory.Consumer(consumer, changed => changed.Layers.Prefer(layers, changed.Transport.Engine.Now)));

    public void SetPipedTargets(ConsumerHandle consumer, int targets) =>
        Enter(front => front.Directory.Consumer(consumer, changed => changed.Layers.SetPipedTargets(targets, changed.Transport.Engine.Now)));

    public void SetPriority(ConsumerHandle consumer, int priority) =>
        Enter(front => front.Directory.Consumer(consumer, changed => changed.Layers.SetPriority(priority)));

    public void SetBitrateLimits(TransportHandle transport, BitrateLimits limits) =>
        Enter(front => front.Directory.Transport(transport, home => home.SetBitrateLimits(limits)));

    public void TraceTransport(TransportHandle transport, MediaTraceTypes types) =>
        Enter(front => front.Directory.Transport(transport, home => home.Trace(types)));

    public void TraceProducer(ProducerHandle producer, MediaTraceTypes types) =>
        Enter(front => front.Directory.Producer(producer, traced => traced.Trace(types)));

    public void TraceConsumer(ConsumerHandle consumer, MediaTraceTypes types) =>
        Enter(front => front.Directory.Consumer(consumer, traced => traced.Trace(types)));

    public void MeasureAudioLevels(ProducerHandle producer, bool measure) =>
        Enter(front => front.Directory.Producer(producer, measured => measured.MeasureAudioLevels(measure)));

    public void GetTransportStats(TransportHandle transport, long requestId) =>
        Enter(front => front.Directory.Transport(transport, home => home.ReportStats(requestId)));

    public void GetProducerStats(TransportHandle transport, long requestId, ProducerHandle producer) =>
        Enter(front => front.Directory.GetProducerStats(transport, requestId, producer));

    public void GetConsumerStats(TransportHandle transport, long requestId, ConsumerHandle consumer) =>
        Enter(front => front.Directory.GetConsumerStats(transport, requestId, consumer));

    public void Dump(long requestId, IMediaPlaneEvents events) => Enter(front => front.Directory.Dump(requestId, events));

    public void MeasureLoad(long requestId, IMediaPlaneEvents events) => Enter(front => front.Directory.MeasureLoad(requestId, events));

    /// <summary>Ends the threads. Transports that are still open are dropped without a farewell: close them first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Array.ForEach(_threads, static thread => thread.Stop());
        _dtlsThread.Dispose();
        Array.ForEach(_threads, static thread => thread.Dispose());
        _dtlsContext.Dispose();
        _certificate.Dispose();
    }

    /// <summary>Runs at the front engine, after what was asked for before.</summary>
    internal void Enter(Action<MediaEngine> command) => _threads[MediaEngine.FrontIndex].Post(command);

    private long NextSocketId() => Interlocked.Increment(ref _socketId);
}

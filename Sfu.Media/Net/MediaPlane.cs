using System.Collections.Immutable;
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
    private readonly MediaThread _thread;
    private readonly EngineHandles _handles = new();
    private long _socketId;
    private int _disposed;

    private MediaPlane(MediaPlaneOptions options)
    {
        var warn = options.Warn ?? (static _ => { });
        _certificate = options.DtlsCertificatePem is { } pem
            ? DtlsCertificate.FromPem(pem, options.DtlsPrivateKeyPem ?? throw new ArgumentException("A DTLS certificate needs its private key."))
            : DtlsCertificate.CreateSelfSigned();
        _dtlsContext = new DtlsContext(_certificate);
        _dtlsThread = new DtlsThread(_dtlsContext, warn);
        var tcp = new TcpLimits(options.TcpUnauthenticatedTimeoutMs, options.TcpMaxConnectionsPerRemoteIp, options.TcpSendQueueBytes);
        var fingerprints = _certificate.Fingerprints
            .Select(static f => new Ortc.DtlsFingerprint(f.Algorithm, f.Value))
            .ToImmutableArray();
        _thread = new MediaThread(0, tcp, SystemRandom.Instance, () => Interlocked.Increment(ref _socketId), warn, thread => new MediaEngine(
            new EngineParts(
                Sink: thread,
                Sockets: thread,
                Dtls: _dtlsThread.RunnerFor(thread.Post),
                Random: SystemRandom.Instance,
                Handles: _handles,
                LocalFingerprints: fingerprints,
                UnixOriginUs: MediaClock.UnixOrigin,
                Warn: warn),
            MediaClock.Now));
        _thread.Start();
    }

    /// <summary>Checks the crypto against known answers and starts the threads. No socket is open yet.</summary>
    /// <exception cref="ArgumentException">The certificate or its key is not usable; the message says why.</exception>
    public static MediaPlane Start(MediaPlaneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SrtpSelfTest.Run();
        return new MediaPlane(options);
    }

    public ServerHandle NewServerHandle()
    {
        var (slot, generation) = _handles.Servers.Allocate();
        return new ServerHandle(slot, generation);
    }

    public TransportHandle NewTransportHandle()
    {
        var (slot, generation) = _handles.Transports.Allocate();
        return new TransportHandle(slot, generation);
    }

    public ProducerHandle NewProducerHandle()
    {
        var (slot, generation) = _handles.Producers.Allocate();
        return new ProducerHandle(slot, generation);
    }

    public ConsumerHandle NewConsumerHandle()
    {
        var (slot, generation) = _handles.Consumers.Allocate();
        return new ConsumerHandle(slot, generation);
    }

    public void OpenServer(ServerHandle server, ServerSettings settings, IServerEvents events) =>
        _thread.Post(engine => engine.OpenServer(server, settings, events));

    public void CloseServer(ServerHandle server) => _thread.Post(engine => engine.CloseServer(server));

    public void OpenTransport(TransportHandle transport, ServerHandle server, TransportSettings settings, ITransportEvents events) =>
        _thread.Post(engine => engine.OpenTransport(transport, server, settings, events));

    public void ConnectTransport(TransportHandle transport, long requestId, DtlsParameters remote) =>
        _thread.Post(engine => engine.Transport(transport)?.Connect(requestId, remote));

    public void RestartIce(TransportHandle transport, long requestId) =>
        _thread.Post(engine => engine.Transport(transport)?.RestartIce(requestId));

    public void CloseTransport(TransportHandle transport) => _thread.Post(engine => engine.Transport(transport)?.Close(null));

    public void AddProducer(TransportHandle transport, long requestId, ProducerHandle producer, ProducerSettings settings) =>
        _thread.Post(engine => engine.Transport(transport)?.AddProducer(requestId, producer, settings));

    public void PauseProducer(ProducerHandle producer) => _thread.Post(engine => engine.Producer(producer)?.Pause());

    public void ResumeProducer(ProducerHandle producer) => _thread.Post(engine => engine.Producer(producer)?.Resume(engine.Now));

    public void CloseProducer(ProducerHandle producer) => _thread.Post(engine => engine.CloseProducer(producer));

    public void AddConsumer(TransportHandle transport, long requestId, ConsumerHandle consumer, ProducerHandle producer, ConsumerSettings settings) =>
        _thread.Post(engine => engine.Transport(transport)?.AddConsumer(requestId, consumer, producer, settings));

    public void PauseConsumer(ConsumerHandle consumer) => _thread.Post(engine => engine.Consumer(consumer)?.Pause());

    public void ResumeConsumer(ConsumerHandle consumer) => _thread.Post(engine => engine.Consumer(consumer)?.Resume(engine.Now));

    public void RequestKeyFrame(ConsumerHandle consumer) => _thread.Post(engine => engine.Consumer(consumer)?.RequestKeyFrame(engine.Now));

    public void CloseConsumer(ConsumerHandle consumer) => _thread.Post(engine => engine.CloseConsumer(consumer));

    public void GetTransportStats(TransportHandle transport, long requestId) =>
        _thread.Post(engine => engine.Transport(transport)?.ReportStats(requestId));

    public void GetProducerStats(TransportHandle transport, long requestId, ProducerHandle producer) =>
        _thread.Post(engine => engine.Transport(transport)?.ReportStats(requestId, engine.Producer(producer)));

    public void GetConsumerStats(TransportHandle transport, long requestId, ConsumerHandle consumer) =>
        _thread.Post(engine => engine.Transport(transport)?.ReportStats(requestId, engine.Consumer(consumer)));

    public void Dump(long requestId, IMediaPlaneEvents events) => _thread.Post(engine => engine.Dump(requestId, events));

    /// <summary>Ends the threads. Transports that are still open are dropped without a farewell: close them first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _thread.Dispose();
        _dtlsThread.Dispose();
        _dtlsContext.Dispose();
        _certificate.Dispose();
    }
}

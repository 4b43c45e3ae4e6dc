using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Support;

/// <summary>
/// A media plane without packets that keeps the contract of <see cref="IMediaPlane"/>: answers come in order from a thread of its own,
/// handles have generations, commands for closed objects are ignored, and its <see cref="FakeMediaBooks">books</see> are exact.
/// Failures are injected by <see cref="Fail"/> and <see cref="FaultTransport"/>.
/// </summary>
public sealed class FakeMediaPlane : IMediaPlane, IAsyncDisposable
{
    private static readonly DtlsParameters _dtls = new() { Role = DtlsRole.Auto, Fingerprints = [new DtlsFingerprint("sha-256", "AA:BB")] };

    private readonly Channel<Action> _commands = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _thread;
    private readonly ConcurrentDictionary<string, MediaError> _failures = new();
    private readonly ConcurrentDictionary<string, bool> _throws = new();
    private readonly ConcurrentQueue<(object Handle, string What)> _noted = [];

    private readonly FakeMediaBooks _books = new();
    private int _slots;
    private long _measurements;
    private long _cpuTimeUs;
    private volatile int _cpuPermille;
    private TaskCompletionSource? _gate;

    public FakeMediaPlane() => _thread = Task.Run(RunAsync);

    /// <summary>What happened to sockets and transports, in order: <c>open server</c>, <c>close_notify 3</c>, <c>sockets closed</c>.</summary>
    public ImmutableArray<string> Journal => _books.Journal;

    /// <summary>Lets the next command of this name (the method's) fail.</summary>
    public void Fail(string command, MediaErrorCode code = MediaErrorCode.InvalidParameters) =>
        _failures[command] = new MediaError(code, $"{command} fails in this test.");

    /// <summary>Lets the next command of this name throw at its caller: a bug in the control code around it.</summary>
    public void ThrowOn(string command) => _throws[command] = true;

    /// <summary>Commands stay in the queue until the result is disposed of.</summary>
    public IDisposable Hold()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => _gate = gate);
        return new Release(gate);
    }

    /// <summary>A media-thread fault in one transport, found by the id of what it carries or by its order of opening.</summary>
    public void FaultTransport(int index) => Post(() =>
    {
        var (handle, _) = _books.Transports.OrderBy(entry => entry.Key.Slot).ElementAt(index);
        _books.End(handle, new MediaError(MediaErrorCode.Fault, "A fault in this test."));
    });

    /// <summary>A media-thread fault in the transport that carries this Producer.</summary>
    public void FaultTransportOf(string producerId) => Post(() =>
        _books.End(_books.Producers.Values.First(producer => producer.Settings.Id == producerId).Transport, new MediaError(MediaErrorCode.Fault, "A fault in this test.")));

    /// <summary>The Consumers of a Producer that came by a pipe want these encodings, bit i stands for encoding i, and these decode targets.</summary>
    public void Want(ProducerId id, int encodings, int targets) => Post(() =>
    {
        var (handle, producer) = _books.Producers.Single(entry => entry.Value.Settings.Id == id.Value);
        Assert.True(producer.Settings.ReportsDemand);
        _books.Transports[producer.Transport].Events.ProducerDemandChanged(handle, new WantedLayers(encodings, targets));
    });

    /// <summary>Runs an event of a transport from the fake's thread.</summary>
    public void Raise(int index, Action<ITransportEvents> raise) =>
        Post(() => raise(_books.Transports.OrderBy(entry => entry.Key.Slot).ElementAt(index).Value.Events));

    /// <summary>How busy the media thread says it is. Between two measurements lies a second, whenever they are taken.</summary>
    public int CpuPermille
    {
        get => _cpuPermille;
        set => _cpuPermille = value;
    }

    public ServerHandle NewServerHandle() => new(Interlocked.Increment(ref _slots), 1);

    public TransportHandle NewTransportHandle() => new(Interlocked.Increment(ref _slots), 1);

    public ProducerHandle NewProducerHandle() => new(Interlocked.Increment(ref _slots), 1);

    public ConsumerHandle NewConsumerHandle() => new(Interlocked.Increment(ref _slots), 1);

    public void OpenServer(ServerHandle server, ServerSettings settings, IServerEvents events) => Post(() =>
    {
        if (TakeFailure(nameof(OpenServer)) is { } error)
        {
            events.ServerClosed(error);
            return;
        }

        var bound = settings.ListenInfos.Select(info => info with { Port = info.Port == 0 ? (ushort)(40_000 + server.Slot) : info.Port }).ToImmutableArray();
        _books.Servers.Add(server, new FakeMediaBooks.Server(bound, events));
        _books.Note("open server");
        events.ServerOpened(bound);
    });

    public void CloseServer(ServerHandle server) => Post(() =>
    {
        if (_books.Servers.TryGetValue(server, out var state))
        {
            state.Closing = true;
            _books.CloseSocketsWhenDrained(server);
        }
    });

    public void OpenTransport(TransportHandle transport, ServerHandle server, TransportSettings settings, ITransportEvents events) => Post(() =>
    {
        if (TakeFailure(nameof(OpenTransport)) is { } error)
        {
            events.TransportClosed(error);
            return;
        }

        if (!_books.Servers.TryGetValue(server, out var state) || state.Closing)
        {
            events.TransportClosed(new MediaError(MediaErrorCode.InvalidState, "The server is closing."));
            return;
        }

        _books.Transports.Add(transport, new FakeMediaBooks.Transport(server, events) { Ufrags = { $"ufrag{transport.Slot}" } });
        state.Transports++;
        events.TransportOpened(
            new IceParameters($"ufrag{transport.Slot}", "password", IceLite: true),
            [new IceCandidate("1", 1, "127.0.0.1", "127.0.0.1", state.Bound[0].Port, "udp", "host", null)],
            _dtls);
        events.LocalUfragAdded($"ufrag{transport.Slot}");
    });

    public void ConnectTransport(TransportHandle transport, long requestId, DtlsParameters remote) =>
        OnTransport(transport, nameof(ConnectTransport), requestId, state =>
        {
            if (state.Connected)
            {
                state.Events.RequestFailed(requestId, new MediaError(MediaErrorCode.InvalidState, "Already connected."));
                return;
            }

            state.Connected = true;
            state.Events.Connected(requestId, DtlsRole.Server);
            state.Events.DtlsStateChanged(DtlsTransportState.Connecting, null);
        });

    public void OpenPlainTransport(TransportHandle transport, PlainTransportSettings settings, ITransportEvents events) => Post(() =>
    {
        if (TakeFailure(nameof(OpenPlainTransport)) is { } error)
        {
            events.TransportClosed(error);
            return;
        }

        _books.Transports.Add(transport, new FakeMediaBooks.Transport(null, events));
        _books.Note("open plain");
        Note(transport, $"Plain:{settings.RtcpMux}:{settings.Comedia}:{settings.Srtp}:{settings.IsPipe}");
        events.PlainTransportOpened(new PlainTransportParameters(
            new LocalAddress(settings.Rtp.AnnouncedAddress ?? settings.Rtp.Ip, (ushort)(40_000 + transport.Slot)),
            settings.RtcpMux ? null : new LocalAddress(settings.Rtp.AnnouncedAddress ?? settings.Rtp.Ip, (ushort)(50_000 + transport.Slot)),
            settings.Srtp == SrtpProfile.None ? null : new SrtpParameters(settings.Srtp.CryptoSuiteName(), $"key{transport.Slot}")));
    });

    public void ConnectPlainTransport(TransportHandle transport, long requestId, PlainRemote remote) =>
        OnTransport(transport, nameof(ConnectPlainTransport), requestId, state =>
        {
            if (state.Connected)
            {
                state.Events.RequestFailed(requestId, new MediaError(MediaErrorCode.InvalidState, "Already connected."));
                return;
            }

            state.Connected = true;
            Note(transport, $"Remote:{remote.Ip}:{remote.Port}:{remote.RtcpPort}:{remote.Srtp?.KeyBase64}");
            state.Events.PlainTransportConnected(requestId);
        });

    public void RestartIce(TransportHandle transport, long requestId) => OnTransport(transport, nameof(RestartIce), requestId, state =>
    {
        state.Ufrags.Add($"again{transport.Slot}");
        state.Events.LocalUfragAdded($"again{transport.Slot}");
        state.Events.IceRestarted(requestId, new IceParameters($"again{transport.Slot}", "password", IceLite: true));
    });

    public void CloseTransport(TransportHandle transport) => Post(() => _books.End(transport, null));

    public void AddProducer(TransportHandle transport, long requestId, ProducerHandle producer, ProducerSettings settings) =>
        OnTransport(transport, nameof(AddProducer), requestId, state =>
        {
            _books.Producers.Add(producer, new FakeMediaBooks.Producer(transport, settings) { Paused = settings.Paused });
            state.Events.ProducerAdded(requestId, producer);
        });

    public void PauseProducer(ProducerHandle producer) => Post(() => _books.SetPaused(producer, true));

    public void ResumeProducer(ProducerHandle producer) => Post(() => _books.SetPaused(producer, false));

    public void CloseProducer(ProducerHandle producer) => Post(() => _books.EndProducer(producer));

    public void AddConsumer(TransportHandle transport, long requestId, ConsumerHandle consumer, ProducerHandle producer, ConsumerSettings settings) =>
        OnTransport(transport, nameof(AddConsumer), requestId, state =>
        {
            if (!_books.Producers.ContainsKey(producer))
            {
                state.Events.RequestFailed(requestId, new MediaError(MediaErrorCode.Closed, "The producer is closed."));
                return;
            }

            _books.Consumers.Add(consumer, new FakeMediaBooks.Consumer(transport, producer, settings) { Paused = settings.Paused });
            Note(consumer, $"Added:{settings.Type}:{settings.PreferredLayers?.SpatialLayer}/{settings.PreferredLayers?.TemporalLayer}:{settings.Priority}:{settings.IgnoreDtx}");
            if (settings.Encoding is { } encoding)
            {
                Note(consumer, $"Encoding:{encoding}:{settings.RtpParameters.Encodings.Single().Ssrc}");
            }

            state.Events.ConsumerAdded(requestId, consumer);
        });

    public void PauseConsumer(ConsumerHandle consumer) => Post(() => _books.SetPaused(consumer, true));

    public void ResumeConsumer(ConsumerHandle consumer) => Post(() => _books.SetPaused(consumer, false));

    public void RequestKeyFrame(ConsumerHandle consumer) => Post(() =>
    {
        if (_books.Consumers.ContainsKey(consumer))
        {
            _books.Note("key frame");
        }
    });

    public void CloseConsumer(ConsumerHandle consumer) => Post(() => _books.Consumers.Remove(consumer));

    /// <summary>What else was asked of transports, producers and consumers, in order.</summary>
    public IReadOnlyCollection<(object Handle, string What)> Noted => _noted;

    /// <summary>What else was asked of one of them, once everything commanded before is carried out.</summary>
    public async Task<IReadOnlyList<string>> NotedOfAsync(object handle)
    {
        await DumpAsync();
        return [.. _noted.Where(noted => noted.Handle.Equals(handle)).Select(noted => noted.What)];
    }

    public async Task<ProducerHandle> HandleOfAsync(ProducerId id) =>
        (await DumpAsync()).Transports.SelectMany(transport => transport.Producers).Single(producer => producer.Id == id.Value).Handle;

    public async Task<ConsumerHandle> HandleOfAsync(ConsumerId id) =>
        (await DumpAsync()).Transports.SelectMany(transport => transport.Consumers).Single(consumer => consumer.Id == id.Value).Handle;

    public void SetPreferredLayers(ConsumerHandle consumer, ConsumerLayers layers) => Post(() => Note(consumer, $"PreferredLayers:{layers.SpatialLayer}/{layers.TemporalLayer}"));

    public void SetPipedTargets(ConsumerHandle consumer, int targets) => Post(() => Note(consumer, $"Targets:{targets:X4}"));

    public void SetPriority(ConsumerHandle consumer, int priority) => Post(() => Note(consumer, $"Priority:{priority}"));

    public void SetBitrateLimits(TransportHandle transport, BitrateLimits limits) =>
        Post(() => Note(transport, $"Limits:{limits.MaxIncoming}/{limits.MaxOutgoing}/{limits.MinOutgoing}"));

    public void TraceTransport(TransportHandle transport, MediaTraceTypes types) => Post(() => Note(transport, $"Trace:{types}"));

    public void TraceProducer(ProducerHandle producer, MediaTraceTypes types) => Post(() => Note(producer, $"Trace:{types}"));

    public void TraceConsumer(ConsumerHandle consumer, MediaTraceTypes types) => Post(() => Note(consumer, $"Trace:{types}"));

    public void MeasureAudioLevels(ProducerHandle producer, bool measure) => Post(() => Note(producer, $"MeasureAudioLevels:{measure}"));

    public void GetTransportStats(TransportHandle transport, long requestId) => OnTransport(transport, nameof(GetTransportStats), requestId, state =>
        state.Events.StatsReady(requestId, [new TransportStats(1, "completed", "connected", null, 10, 20, 0, 0, 5, 6)]));

    public void GetProducerStats(TransportHandle transport, long requestId, ProducerHandle producer) =>
        OnTransport(transport, nameof(GetProducerStats), requestId, state =>
        {
            if (_books.Producers.ContainsKey(producer))
            {
                state.Events.StatsReady(requestId, [Stream("inbound-rtp")]);
            }
            else
            {
                state.Events.RequestFailed(requestId, new MediaError(MediaErrorCode.Closed, "The producer is closed."));
            }
        });

    public void GetConsumerStats(TransportHandle transport, long requestId, ConsumerHandle consumer) =>
        OnTransport(transport, nameof(GetConsumerStats), requestId, state =>
        {
            if (_books.Consumers.TryGetValue(consumer, out var known))
            {
                // One of a pipe has no producer's stream behind its own.
                state.Events.StatsReady(requestId, known.Settings.Encoding is null ? [Stream("outbound-rtp"), Stream("inbound-rtp")] : [Stream("outbound-rtp")]);
            }
            else
            {
                state.Events.RequestFailed(requestId, new MediaError(MediaErrorCode.Closed, "The consumer is closed."));
            }
        });

    public void MeasureLoad(long requestId, IMediaPlaneEvents events) => Post(() =>
    {
        _measurements++;
        events.LoadMeasured(requestId, new MediaLoad(0, _cpuTimeUs += CpuPermille * 1_000L, Threads: 1, _books.Transports.Count, MediaTime.FromSeconds(_measurements)));
    });

    public void Dump(long requestId, IMediaPlaneEvents events) => Post(() => events.DumpReady(requestId, _books.Describe()));

    /// <summary>The books, read on the fake's thread behind everything that was commanded before.</summary>
    public Task<MediaPlaneDump> DumpAsync()
    {
        var done = new TaskCompletionSource<MediaPlaneDump>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => done.SetResult(_books.Describe()));
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _commands.Writer.Complete();
        await _thread;
    }

    private static RtpStreamStats Stream(string type) => new(
        type, 1, 1234, null, null, "audio", "audio/opus", 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, null);

    private async Task RunAsync()
    {
        await foreach (var command in _commands.Reader.ReadAllAsync())
        {
            command();
            if (_gate is { } gate)
            {
                await gate.Task;
                _gate = null;
            }
        }
    }

    private void Post(Action command) => _commands.Writer.TryWrite(command);

    private MediaError? TakeFailure(string command) => _failures.TryRemove(command, out var error) ? error : null;

    private void OnTransport(TransportHandle handle, string command, long requestId, Action<FakeMediaBooks.Transport> act)
    {
        if (_throws.TryRemove(command, out _))
        {
            throw new InvalidOperationException($"{command} throws in this test.");
        }

        Post(() =>
        {
            if (!_books.Transports.TryGetValue(handle, out var transport))
            {
                return;
            }

            if (TakeFailure(command) is { } error)
            {
                transport.Events.RequestFailed(requestId, error);
                return;
            }

            act(transport);
        });
    }

    private void Note(object handle, string what) => _noted.Enqueue((handle, what));

    private sealed class Release(TaskCompletionSource gate) : IDisposable
    {
        public void Dispose() => gate.TrySetResult();
    }
}

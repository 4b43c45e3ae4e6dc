using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The media twin of a WebRtcTransport: its ICE agent, its DTLS association, and what it receives (<see cref="RtpIngress"/>) and
/// sends (<see cref="RtpEgress"/>). Media thread only.
/// </summary>
/// <remarks>
/// Life: <see cref="Open"/> → <see cref="Connect"/> → (closing: close_notify under way) → gone. Whatever the cause, the last
/// event is one <see cref="ITransportEvents.TransportClosed"/>, after which no table holds anything of it.
/// </remarks>
internal sealed class MediaTransport : IIceListener, IDisposable
{
    // Given.
    private readonly TransportSettings _settings;
    private readonly ITransportEvents _events;

    // Owned.
    private readonly IceLiteAgent _agent;
    private readonly WheelTimer _timer;
    private readonly DtlsLink _dtls;

    // State.
    private TransportTuple _selected;
    private bool _hasSelected;
    private bool _opened;
    private bool _closing;
    private volatile bool _left;
    private volatile bool _adopted;
    private volatile int _home;
    private MediaError? _closeError;

    public MediaTransport(MediaEngine engine, TransportHandle handle, MediaServer server, TransportSettings settings, ITransportEvents events)
    {
        Engine = engine;
        _home = engine.Index;
        Handle = handle;
        Server = server;
        _settings = settings;
        _events = events;
        _dtls = new DtlsLink(this);
        Ingress = new RtpIngress(this);
        Egress = new RtpEgress(this);
        Reporter = new RtcpReporter(this);
        _timer = new WheelTimer(now => Engine.Guard(this, static (transport, time) => transport.OnTimer(time), now));
        _agent = new IceLiteAgent(
            new IceAgentSettings
            {
                ConsentTimeoutSeconds = settings.IceConsentTimeoutSeconds,
                MaxTuples = settings.MaxTuples,
                TupleLimitPolicy = settings.TuplePolicy,
            },
            IceCredentials.Create(engine.Parts.Random),
            this);
        engine.Add(this);
    }

    public TransportHandle Handle { get; }

    public MediaServer Server { get; }

    /// <summary>The engine that it lives on. That engine's thread only; others ask for <see cref="Home"/>.</summary>
    public MediaEngine Engine { get; private set; }

    /// <summary>The index of the engine that it lives on. Any media thread; it changes once, when an engine that adopts the transport has it.</summary>
    public int Home => _home;

    /// <summary>Where the front engine sends what is for the transport: its home, or the engine that is about to be. Front engine only.</summary>
    public int Route { get; private set; } = MediaEngine.FrontIndex;

    /// <summary>The peer has proven by a check that it is there: <see cref="Home"/> is final. Any media thread.</summary>
    public bool IsAdopted => _adopted;

    /// <summary>It holds nothing any more, and no event follows. Any media thread.</summary>
    public bool HasLeft => _left;

    public ITransportEvents Events => _events;

    public RtpIngress Ingress { get; }

    public RtpEgress Egress { get; }

    public RtcpReporter Reporter { get; }

    /// <summary>The goodbye of the whole transport is under way; its parts need none of their own.</summary>
    public bool IsClosing => _closing;

    /// <summary>Keys are there and a path is selected: media may flow.</summary>
    public bool CanSend => _hasSelected && Egress.HasKeys;

    public ref readonly TransportTuple Selected => ref _selected;

    public BitrateLimits Limits { get; private set; } = new();

    /// <summary>What the path to the client is thought to carry before anything is known, in bit/s.</summary>
    public long InitialBitrate => _settings.InitialAvailableOutgoingBitrate;

    public MediaTraceTypes Traced { get; private set; }

    public long BytesReceived { get; private set; }

    public long BytesSent { get; set; }

    public void Open()
    {
        _events.TransportOpened(
            IceParameters.Of(_agent.Local),
            Server.CandidatesFor(_settings),
            new DtlsParameters { Role = Ortc.DtlsRole.Auto, Fingerprints = Engine.Parts.LocalFingerprints });
        _opened = true;
        _events.LocalUfragAdded(_agent.Local.Ufrag);
    }

    public void Connect(long requestId, DtlsParameters remote)
    {
        if (_closing)
        {
            Fail(requestId, MediaErrorCode.Closed, "The transport is closed.");
            return;
        }

        if (!_dtls.TryConnect(remote, out var localRole, out var error))
        {
            _events.RequestFailed(requestId, error!);
            return;
        }

        _events.Connected(requestId, localRole);
        _dtls.OpenIfReady(_hasSelected);
    }

    public void RestartIce(long requestId)
    {
        if (_closing)
        {
            Fail(requestId, MediaErrorCode.Closed, "The transport is closed.");
            return;
        }

        var credentials = IceCredentials.Create(Engine.Parts.Random);
        _agent.Restart(credentials);
        _events.IceRestarted(requestId, IceParameters.Of(credentials));
    }

    /// <summary>
    /// Another engine adopts the transport. It has no path and no keys yet: what it takes along is what it was asked for. Front engine only.
    /// </summary>
    public void LeaveFront(int home)
    {
        Engine.Timers.Disarm(_timer);
        foreach (var consumer in Egress.Consumers)
        {
            consumer.Leave();
        }

        Engine.Remove(this);
        Route = home;
    }

    /// <summary>The engine that adopted the transport takes it over.</summary>
    public void EnterHome(MediaEngine engine)
    {
        Engine = engine;
        _home = engine.Index;
        _adopted = true;
        engine.Add(this);
        foreach (var consumer in Egress.Consumers)
        {
            consumer.Join(engine.GroupOf(consumer.Producer));
        }

        Rearm();
    }

    /// <summary>
    /// Whether a check is authentic, for an engine that the transport does not live on. Changes nothing. Any media thread.
    /// </summary>
    /// <param name="datagram">The check.</param>
    /// <param name="response">Where the answer to one that is not goes.</param>
    /// <param name="length">Bytes of that answer; 0 for none.</param>
    public bool TryAdmit(ReadOnlySpan<byte> datagram, Span<byte> response, out int length)
    {
        length = 0;

        // The ufrag is in the directory a moment before the agent is complete. Nobody can know it yet.
        return _agent is { } agent && agent.TryAdmit(datagram, response, out _, out _, out length);
    }

    /// <returns>Bytes of the answer to send on the tuple.</returns>
    public int OnStun(ReadOnlySpan<byte> datagram, in TransportTuple tuple, MediaTime now, Span<byte> response)
    {
        if (_closing)
        {
            return 0;
        }

        BytesReceived += datagram.Length;
        var length = _agent.ProcessRequest(datagram, tuple, now, response);
        BytesSent += length;
        Rearm();
        return length;
    }

    public void OnDtls(in TransportTuple tuple, ReadOnlySpan<byte> datagram, MediaTime now)
    {
        BytesReceived += datagram.Length;
        if (!_closing)
        {
            _agent.NoteMedia(tuple, now);
            _dtls.Receive(datagram);
        }
    }

    public void OnSrtp(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        BytesReceived += datagram.Length;
        if (!_closing && Ingress.OnRtp(datagram, now))
        {
            _agent.NoteMedia(tuple, now);
        }
    }

    /// <summary>Unlike media, RTCP says nothing about the path that the peer prefers.</summary>
    public void OnSrtcp(Span<byte> datagram, MediaTime now)
    {
        BytesReceived += datagram.Length;
        if (!_closing)
        {
            Ingress.OnRtcp(datagram, now);
        }
    }

    public void SendDtls(ReadOnlySpan<byte> datagram)
    {
        if (!_hasSelected)
        {
            return;
        }

        var room = Engine.Parts.Sink.Begin(_selected);
        if (room.Length >= datagram.Length)
        {
            datagram.CopyTo(room);
            Engine.Parts.Sink.Commit(_selected, datagram.Length);
            BytesSent += datagram.Length;
        }
    }

    public void OnDtlsConnected(SrtpKeys keys, string? remoteCertificatePem)
    {
        if (_closing)
        {
            return;
        }

        Ingress.SetKeys(keys);
        Egress.SetKeys(keys);
        _dtls.OnConnected(remoteCertificatePem);
        Reporter.Start(Engine.Now);
        Egress.OnConnected(Engine.Now);
        Rearm();
    }

    public void OnDtlsEnded(string? failure)
    {
        if (_closing)
        {
            Leave();
            return;
        }

        // No media without an association: what the peer no longer protects it no longer consents to.
        DropKeys();
        _dtls.OnEnded(failure);
    }

    public void Add(long requestId, MediaProducer producer)
    {
        var reason = "The transport is closed.";
        if (_closing || !Ingress.TryAdd(producer, out reason))
        {
            producer.Abandon();
            if (!_left)
            {
                Fail(requestId, _closing ? MediaErrorCode.Closed : MediaErrorCode.InvalidParameters, reason);
            }

            return;
        }

        _events.ProducerAdded(requestId, producer.Handle);
    }

    public void Add(long requestId, MediaConsumer consumer)
    {
        var reason = "The transport is closed.";
        if (_closing || !Egress.TryAdd(consumer, out reason))
        {
            consumer.Abandon();
            if (!_left)
            {
                Fail(requestId, _closing ? MediaErrorCode.Closed : MediaErrorCode.InvalidParameters, reason);
            }

            return;
        }

        consumer.Join(Engine.GroupOf(consumer.Producer));
        _events.ConsumerAdded(requestId, consumer.Handle);
        consumer.Start(Engine.Now);
    }

    /// <summary>There is nothing to consume.</summary>
    public void RefuseConsumer(long requestId) =>
        Fail(requestId, MediaErrorCode.Closed, _closing ? "The transport is closed." : "The producer is closed.");

    public void SetBitrateLimits(BitrateLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        Limits = new BitrateLimits(limits.MaxIncoming ?? Limits.MaxIncoming, limits.MaxOutgoing ?? Limits.MaxOutgoing, limits.MinOutgoing ?? Limits.MinOutgoing);
        Egress.Bandwidth?.ApplyLimits();
        if (limits.MaxIncoming is not null && CanSend)
        {
            Reporter.SendRemb(Engine.Now);
        }
    }

    public void Trace(MediaTraceTypes types) => Traced = types;

    public void ReportStats(long requestId) => _events.StatsReady(requestId, [new TransportStats(
        UnixMs(Engine.Now),
        _agent.State.ToString().ToLowerInvariant(),
        _dtls.State.ToString().ToLowerInvariant(),
        _hasSelected ? _selected.Id : null,
        BytesReceived,
        BytesSent,
        Ingress.Bitrate(Engine.Now),
        Egress.Bitrate(Engine.Now),
        Ingress.RtpBytes,
        Egress.RtpBytes,
        Egress.Bandwidth?.ProbationBytes ?? 0,
        Egress.Bandwidth?.Bitrate,
        Ingress.Estimate,
        Limits.MaxIncoming,
        Ingress.LossShare(),
        Egress.Bandwidth?.Estimator.LossShare ?? 0)]);

    public void ReportStats(long requestId, MediaProducer? producer)
    {
        if (producer is null or { IsClosed: true })
        {
            Fail(requestId, MediaErrorCode.Closed, "The producer is closed.");
            return;
        }

        _events.StatsReady(requestId, producer.Stats(Engine.Now));
    }

    public void ReportStats(long requestId, MediaConsumer? consumer)
    {
        if (consumer is null or { IsClosed: true })
        {
            Fail(requestId, MediaErrorCode.Closed, "The consumer is closed.");
            return;
        }

        _events.StatsReady(requestId, consumer.Stats(Engine.Now));
    }

    public long UnixMs(MediaTime time) => (Engine.Parts.UnixOriginUs + time.Us) / 1000;

    /// <summary>The path is gone, or another transport's client authenticated itself on it.</summary>
    public void LoseTuple(in TransportTuple tuple, TupleRemovalReason reason)
    {
        _agent.RemoveTuple(tuple, Engine.Now, reason);
        Rearm();
    }

    /// <summary>
    /// Closes once: media stops at once, close_notify leaves, then the transport leaves the engine. Later calls do nothing.
    /// </summary>
    public void Close(MediaError? error)
    {
        if (_closing)
        {
            return;
        }

        _closing = true;
        _closeError = error;
        Ingress.CloseProducers();
        Egress.CloseConsumers();
        Engine.Timers.Disarm(_timer);
        if (!_dtls.BeginClose())
        {
            Leave();
        }
    }

    public TransportDump Dump() => new(
        Handle,
        _agent.State.ToString(),
        _dtls.State.ToString(),
        _hasSelected ? _selected.Id : null,
        [.. _agent.Tuples.Select(static tuple => tuple.Id)],
        Ingress.DumpProducers(),
        Egress.DumpConsumers());

    public void Dispose()
    {
        Ingress.Dispose();
        Egress.Dispose();
    }

    /// <summary>Arms the timer for the earliest thing that this transport waits for.</summary>
    public void Rearm()
    {
        if (!_closing)
        {
            var next = MediaTime.Min(_agent.NextTimeout, MediaTime.Min(Ingress.NextTimeout, MediaTime.Min(Egress.NextTimeout, Reporter.NextTimeout)));
            if (next != _timer.Deadline)
            {
                Engine.Timers.Arm(_timer, next);
            }
        }
    }

    /// <summary>Makes sure that the timer fires by then. The cheap form for the packet path.</summary>
    public void WakeBy(MediaTime deadline)
    {
        if (!_closing)
        {
            Engine.Timers.ArmEarlier(_timer, deadline);
        }
    }

    void IIceListener.LocalUfragAdded(string ufrag)
    {
        Engine.AddUfrag(ufrag, this);

        // The agent reports its first ufrag while it is made; TransportOpened goes before it.
        if (_opened)
        {
            _events.LocalUfragAdded(ufrag);
        }
    }

    void IIceListener.LocalUfragRemoved(string ufrag)
    {
        Engine.RemoveUfrag(ufrag);
        _events.LocalUfragRemoved(ufrag);
    }

    void IIceListener.TupleAdded(in TransportTuple tuple)
    {
        _adopted = true;
        Engine.Routes.Bind(tuple, this);
        _events.TupleAdded(tuple);
    }

    void IIceListener.TupleRemoved(in TransportTuple tuple, TupleRemovalReason reason)
    {
        Engine.UnbindTuple(tuple, this);
        _events.TupleRemoved(tuple, reason);
    }

    void IIceListener.SelectedTupleChanged(TransportTuple? tuple)
    {
        _hasSelected = tuple is not null;
        _selected = tuple ?? default;
        _events.SelectedTupleChanged(tuple);
        if (!_closing)
        {
            _dtls.OpenIfReady(_hasSelected);
        }
    }

    void IIceListener.StateChanged(IceState state) => _events.IceStateChanged(state);

    private void OnTimer(MediaTime now)
    {
        if (_agent.NextTimeout <= now)
        {
            _agent.OnTimeout(now);
        }

        Ingress.OnTime(now);
        Reporter.OnTime(now);
        Egress.OnTime(now);
        Rearm();
    }

    private void DropKeys()
    {
        Ingress.DropKeys();
        Egress.DropKeys();
        Reporter.Stop();
    }

    private void Leave()
    {
        if (_left)
        {
            return;
        }

        _left = true;
        DropKeys();
        _dtls.EndClose();
        _agent.Close();
        Engine.Timers.Disarm(_timer);
        _events.TransportClosed(_closeError);
        Engine.Leave(this);
    }

    private void Fail(long requestId, MediaErrorCode code, string reason) => _events.RequestFailed(requestId, new MediaError(code, reason));
}

using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The media twin of a transport of any kind: what it receives (<see cref="RtpIngress"/>) and sends (<see cref="RtpEgress"/>), and where it
/// lives. How the two sides find each other and agree on keys is its kind's. Media thread only.
/// </summary>
/// <remarks>
/// Whatever the cause, the last event is one <see cref="ITransportEvents.TransportClosed"/>, after which no table holds anything of it.
/// </remarks>
internal abstract class MediaTransport : IDisposable
{
    // Owned.
    private readonly WheelTimer _timer;

    // State.
    private TransportTuple _selected;
    private TransportTuple _rtcp;
    private bool _hasSelected;
    private readonly bool _rtcpApart;
    private bool _hasRtcp;
    private bool _closing;
    private volatile bool _left;
    private volatile int _home;
    private MediaError? _closeError;

    /// <param name="engine">Where it is made: the front engine.</param>
    /// <param name="handle">Its name.</param>
    /// <param name="home">The engine that it lives on.</param>
    /// <param name="initialBitrate">See <see cref="InitialBitrate"/>.</param>
    /// <param name="events">Told of everything.</param>
    /// <param name="rtcpApart">RTCP has a path of its own.</param>
    protected MediaTransport(
        MediaEngine engine, TransportHandle handle, int home, long initialBitrate, ITransportEvents events, bool rtcpApart = false)
    {
        _rtcpApart = rtcpApart;
        Engine = engine;
        _home = home;
        Handle = handle;
        InitialBitrate = initialBitrate;
        Events = events;
        Ingress = new RtpIngress(this);
        Egress = new RtpEgress(this);
        Reporter = new RtcpReporter(this);
        _timer = new WheelTimer(now => Engine.Guard(this, static (transport, time) => transport.OnTimer(time), now));
    }

    public TransportHandle Handle { get; }

    /// <summary>The engine that it lives on. That engine's thread only; others ask for <see cref="Home"/>.</summary>
    public MediaEngine Engine { get; private set; }

    /// <summary>The index of the engine that it lives on. Any media thread; it changes once, when an engine that adopts the transport has it.</summary>
    public int Home => _home;

    /// <summary>Where the front engine sends what is for the transport: its home, or the engine that is about to be. Front engine only.</summary>
    public int Route { get; protected set; } = MediaEngine.FrontIndex;

    /// <summary>It holds nothing any more, and no event follows. Any media thread.</summary>
    public bool HasLeft => _left;

    public ITransportEvents Events { get; }

    /// <summary>Who hears of changes; null once the end was asked for: who asked hears of that end, and of nothing on the way there.</summary>
    public ITransportEvents? Listener => _closing && _closeError is null ? null : Events;

    public RtpIngress Ingress { get; }

    public RtpEgress Egress { get; }

    public RtcpReporter Reporter { get; }

    /// <summary>The goodbye of the whole transport is under way; its parts need none of their own.</summary>
    public bool IsClosing => _closing;

    /// <summary>There is a path to send media on.</summary>
    public bool HasSelected => _hasSelected;

    /// <summary>A path is selected, and what protects media is agreed: media may flow.</summary>
    public bool CanSend => _hasSelected && Egress.IsOpen;

    public ref readonly TransportTuple Selected => ref _selected;

    /// <summary>There is a path to send RTCP on.</summary>
    public bool HasRtcpPath => _rtcpApart ? _hasRtcp : _hasSelected;

    /// <summary>The path of RTCP: that of media, but where the two have ports of their own.</summary>
    public ref readonly TransportTuple RtcpPath => ref _rtcpApart ? ref _rtcp : ref _selected;

    public BitrateLimits Limits { get; private set; } = new();

    /// <summary>What the path to the client is thought to carry before anything is known, in bit/s.</summary>
    public long InitialBitrate { get; }

    public MediaTraceTypes Traced { get; private set; }

    public long BytesReceived { get; protected set; }

    public long BytesSent { get; set; }

    /// <summary>The next thing that its kind waits for.</summary>
    protected virtual MediaTime NextOwnTimeout => MediaTime.Never;

    /// <summary>Tells what the other side has to know.</summary>
    public abstract void Open();

    /// <summary>See <see cref="IMediaPlane.ConnectTransport"/>.</summary>
    public virtual void Connect(long requestId, DtlsParameters remote) =>
        Fail(requestId, MediaErrorCode.InvalidState, "Only a WebRtcTransport has DTLS parameters.");

    /// <summary>See <see cref="IMediaPlane.ConnectPlainTransport"/>.</summary>
    public virtual void ConnectPlain(long requestId, PlainRemote remote) =>
        Fail(requestId, MediaErrorCode.InvalidState, "A WebRtcTransport is connected by DTLS parameters.");

    /// <summary>See <see cref="IMediaPlane.RestartIce"/>.</summary>
    public virtual void RestartIce(long requestId) => Fail(requestId, MediaErrorCode.InvalidState, "Only a WebRtcTransport has ICE.");

    /// <summary>The engine that it lives on from now on takes it over.</summary>
    public virtual void EnterHome(MediaEngine engine)
    {
        Engine = engine;
        _home = engine.Index;
        engine.Add(this);
        foreach (var consumer in Egress.Consumers)
        {
            consumer.Join(engine.GroupOf(consumer.Producer));
        }

        Rearm();
    }

    public virtual void OnDtls(in TransportTuple tuple, ReadOnlySpan<byte> datagram, MediaTime now)
    {
        // Not every kind knows it: then it is a stranger's.
    }

    public abstract void OnSrtp(in TransportTuple tuple, Span<byte> datagram, MediaTime now);

    public abstract void OnSrtcp(in TransportTuple tuple, Span<byte> datagram, MediaTime now);

    /// <summary>The path is gone, or another transport's client authenticated itself on it.</summary>
    public abstract void LoseTuple(in TransportTuple tuple, TupleRemovalReason reason);

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

        Events.ProducerAdded(requestId, producer.Handle);
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
        Events.ConsumerAdded(requestId, consumer.Handle);
        consumer.Start(Engine.Now);
    }

    /// <summary>There is nothing to consume.</summary>
    public void RefuseConsumer(long requestId) =>
        Fail(requestId, MediaErrorCode.Closed, _closing ? "The transport is closed." : "The producer is closed.");

    public void SetBitrateLimits(BitrateLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var wasLimited = Limits.MaxIncoming > 0;
        Limits = new BitrateLimits(limits.MaxIncoming ?? Limits.MaxIncoming, limits.MaxOutgoing ?? Limits.MaxOutgoing, limits.MinOutgoing ?? Limits.MinOutgoing);
        Egress.Bandwidth?.ApplyLimits();
        if (limits.MaxIncoming is not null)
        {
            Reporter.OnLimit(isLifted: wasLimited && Limits.MaxIncoming == 0, Engine.Now);
        }
    }

    public void Trace(MediaTraceTypes types) => Traced = types;

    public void ReportStats(long requestId) => Events.StatsReady(requestId, [Stats(Engine.Now)]);

    public void ReportStats(long requestId, MediaProducer? producer)
    {
        if (producer is null or { IsClosed: true })
        {
            Fail(requestId, MediaErrorCode.Closed, "The producer is closed.");
            return;
        }

        Events.StatsReady(requestId, producer.Stats(Engine.Now));
    }

    public void ReportStats(long requestId, MediaConsumer? consumer)
    {
        if (consumer is null or { IsClosed: true })
        {
            Fail(requestId, MediaErrorCode.Closed, "The consumer is closed.");
            return;
        }

        consumer.ReportStats(requestId, Engine.Now);
    }

    public long UnixMs(MediaTime time) => (Engine.Parts.UnixOriginUs + time.Us) / 1000;

    /// <summary>
    /// Closes once: media stops at once, the other side is told where that is possible, then the transport leaves the engine. Later calls do
    /// nothing.
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
        if (!SaysGoodbye())
        {
            Leave();
        }
    }

    public abstract TransportDump Dump();

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
            var next = MediaTime.Min(NextOwnTimeout, MediaTime.Min(Ingress.NextTimeout, MediaTime.Min(Egress.NextTimeout, Reporter.NextTimeout)));
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

    /// <summary>Media goes there from now on; null: nowhere.</summary>
    protected void Select(TransportTuple? tuple)
    {
        _hasSelected = tuple is not null;
        _selected = tuple ?? default;
    }

    /// <summary>RTCP goes another way than media.</summary>
    protected void SelectForRtcp(TransportTuple? tuple)
    {
        _hasRtcp = tuple is not null;
        _rtcp = tuple ?? default;
    }

    /// <summary>The engine lets go of a transport that another one adopts.</summary>
    protected void LeaveEngine()
    {
        Engine.Timers.Disarm(_timer);
        foreach (var consumer in Egress.Consumers)
        {
            consumer.Leave();
        }

        Engine.Remove(this);
    }

    /// <summary>Time has come for what its kind waits for.</summary>
    protected virtual void OnOwnTimer(MediaTime now)
    {
    }

    /// <summary>Takes leave of the other side. False: there is nothing to wait for; otherwise <see cref="Leave"/> follows.</summary>
    protected virtual bool SaysGoodbye() => false;

    /// <summary>Gives back what its kind holds, and says what is to be said before <see cref="ITransportEvents.TransportClosed"/>.</summary>
    protected abstract void Release();

    /// <summary>Everything is said.</summary>
    protected virtual void AfterLeaving()
    {
    }

    /// <summary>Media may flow from now on.</summary>
    protected void Begin()
    {
        Reporter.Start(Engine.Now);
        Egress.OnConnected(Engine.Now);
        Rearm();
    }

    protected void DropKeys()
    {
        Ingress.DropKeys();
        Egress.DropKeys();
        Reporter.Stop();
    }

    protected void Leave()
    {
        if (_left)
        {
            return;
        }

        _left = true;
        DropKeys();
        Release();
        Engine.Timers.Disarm(_timer);
        Events.TransportClosed(_closeError);
        Engine.Leave(this);
        AfterLeaving();
    }

    protected void Fail(long requestId, MediaErrorCode code, string reason) => Events.RequestFailed(requestId, new MediaError(code, reason));

    /// <summary>Its statistics, as its kind names them.</summary>
    protected abstract TransportStats Stats(MediaTime now);

    protected TransportStats CommonStats(string type, MediaTime now) => new(
        UnixMs(now),
        IceState: null,
        DtlsState: null,
        IceSelectedTuple: null,
        BytesReceived,
        BytesSent,
        Ingress.Bitrate(now),
        Egress.Bitrate(now),
        Ingress.RtpBytes - Ingress.Repetition.Bytes - Ingress.Rtcp.Bytes,
        Egress.RtpBytes - Egress.Repetition.Bytes - Egress.Rtcp.Bytes - ProbationBytes,
        ProbationBytes,
        Egress.Bandwidth?.Bitrate,
        Ingress.Estimate,
        Limits.MaxIncoming,
        Ingress.LossShare(),
        Egress.Bandwidth?.Estimator.LossShare ?? 0)
    {
        Type = type,
        RtpRecvBitrate = Math.Max(0, Ingress.Bitrate(now) - Ingress.Repetition.BitsPerSecond(now) - Ingress.Rtcp.BitsPerSecond(now)),
        RtpSendBitrate = Math.Max(0, Egress.Bitrate(now) - Egress.Repetition.BitsPerSecond(now) - Egress.Rtcp.BitsPerSecond(now) - ProbationBitrate(now)),
        RtxBytesReceived = Ingress.Repetition.Bytes,
        RtxRecvBitrate = Ingress.Repetition.BitsPerSecond(now),
        RtxBytesSent = Egress.Repetition.Bytes,
        RtxSendBitrate = Egress.Repetition.BitsPerSecond(now),
        ProbationSendBitrate = ProbationBitrate(now),
        MaxOutgoingBitrate = Limits.MaxOutgoing,
        MinOutgoingBitrate = Limits.MinOutgoing,
    };

    private long ProbationBytes => Egress.Bandwidth?.Probation.Bytes ?? 0;

    private long ProbationBitrate(MediaTime now) => Egress.Bandwidth?.Probation.BitsPerSecond(now) ?? 0;

    private void OnTimer(MediaTime now)
    {
        OnOwnTimer(now);
        Ingress.OnTime(now);
        Reporter.OnTime(now);
        Egress.OnTime(now);
        Rearm();
    }
}

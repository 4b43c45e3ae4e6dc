using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>The media twin of a WebRtcTransport: its ICE agent and its DTLS association. Media thread only.</summary>
/// <remarks>
/// Life: <see cref="Open"/> → <see cref="Connect"/> → (closing: close_notify under way) → gone.
/// </remarks>
internal sealed class WebRtcMediaTransport : MediaTransport, IIceListener
{
    // Given.
    private readonly TransportSettings _settings;

    // Owned.
    private readonly IceLiteAgent _agent;
    private readonly DtlsLink _dtls;

    // State.
    private bool _opened;
    private volatile bool _adopted;

    public WebRtcMediaTransport(MediaEngine engine, TransportHandle handle, MediaServer server, TransportSettings settings, ITransportEvents events)
        : base(engine, handle, engine.Index, settings.InitialAvailableOutgoingBitrate, events)
    {
        Server = server;
        _settings = settings;
        _dtls = new DtlsLink(this);
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

    public MediaServer Server { get; }

    /// <summary>The peer has proven by a check that it is there: <see cref="MediaTransport.Home"/> is final. Any media thread.</summary>
    public bool IsAdopted => _adopted;

    protected override MediaTime NextOwnTimeout => _agent.NextTimeout;

    public override void Open()
    {
        Events.TransportOpened(
            IceParameters.Of(_agent.Local),
            Server.CandidatesFor(_settings),
            new DtlsParameters { Role = Ortc.DtlsRole.Auto, Fingerprints = Engine.Parts.LocalFingerprints });
        _opened = true;
        Events.LocalUfragAdded(_agent.Local.Ufrag);
    }

    public override void Connect(long requestId, DtlsParameters remote)
    {
        if (IsClosing)
        {
            Fail(requestId, MediaErrorCode.Closed, "The transport is closed.");
            return;
        }

        if (!_dtls.TryConnect(remote, out var localRole, out var error))
        {
            Events.RequestFailed(requestId, error!);
            return;
        }

        Events.Connected(requestId, localRole);
        _dtls.OpenIfReady(HasSelected);
    }

    public override void RestartIce(long requestId)
    {
        if (IsClosing)
        {
            Fail(requestId, MediaErrorCode.Closed, "The transport is closed.");
            return;
        }

        var credentials = IceCredentials.Create(Engine.Parts.Random);
        _agent.Restart(credentials);
        Events.IceRestarted(requestId, IceParameters.Of(credentials));
    }

    /// <summary>
    /// Another engine adopts the transport. It has no path and no keys yet: what it takes along is what it was asked for. Front engine only.
    /// </summary>
    public void LeaveFront(int home)
    {
        LeaveEngine();
        Route = home;
    }

    public override void EnterHome(MediaEngine engine)
    {
        _adopted = true;
        base.EnterHome(engine);
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
        if (IsClosing)
        {
            return 0;
        }

        BytesReceived += datagram.Length;
        var length = _agent.ProcessRequest(datagram, tuple, now, response);
        BytesSent += length;
        Rearm();
        return length;
    }

    public override void OnDtls(in TransportTuple tuple, ReadOnlySpan<byte> datagram, MediaTime now)
    {
        BytesReceived += datagram.Length;
        if (!IsClosing)
        {
            _agent.NoteMedia(tuple, now);
            _dtls.Receive(datagram);
        }
    }

    public override void OnSrtp(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        BytesReceived += datagram.Length;
        if (!IsClosing && Ingress.OnRtp(datagram, now))
        {
            _agent.NoteMedia(tuple, now);
        }
    }

    /// <summary>Unlike media, RTCP says nothing about the path that the peer prefers.</summary>
    public override void OnSrtcp(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        BytesReceived += datagram.Length;
        if (!IsClosing)
        {
            Ingress.OnRtcp(datagram, now);
        }
    }

    public void SendDtls(ReadOnlySpan<byte> datagram)
    {
        if (!HasSelected)
        {
            return;
        }

        var room = Engine.Parts.Sink.Begin(Selected);
        if (room.Length >= datagram.Length)
        {
            datagram.CopyTo(room);
            Engine.Parts.Sink.Commit(Selected, datagram.Length);
            BytesSent += datagram.Length;
        }
    }

    public void OnDtlsConnected(SrtpKeys keys, string? remoteCertificatePem)
    {
        if (IsClosing)
        {
            return;
        }

        Ingress.SetKeys(keys);
        Egress.SetKeys(keys);
        _dtls.OnConnected(remoteCertificatePem);
        Begin();
    }

    public void OnDtlsEnded(string? failure)
    {
        if (IsClosing)
        {
            Leave();
            return;
        }

        // No media without an association: what the peer no longer protects it no longer consents to.
        DropKeys();
        _dtls.OnEnded(failure);
    }

    public override void LoseTuple(in TransportTuple tuple, TupleRemovalReason reason)
    {
        _agent.RemoveTuple(tuple, Engine.Now, reason);
        Rearm();
    }

    public override TransportDump Dump() => new(
        Handle,
        _agent.State.ToString(),
        _dtls.State.ToString(),
        HasSelected ? Selected.Id : null,
        [.. _agent.Tuples.Select(static tuple => tuple.Id)],
        Ingress.DumpProducers(),
        Egress.DumpConsumers())
    {
        Path = Egress.Bandwidth?.Dump(),
    };

    void IIceListener.LocalUfragAdded(string ufrag)
    {
        Engine.AddUfrag(ufrag, this);

        // The agent reports its first ufrag while it is made; TransportOpened goes before it.
        if (_opened)
        {
            Events.LocalUfragAdded(ufrag);
        }
    }

    void IIceListener.LocalUfragRemoved(string ufrag)
    {
        Engine.RemoveUfrag(ufrag);
        Listener?.LocalUfragRemoved(ufrag);
    }

    void IIceListener.TupleAdded(in TransportTuple tuple)
    {
        _adopted = true;
        Engine.Routes.Bind(tuple, this);
        Events.TupleAdded(tuple);
    }

    void IIceListener.TupleRemoved(in TransportTuple tuple, TupleRemovalReason reason)
    {
        Engine.UnbindTuple(tuple, this);
        Listener?.TupleRemoved(tuple, reason);
    }

    void IIceListener.SelectedTupleChanged(TransportTuple? tuple)
    {
        Select(tuple);
        Listener?.SelectedTupleChanged(tuple);
        if (!IsClosing)
        {
            _dtls.OpenIfReady(HasSelected);
        }
    }

    void IIceListener.StateChanged(IceState state) => Listener?.IceStateChanged(state);

    protected override void OnOwnTimer(MediaTime now)
    {
        if (_agent.NextTimeout <= now)
        {
            _agent.OnTimeout(now);
        }
    }

    protected override bool SaysGoodbye() => _dtls.BeginClose();

    protected override void Release()
    {
        _dtls.EndClose();
        _agent.Close();
    }

    protected override void AfterLeaving() => Engine.LeaveServer(Server);

    protected override TransportStats Stats(MediaTime now) => CommonStats("webrtc-transport", now) with
    {
        IceRole = "controlled",
        IceState = _agent.State.ToString().ToLowerInvariant(),
        IceSelectedTuple = HasSelected ? TupleStats.Of(Selected, Server.AnnouncedAddressOf(Selected)) : null,
        DtlsState = _dtls.State.ToString().ToLowerInvariant(),
    };
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The media twin of a PlainTransport or of one end of a pipe: no ICE, no DTLS, UDP sockets of its own, and a key from signalling or none.
/// It lives on one engine from the start, which alone has its sockets. Media thread only.
/// </summary>
/// <remarks>
/// Where the remote address is given, datagrams from anywhere else are a stranger's. Where it is learned (comedia), SRTP decides who is
/// the peer; without SRTP the first does who sends something that makes sense.
/// </remarks>
internal sealed class PlainMediaTransport : MediaTransport
{
    // Given.
    private readonly PlainTransportSettings _settings;
    private readonly ImmutableArray<BoundSocket> _rtpSockets;
    private readonly ImmutableArray<BoundSocket> _rtcpSockets;

    // State.
    private SrtpParameters? _localKey;
    private TransportTuple? _rtcpTuple;
    private bool _connected;

    /// <param name="front">Where it is made.</param>
    /// <param name="handle">Its name.</param>
    /// <param name="home">The engine that it lives on, and that has the sockets.</param>
    /// <param name="settings">As asked for.</param>
    /// <param name="rtpSockets">At least one.</param>
    /// <param name="rtcpSockets">None where RTCP comes to the port of RTP.</param>
    /// <param name="events">Told of everything.</param>
    public PlainMediaTransport(
        MediaEngine front,
        TransportHandle handle,
        int home,
        PlainTransportSettings settings,
        ImmutableArray<BoundSocket> rtpSockets,
        ImmutableArray<BoundSocket> rtcpSockets,
        ITransportEvents events)
        : base(front, handle, home, UnlimitedBitrate, events, rtcpApart: !settings.RtcpMux)
    {
        _settings = settings;
        _rtpSockets = rtpSockets;
        _rtcpSockets = rtcpSockets;
        Route = home;
        if (settings.Srtp != SrtpProfile.None)
        {
            _localKey = settings.LocalKey ?? SrtpParameters.Create(settings.Srtp, front.Parts.Random);
        }
    }

    // Nobody tells what the path carries: media goes as it comes.
    private const long UnlimitedBitrate = 1_000_000_000;

    /// <summary>Everything that its engine receives by these is its own.</summary>
    public IEnumerable<BoundSocket> Sockets => _rtpSockets.Concat(_rtcpSockets);

    private bool IsProtected => _settings.Srtp != SrtpProfile.None;

    /// <summary>What contradicts itself in the settings; null: nothing.</summary>
    public static string? Check(PlainTransportSettings settings)
    {
        if (settings.Rtp.Protocol != TransportProtocol.Udp || settings.Rtcp is { Protocol: not TransportProtocol.Udp })
        {
            return "A plain transport listens on UDP.";
        }

        if (settings is { RtcpMux: true, Rtcp: not null })
        {
            return "A listen address for RTCP is given, and rtcpMux asks for none.";
        }

        if (settings.Srtp != SrtpProfile.None && !settings.Srtp.IsSupported())
        {
            return "The SRTP crypto suite is not supported.";
        }

        Span<byte> secret = stackalloc byte[SrtpParameters.MaxSecretBytes];
        var usable = settings.LocalKey is not { } key || (key.TryRead(secret, out var profile) && profile == settings.Srtp);
        CryptographicOperations.ZeroMemory(secret);
        return usable ? null : "The local SRTP key does not fit the crypto suite.";
    }

    public override void Open()
    {
        foreach (var socket in Sockets)
        {
            Engine.Routes.Own(socket.Id, this);
        }

        if (!IsProtected)
        {
            Ingress.AcceptPlain();
            Egress.SendPlain();
        }

        Events.PlainTransportOpened(new PlainTransportParameters(
            Reached(_rtpSockets[0]), _rtcpSockets.IsEmpty ? null : Reached(_rtcpSockets[0]), _localKey));
    }

    public override void ConnectPlain(long requestId, PlainRemote remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        if (IsClosing)
        {
            Fail(requestId, MediaErrorCode.Closed, "The transport is closed.");
            return;
        }

        if (_connected)
        {
            Fail(requestId, MediaErrorCode.InvalidState, "The transport is connected already.");
            return;
        }

        TransportTuple? rtp = null;
        TransportTuple? rtcp = null;
        SrtpKeys? keys = null;
        var reason = _settings.Comedia ? LearnsAddress(remote) : FindPaths(remote, out rtp, out rtcp);
        if (reason is not null || !TryMakeKeys(remote.Srtp, out keys, out reason))
        {
            Fail(requestId, MediaErrorCode.InvalidParameters, reason!);
            return;
        }

        _connected = true;
        if (keys is not null)
        {
            Ingress.SetKeys(keys);
            Egress.SetKeys(keys);
            keys.Clear();
            _localKey = null;
        }

        if (rtcp is { } rtcpPath)
        {
            TakeRtcpPath(rtcpPath);
        }

        if (rtp is { } path)
        {
            TakePath(path);
        }

        Events.PlainTransportConnected(requestId);
    }

    public override void OnSrtp(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        if (IsClosing || !IsOf(_rtpSockets, tuple))
        {
            return;
        }

        var known = HasSelected && Selected == tuple;
        if (!known && !MayLearn(HasSelected))
        {
            return;
        }

        BytesReceived += datagram.Length;
        if (Ingress.OnRtp(datagram, now) && !known)
        {
            TakePath(tuple);
        }
    }

    public override void OnSrtcp(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        if (IsClosing || !IsOf(_settings.RtcpMux ? _rtpSockets : _rtcpSockets, tuple))
        {
            return;
        }

        var hasPath = _settings.RtcpMux ? HasSelected : _rtcpTuple is not null;
        var known = hasPath && RtcpPath == tuple;
        if (!known && !MayLearn(hasPath))
        {
            return;
        }

        BytesReceived += datagram.Length;
        if (!Ingress.OnRtcp(datagram, now) || known)
        {
            return;
        }

        if (!_settings.RtcpMux)
        {
            TakeRtcpPath(tuple);
        }
        else
        {
            TakePath(tuple);
        }
    }

    /// <summary>Its sockets are its own, so nobody else can authenticate on its paths.</summary>
    public override void LoseTuple(in TransportTuple tuple, TupleRemovalReason reason)
    {
    }

    public override TransportDump Dump() => new(
        Handle,
        _settings.IsPipe ? "pipe" : "plain",
        IsProtected ? _settings.Srtp.CryptoSuiteName() : "none",
        HasSelected ? Selected.Id : null,
        [.. new[] { HasSelected ? Selected.Id : null, _rtcpTuple?.Id }.OfType<string>()],
        Ingress.DumpProducers(),
        Egress.DumpConsumers())
    {
        Path = Egress.Bandwidth?.Dump(),
    };

    protected override void Release()
    {
        if (HasSelected)
        {
            LetGoOfPath(TupleRemovalReason.TransportClosed);
            Select(null);
            Listener?.SelectedTupleChanged(null);
        }

        if (_rtcpTuple is { } rtcp)
        {
            Engine.UnbindTuple(rtcp, this);
            SelectForRtcp(null);
            Listener?.RtcpTupleChanged(null);
        }

        foreach (var socket in Sockets)
        {
            Engine.Routes.Disown(socket.Id);
            Engine.Parts.Sockets.Close(socket.Id);
        }

        _localKey = null;
    }

    protected override TransportStats Stats(MediaTime now)
    {
        var tuple = PathOf(_rtpSockets, HasSelected ? Selected : null);
        return _settings.IsPipe
            ? CommonStats("pipe-transport", now) with { Tuple = tuple }
            : CommonStats("plain-rtp-transport", now) with
            {
                RtcpMux = _settings.RtcpMux,
                Comedia = _settings.Comedia,
                Tuple = tuple,
                RtcpTuple = _settings.RtcpMux ? null : PathOf(_rtcpSockets, _rtcpTuple),
            };
    }

    private static LocalAddress Reached(BoundSocket socket) => new(socket.AnnouncedAddress ?? socket.Local.ToIPAddress().ToString(), socket.Local.Port);

    /// <summary>The path where there is one, else the socket that waits for it.</summary>
    private static TupleStats PathOf(ImmutableArray<BoundSocket> sockets, TransportTuple? path)
    {
        var socket = path is { LocalSocket: var id } ? sockets.First(own => own.Id == id) : sockets[0];
        return path is { } tuple
            ? TupleStats.Of(tuple, socket.AnnouncedAddress)
            : TupleStats.Of(TransportProtocol.Udp, socket.Local, socket.AnnouncedAddress);
    }

    private static bool IsOf(ImmutableArray<BoundSocket> sockets, in TransportTuple tuple)
    {
        foreach (var socket in sockets)
        {
            if (socket.Id == tuple.LocalSocket)
            {
                return true;
            }
        }

        return false;
    }

    private static TransportTuple? PathTo(ImmutableArray<BoundSocket> sockets, IpEndpoint remote)
    {
        foreach (var socket in sockets)
        {
            if (socket.Local.IsIPv4 == remote.IsIPv4)
            {
                return new TransportTuple(TransportProtocol.Udp, socket.Id, socket.Local, remote);
            }
        }

        return null;
    }

    /// <summary>A peer that proves itself may move. One that cannot is whoever came first.</summary>
    private bool MayLearn(bool hasPath) => _settings.Comedia && (IsProtected || !hasPath);

    /// <summary>Null, or why the address is not one.</summary>
    private static string? LearnsAddress(PlainRemote remote) =>
        remote.Ip is not null || remote.Port != 0 || remote.RtcpPort is not null ? "With comedia the remote address is learned: none is to be given." : null;

    /// <summary>Null, or why there is no such path.</summary>
    private string? FindPaths(PlainRemote remote, out TransportTuple? rtp, out TransportTuple? rtcp)
    {
        rtp = null;
        rtcp = null;
        if (!System.Net.IPAddress.TryParse(remote.Ip, out var address) || remote.Port == 0)
        {
            return "ip and port: the remote address is needed without comedia.";
        }

        if (_settings.RtcpMux != (remote.RtcpPort is null or 0))
        {
            return _settings.RtcpMux ? "rtcpPort: none is to be given with rtcpMux." : "rtcpPort: it is needed without rtcpMux.";
        }

        rtp = PathTo(_rtpSockets, IpEndpoint.From(address, remote.Port));
        rtcp = remote.RtcpPort is { } port ? PathTo(_rtcpSockets, IpEndpoint.From(address, port)) : null;
        return rtp is null || (rtcp is null && !_settings.RtcpMux) ? "ip: the transport listens on no address of that family." : null;
    }

    private bool TryMakeKeys(SrtpParameters? remote, out SrtpKeys? keys, out string? reason)
    {
        keys = null;
        reason = null;
        if (!IsProtected)
        {
            reason = remote is null ? null : "srtpParameters: the transport was made without SRTP.";
            return reason is null;
        }

        Span<byte> local = stackalloc byte[SrtpParameters.MaxSecretBytes];
        Span<byte> peer = stackalloc byte[SrtpParameters.MaxSecretBytes];
        if (remote is null || !remote.TryRead(peer, out var profile) || profile != _settings.Srtp || !_localKey!.TryRead(local, out _))
        {
            reason = $"srtpParameters: a key for {_settings.Srtp.CryptoSuiteName()} is needed.";
        }
        else
        {
            var (key, salt) = (profile.KeyLength(), profile.SaltLength());
            keys = new SrtpKeys(profile, local[..key], local.Slice(key, salt), peer[..key], peer.Slice(key, salt));
        }

        CryptographicOperations.ZeroMemory(local);
        CryptographicOperations.ZeroMemory(peer);
        return reason is null;
    }

    private void TakePath(in TransportTuple tuple)
    {
        if (HasSelected)
        {
            LetGoOfPath(TupleRemovalReason.Evicted);
        }

        var begins = !HasSelected;
        Engine.Routes.Bind(tuple, this);
        Select(tuple);
        Events.TupleAdded(tuple);
        Events.SelectedTupleChanged(tuple);
        if (begins && CanSend)
        {
            Begin();
        }
    }

    private void TakeRtcpPath(in TransportTuple tuple)
    {
        if (_rtcpTuple is { } former)
        {
            Engine.UnbindTuple(former, this);
        }

        _rtcpTuple = tuple;
        Engine.Routes.Bind(tuple, this);
        SelectForRtcp(tuple);
        Events.RtcpTupleChanged(tuple);
    }

    private void LetGoOfPath(TupleRemovalReason reason)
    {
        Engine.UnbindTuple(Selected, this);
        Listener?.TupleRemoved(Selected, reason);
    }
}

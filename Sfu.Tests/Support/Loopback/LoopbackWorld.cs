using System.Collections.Immutable;
using Sfu.Media.Buffers;
using Sfu.Media.Control;
using Sfu.Media.Dtls;
using Sfu.Media.Forwarding;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;
using DtlsRole = Sfu.Media.Dtls.DtlsRole;

namespace Sfu.Tests.Support.Loopback;

/// <summary>
/// A whole node's media plane and its clients in one thread and virtual time: engines, peers, and a seeded network between
/// them that delays, loses and counts datagrams. With several engines, the kernel's choice of the one that receives a path's datagrams is
/// <see cref="EntranceOf"/>.
/// </summary>
internal sealed class LoopbackWorld : IDtlsRunner, IDisposable
{
    private static readonly Lazy<DtlsCertificate> NodeCertificate = new(DtlsCertificate.CreateSelfSigned);
    private static readonly Lazy<DtlsContext> NodeContext = new(static () => new DtlsContext(NodeCertificate.Value));
    private static readonly Lazy<DtlsCertificate> PeerCertificate = new(DtlsCertificate.CreateSelfSigned);
    private static readonly Lazy<DtlsContext> PeerContextValue = new(static () => new DtlsContext(PeerCertificate.Value));

    private const ushort ServerPort = 5000;

    /// <summary>What the node's wall clock shows at <see cref="MediaTime.Zero"/>, in microseconds since 1970.</summary>
    public const long UnixOriginUs = 1_790_000_000_000_000;

    private readonly PriorityQueue<(bool ToNode, TransportTuple Tuple, byte[] Data), (long, long)> _flying = new();
    private readonly Dictionary<TransportHandle, DtlsSession> _dtls = [];
    private readonly Queue<Action<MediaDirectory>> _answers = new();
    private readonly Dictionary<IpEndpoint, LoopbackPeer> _peers = [];
    private readonly Dictionary<IpEndpoint, (long Id, int Engine)> _ownSockets = [];
    private readonly MediaHandles _handles = new();
    private readonly SeededRandom _random;
    private long _order;
    private long _sockets;

    public LoopbackWorld(int seed = 1, int engines = 1)
    {
        _random = new SeededRandom(seed);
        var commons = new EngineCommons(_handles, new PacketPools(engines));
        EntranceOf = port => port % engines;
        Engines = new LoopbackEngine[engines];
        for (var i = 0; i < engines; i++)
        {
            Engines[i] = new LoopbackEngine(
                this,
                engine => new EngineParts(
                    i,
                    engines,
                    commons,
                    engine,
                    engine,
                    engine,
                    this,
                    _random,
                    [.. NodeCertificate.Value.Fingerprints.Select(static f => new Sfu.Media.Ortc.DtlsFingerprint(f.Algorithm, f.Value))],
                    UnixOriginUs,
                    Faults.Add),
                Now);
        }

        ServerHandle = NewServer();
    }

    public MediaTime Now { get; private set; } = MediaTime.FromSeconds(1000);

    public LoopbackEngine[] Engines { get; }

    /// <summary>Which engine receives what comes from a remote port.</summary>
    public Func<int, int> EntranceOf { get; set; }

    public ServerHandle ServerHandle { get; }

    public RecordingServerEvents ServerEvents { get; } = new();

    public List<string> Faults { get; } = [];

    public HashSet<long> OpenSockets { get; } = [];

    /// <summary>One way, microseconds.</summary>
    public long DelayUs { get; set; } = 10_000;

    /// <summary>Decides which datagrams are lost: direction, content.</summary>
    public Func<bool, byte[], bool> Lose { get; set; } = static (_, _) => false;

    /// <summary>Takes what the node sends to a peer another way; false: it does not.</summary>
    public Func<LoopbackPeer, byte[], bool>? Divert { get; set; }

    /// <summary>Decides which datagrams from one plain transport to another are lost.</summary>
    public Func<byte[], bool> LoseOnPipe { get; set; } = static _ => false;

    /// <summary>Datagrams from one plain transport to another, as they left, the lost ones too.</summary>
    public List<byte[]> OnPipe { get; } = [];

    /// <summary>What plain transports sent to addresses that are nobody's here.</summary>
    public List<(IpEndpoint To, ushort FromPort, byte[] Data)> Outside { get; } = [];

    /// <summary>Datagrams that the node sent.</summary>
    public long NodeSent { get; private set; }

    public SeededRandom Random => _random;

    public static DtlsContext PeerContext => PeerContextValue.Value;

    public static ImmutableArray<Sfu.Media.Ortc.DtlsFingerprint> PeerFingerprints =>
        [.. PeerCertificate.Value.Fingerprints.Where(static f => f.Algorithm == "sha-256").Select(static f => new Sfu.Media.Ortc.DtlsFingerprint(f.Algorithm, f.Value))];

    public TransportHandle NewTransport()
    {
        return _handles.NewTransport();
    }

    public ProducerHandle NewProducer()
    {
        return _handles.NewProducer();
    }

    public ConsumerHandle NewConsumer()
    {
        return _handles.NewConsumer();
    }

    /// <summary>A client with a transport of its own, on the given or a new remote port.</summary>
    public LoopbackPeer NewPeer(bool peerIsDtlsClient = true, ushort? port = null)
    {
        var peer = new LoopbackPeer(this, IpEndpoint.FromIPv4(0x0A000001, port ?? (ushort)(40_000 + _peers.Count)), peerIsDtlsClient);
        _peers[peer.Local] = peer;
        return peer;
    }

    /// <summary>A peer whose ICE and DTLS are up.</summary>
    public LoopbackPeer NewConnectedPeer(bool peerIsDtlsClient = true)
    {
        var peer = NewPeer(peerIsDtlsClient);
        peer.Join();
        RunUntil(() => peer.IsConnected && peer.Events.DtlsState == DtlsTransportState.Connected, TimeSpan.FromSeconds(20));
        return peer;
    }

    public void Command(Action<MediaDirectory> command)
    {
        Engines[0].Engine.Run(front => command(front.Directory), Now);
        Answer();
    }

    public void Command(TransportHandle transport, Action<MediaTransport> command) => Command(directory => directory.Transport(transport, command));

    public MediaPlaneDump Dump()
    {
        var events = new DumpCatcher();
        Command(directory => directory.Dump(1, events));
        return events.Dump!;
    }

    /// <summary>Has the front engine do something as soon as what is at hand is done.</summary>
    public void Later(Action<MediaDirectory> command) => _answers.Enqueue(command);

    /// <summary>A datagram from anywhere to a plain transport's socket.</summary>
    public void SendToSocket(IpEndpoint from, ushort port, ReadOnlySpan<byte> datagram)
    {
        var local = IpEndpoint.FromIPv4(0x7F000001, port);
        if (_ownSockets.TryGetValue(local, out var socket))
        {
            Fly(true, new TransportTuple(TransportProtocol.Udp, socket.Id, local, from), datagram.ToArray());
        }
    }

    public void SendToNode(LoopbackPeer peer, ReadOnlySpan<byte> datagram)
    {
        if (!Lose(true, datagram.ToArray()))
        {
            Fly(true, new TransportTuple(TransportProtocol.Udp, 1, IpEndpoint.FromIPv4(0x7F000001, ServerPort), peer.Local), datagram.ToArray());
        }
    }

    /// <summary>A datagram reaches the node at this very moment, and time passes there.</summary>
    public void Receive(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        Engines[_ownSockets.TryGetValue(tuple.Local, out var own) ? own.Engine : EntranceOf(tuple.Remote.Port)].OnDatagram(tuple, datagram, now);
        Pass(now);
    }

    /// <summary>Time passes at the node, and nowhere else.</summary>
    public void Pass(MediaTime now)
    {
        foreach (var engine in Engines)
        {
            engine.Work(now);
            engine.Engine.OnTime(now);
        }
    }

    /// <summary>Engines do what they have asked of each other, until none has anything to do. No time passes.</summary>
    public void Settle() => Answer();

    public void Run(TimeSpan duration)
    {
        var end = Now.PlusUs((long)duration.TotalMicroseconds);
        RunWhile(end, static () => true);
        Now = end;
    }

    /// <summary>Runs until the condition holds; fails when it does not within the given virtual time.</summary>
    public void RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        RunWhile(Now.PlusUs((long)atMost.TotalMicroseconds), () => !condition());
        Assert.True(condition(), $"The condition does not hold after {atMost} of virtual time.");
    }

    public void Dispose()
    {
        foreach (var peer in _peers.Values)
        {
            peer.Dispose();
        }

        foreach (var session in _dtls.Values)
        {
            session.Dispose();
        }

        Array.ForEach(Engines, static engine => engine.Dispose());
    }

    public void SendFromNode(in TransportTuple tuple, ReadOnlySpan<byte> datagram)
    {
        NodeSent++;
        if (Counting)
        {
            Counted?.Invoke(tuple, datagram);
        }

        if (!Counting && tuple.Local.Port != ServerPort)
        {
            SendFromSocket(tuple, datagram.ToArray());
            return;
        }

        if (!Counting && Divert is not null && _peers.TryGetValue(tuple.Remote, out var peer) && Divert(peer, datagram.ToArray()))
        {
            return;
        }

        if (!Counting && !Lose(false, datagram.ToArray()))
        {
            Fly(false, tuple, datagram.ToArray());
        }
    }

    /// <summary>While set, what the node sends is counted and goes nowhere: for measuring allocations of the engine alone.</summary>
    public bool Counting { get; set; }

    /// <summary>Sees what is counted, and keeps none of it.</summary>
    public SeeDatagram? Counted { get; set; }

    public BoundSocket OpenSocket(ListenInfo info, int engine)
    {
        OpenSockets.Add(++_sockets);
        var local = IpEndpoint.FromIPv4(0x7F000001, info.Port != 0 ? info.Port : (ushort)(6000 + _sockets));
        if (engine != IListenSockets.EveryEngine)
        {
            _ownSockets[local] = (_sockets, engine);
        }

        return new BoundSocket(_sockets, TransportProtocol.Udp, local, info.AnnouncedAddress, info.ExposeInternalIp);
    }

    void IDtlsRunner.Open(TransportHandle transport, DtlsRole localRole, ImmutableArray<Sfu.Media.Dtls.DtlsFingerprint> remoteFingerprints)
    {
        var session = new DtlsSession(NodeContext.Value, localRole);
        session.SetRemoteFingerprints(remoteFingerprints, Now);
        _dtls.Add(transport, session);
        Step(transport, session, s => s.Start(Now));
    }

    void IDtlsRunner.Deliver(TransportHandle transport, ReadOnlySpan<byte> datagram)
    {
        if (_dtls.TryGetValue(transport, out var session))
        {
            var copy = datagram.ToArray();
            Step(transport, session, s => s.Receive(copy, Now));
        }
    }

    void IDtlsRunner.Close(TransportHandle transport)
    {
        if (_dtls.TryGetValue(transport, out var session))
        {
            Step(transport, session, s => s.Close(Now));
        }
    }

    private ServerHandle NewServer()
    {
        var handle = _handles.NewServer();
        Command(directory => directory.OpenServer(handle, new ServerSettings([new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, ServerPort)]), ServerEvents));
        return handle;
    }

    private void Step(TransportHandle transport, DtlsSession session, Action<DtlsSession> step)
    {
        var wasConnected = session.State == DtlsState.Connected;
        step(session);
        var buffer = new byte[2048];
        while (session.TryTakeOutgoing(buffer, out var length))
        {
            var copy = buffer[..length];
            _answers.Enqueue(directory => directory.OnDtlsDatagram(transport, copy));
        }

        if (!wasConnected && session.State == DtlsState.Connected)
        {
            var keys = SrtpKeys.FromExporter((SrtpProfile)session.SrtpProfileId, session.KeyingMaterial, session.LocalIsClient);
            _answers.Enqueue(directory => directory.OnDtlsConnected(transport, keys, session.RemoteCertificatePem));
        }

        if (session.State is DtlsState.Closed or DtlsState.Failed)
        {
            var failure = session.State == DtlsState.Failed ? session.FailureText ?? "failed" : null;
            _dtls.Remove(transport);
            session.Dispose();
            _answers.Enqueue(directory => directory.OnDtlsEnded(transport, failure));
        }
    }

    private void SendFromSocket(in TransportTuple tuple, byte[] datagram)
    {
        if (!_ownSockets.TryGetValue(tuple.Remote, out var socket))
        {
            Outside.Add((tuple.Remote, tuple.Local.Port, datagram));
            return;
        }

        OnPipe.Add(datagram);
        if (!LoseOnPipe(datagram))
        {
            Fly(true, new TransportTuple(TransportProtocol.Udp, socket.Id, tuple.Remote, tuple.Local), datagram);
        }
    }

    private void Fly(bool toNode, TransportTuple tuple, byte[] data) =>
        _flying.Enqueue((toNode, tuple, data), (Now.Us + DelayUs, _order++));

    private void RunWhile(MediaTime end, Func<bool> condition)
    {
        while (condition())
        {
            Answer();
            var next = NextHappening();
            if (next > end)
            {
                return;
            }

            Now = next > Now ? next : Now;
            foreach (var (handle, session) in _dtls.ToArray())
            {
                if (session.NextTimeout <= Now)
                {
                    Step(handle, session, s => s.OnTimeout(Now));
                }
            }

            foreach (var peer in _peers.Values)
            {
                peer.OnTime(Now);
            }

            foreach (var engine in Engines)
            {
                engine.Engine.OnTime(Now);
            }

            while (_flying.TryPeek(out var datagram, out var due) && due.Item1 <= Now.Us)
            {
                _flying.Dequeue();
                if (datagram.ToNode)
                {
                    var entrance = _ownSockets.TryGetValue(datagram.Tuple.Local, out var own) ? own.Engine : EntranceOf(datagram.Tuple.Remote.Port);
                    if (OpenSockets.Contains(datagram.Tuple.LocalSocket))
                    {
                        Engines[entrance].OnDatagram(datagram.Tuple, datagram.Data, Now);
                    }
                }
                else if (_peers.TryGetValue(datagram.Tuple.Remote, out var peer))
                {
                    peer.OnDatagram(datagram.Data, Now);
                }
            }

            Answer();
        }
    }

    private MediaTime NextHappening()
    {
        var next = Engines.Min(static engine => engine.Engine.NextTimeout);
        foreach (var session in _dtls.Values)
        {
            next = MediaTime.Min(next, session.NextTimeout);
        }

        foreach (var peer in _peers.Values)
        {
            next = MediaTime.Min(next, peer.NextTimeout);
        }

        return _flying.TryPeek(out _, out var due) ? MediaTime.Min(next, new MediaTime(due.Item1)) : next;
    }

    private void Answer()
    {
        bool worked;
        do
        {
            worked = false;
            while (_answers.TryDequeue(out var answer))
            {
                worked = true;
                Engines[0].Engine.Run(front => answer(front.Directory), Now);
            }

            foreach (var engine in Engines)
            {
                worked |= engine.Work(Now);
            }
        }
        while (worked);
    }

    public delegate void SeeDatagram(in TransportTuple tuple, ReadOnlySpan<byte> datagram);

    private sealed class DumpCatcher : IMediaPlaneEvents
    {
        public MediaPlaneDump? Dump { get; private set; }

        public void DumpReady(long requestId, MediaPlaneDump dump) => Dump = dump;

        public void LoadMeasured(long requestId, MediaLoad load) => throw new NotSupportedException();
    }
}

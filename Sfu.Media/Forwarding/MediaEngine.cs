using Sfu.Media.Buffers;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Everything that one media thread holds, without its sockets and clocks: transports, what they carry, the tables that find them and
/// the timers that drive them. Datagrams, packets of other engines, commands and time go in; datagrams, packets for other engines and
/// events come out. Media thread only.
/// </summary>
/// <remarks>
/// Packets of producers are gathered as they arrive and go out by <see cref="FanOut"/>, consumer by consumer: so one consumer's packets
/// of a batch stand together, with its keys at hand, and may leave by one system call.
/// </remarks>
internal sealed class MediaEngine : IDisposable
{
    /// <summary>The index of the engine where commands enter.</summary>
    public const int FrontIndex = 0;

    // Given.
    private readonly EngineParts _parts;

    // Owned.
    private readonly HashSet<MediaTransport> _transports = [];
    private readonly Dictionary<MediaProducer, ConsumerGroup> _groups = [];
    private readonly List<MediaProducer> _arrivedHere = [];
    private readonly List<ConsumerGroup> _arrivedElsewhere = [];
    private readonly MediaDirectory? _directory;

    // State.
    private MediaTime _absSendTimeOf = MediaTime.Never;
    private uint _absSendTime;
    private long _passedIn;

    public MediaEngine(EngineParts parts, MediaTime now)
    {
        _parts = parts;
        Now = now;
        Timers = new TimerWheel(now);
        Pool = new PacketPool(parts.Commons.Pools, parts.Index);
        Routes = new TupleRoutes(this);
        Checks = new ConnectivityChecks(this);
        Faults = new EngineFaults(parts.Warn);
        Demultiplexer = new Demultiplexer(this);
        _directory = parts.Index == FrontIndex ? new MediaDirectory(this) : null;
    }

    public int Index => _parts.Index;

    /// <summary>The time of the datagram, command or timer at hand.</summary>
    public MediaTime Now { get; private set; }

    /// <summary>The present time as header extensions carry it: computed once for all that leaves now.</summary>
    public uint AbsSendTime
    {
        get
        {
            if (_absSendTimeOf != Now)
            {
                _absSendTimeOf = Now;
                _absSendTime = HeaderExtensionValues.ToAbsSendTime(Now);
            }

            return _absSendTime;
        }
    }

    /// <summary>When <see cref="OnTime"/> has something to do.</summary>
    public MediaTime NextTimeout => Timers.NextTurn();

    /// <summary>Where commands enter. Front engine only.</summary>
    public MediaDirectory Directory => _directory ?? throw new InvalidOperationException("Commands enter at the front engine.");

    public EngineParts Parts => _parts;

    public TimerWheel Timers { get; }

    public PacketPool Pool { get; }

    public TupleRoutes Routes { get; }

    public ConnectivityChecks Checks { get; }

    public Demultiplexer Demultiplexer { get; }

    /// <summary>Gives the consumers of a transport their shares of its path.</summary>
    public BandwidthShares Shares { get; } = new();

    /// <summary>Whom what is thrown concerns.</summary>
    public EngineFaults Faults { get; }

    /// <summary>SRTP contexts alive: a transport with keys holds two.</summary>
    public int SrtpSessions { get; set; }

    /// <summary>
    /// DTLS associations begun here less those ended here. One may begin on one engine and end on another: only the sum over all engines
    /// counts what is alive.
    /// </summary>
    public int DtlsSessions { get; set; }

    /// <summary>Of its thread, for the dump.</summary>
    public int Niceness { get; set; }

    /// <summary>Carries out a command. What it throws is a fault of the transport that it concerns, or of nobody.</summary>
    public void Run(Action<MediaEngine> command, MediaTime now)
    {
        ArgumentNullException.ThrowIfNull(command);
        Now = now;
        Faults.Served = null;
        try
        {
            command(this);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Faults.Report(e);
        }
    }

    /// <summary>A datagram arrived. Its bytes are the engine's to change until the call returns.</summary>
    public void OnDatagram(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        Now = now;
        Faults.Served = null;
        try
        {
            Demultiplexer.OnDatagram(tuple, datagram, now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Faults.Report(e);
        }
    }

    /// <summary>Another engine passed a packet on, with its reference.</summary>
    public void OnPassed(in PassedPacket passed, MediaTime now)
    {
        if (passed.IsClock)
        {
            passed.Group!.SetClock(passed.Clock);
            return;
        }

        var index = passed.Packet.Index;
        Pool.Receive(index);
        _passedIn++;
        if (passed.Group is { } group)
        {
            if (!group.HasArrived)
            {
                _arrivedElsewhere.Add(group);
            }

            group.Arrive(passed.Packet);
            return;
        }

        OnDatagram(passed.Tuple, Pool.Bytes(index), now);
        Pool.Release(index);
    }

    /// <summary>Sends what has arrived since the last call to all that it goes to. After each batch of datagrams or passed packets.</summary>
    public void FanOut(MediaTime now)
    {
        Now = now;
        foreach (var producer in _arrivedHere)
        {
            producer.PassOn();
        }

        // The others work on it while this thread sends its own share.
        _parts.Links.WakeReceivers();
        for (var i = 0; i < _arrivedHere.Count; i++)
        {
            _arrivedHere[i].FanOut(now);
        }

        _arrivedHere.Clear();
        for (var i = 0; i < _arrivedElsewhere.Count; i++)
        {
            _arrivedElsewhere[i].FanOut(now);
        }

        _arrivedElsewhere.Clear();
    }

    /// <summary>A TCP connection is gone, and with it the path that it was.</summary>
    public void OnConnectionClosed(in TransportTuple tuple) => Demultiplexer.Find(tuple)?.LoseTuple(tuple, TupleRemovalReason.Closed);

    /// <summary>A TCP connection has begun to drop packets for a reader that is slow. May come while the engine sends.</summary>
    public void OnSendQueueOverflow(in TransportTuple tuple, long droppedFrames) =>
        Routes.Find(tuple)?.Events.TupleSendQueueOverflowed(tuple, droppedFrames);

    /// <summary>Whether the path leads to a transport: somebody has authenticated on it.</summary>
    public bool HasTuple(in TransportTuple tuple) => Routes.Find(tuple) is not null;

    /// <summary>Time has passed: fires the timers that are due.</summary>
    public void OnTime(MediaTime now)
    {
        Now = now;
        Timers.Turn(now);
    }

    /// <summary>The part of the media plane's description that this engine knows.</summary>
    public MediaPlaneDump Dump() => new(
        Servers: _directory is null
            ? []
            : [.. _directory.Servers.Select(static s => new ServerDump(s.Handle, s.ListenInfos, s.Transports, s.Closing))],
        Transports: [.. _transports.Select(static t => t.Dump())],
        Ufrags: _directory is null ? 0 : _parts.Commons.Ufrags.Count,
        Tuples: Routes.Count,
        TcpConnections: _parts.Sockets.ConnectionCount,
        DtlsSessions: DtlsSessions,
        SrtpSessions: SrtpSessions,
        BuffersInUse: Pool.InUse,
        Timers: Timers.Count)
    {
        Threads = [DumpThread(_parts.Sink.Counts)],
    };

    /// <summary>What this engine's thread has done since its start.</summary>
    public MediaLoad MeasureLoad()
    {
        var counts = _parts.Sink.Counts;
        return new MediaLoad(counts.DatagramsIn + counts.DatagramsOut, _parts.Sink.CpuTimeUs, Threads: 1, _transports.Count, Now);
    }

    public void Dispose()
    {
        foreach (var transport in _transports)
        {
            transport.Dispose();
        }

        Pool.Dispose();
    }

    /// <summary>Has a transport that lives anywhere do something, in the order of all that is asked of it.</summary>
    public void Tell(MediaTransport transport, Action<MediaTransport> command)
    {
        if (Index == FrontIndex)
        {
            Route(transport, command);
        }
        else
        {
            _parts.Links.Post(FrontIndex, front => front.Route(transport, command));
        }
    }

    /// <summary>Front engine only: on to the engine where the transport lives.</summary>
    public void Route(MediaTransport transport, Action<MediaTransport> command)
    {
        if (transport.Route == Index)
        {
            Serve(transport, command);
        }
        else
        {
            PassOn(transport, command);
        }
    }

    /// <summary>Does something for a transport that lives here. What it throws is that transport's fault alone.</summary>
    public void Serve(MediaTransport transport, Action<MediaTransport> command)
    {
        var former = Faults.Served;
        Faults.Served = transport;
        try
        {
            command(transport);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Faults.Report(e);
        }
        finally
        {
            Faults.Served = former;
        }
    }

    /// <summary>Has the other engine do something, or does it at once when it is this one.</summary>
    public void On(int engine, Action<MediaEngine> command)
    {
        if (engine == Index)
        {
            command(this);
        }
        else
        {
            _parts.Links.Post(engine, command);
        }
    }

    public void OnAllEngines(Action<MediaEngine> command)
    {
        for (var i = 0; i < _parts.EngineCount; i++)
        {
            On(i, command);
        }
    }

    public void Add(MediaTransport transport) => _transports.Add(transport);

    public void Remove(MediaTransport transport) => _transports.Remove(transport);

    /// <summary>The consumers of a producer that live here. Made by the first, and gone with the last.</summary>
    public ConsumerGroup GroupOf(MediaProducer producer)
    {
        if (!_groups.TryGetValue(producer, out var group))
        {
            group = new ConsumerGroup(this, producer);
            _groups.Add(producer, group);
            Tell(producer.Transport, _ => producer.Attach(group));
        }

        return group;
    }

    public void Remove(ConsumerGroup group)
    {
        _groups.Remove(group.Producer);
        if (group.Producer.IsClosed)
        {
            // It has let go of its groups, or is about to.
            return;
        }

        Tell(group.Producer.Transport, _ => group.Producer.Detach(group));
    }

    /// <summary>A packet of the producer waits for <see cref="FanOut"/>, the first of the batch.</summary>
    public void NoteArrived(MediaProducer producer) => _arrivedHere.Add(producer);

    public void Forget(MediaProducer producer)
    {
        if (_directory is not null)
        {
            _directory.Forget(producer);
        }
        else
        {
            Post(producer);
        }
    }

    public void Forget(MediaConsumer consumer)
    {
        if (_directory is not null)
        {
            _directory.Forget(consumer);
        }
        else
        {
            Post(consumer);
        }
    }

    /// <summary>The producer of a group here or elsewhere is gone.</summary>
    public void End(ConsumerGroup group)
    {
        if (group.Home == Index)
        {
            group.End();
        }
        else
        {
            Post(group);
        }
    }

    public bool AddUfrag(string ufrag, WebRtcMediaTransport transport) => _parts.Commons.Ufrags.TryAdd(ufrag, transport);

    public void RemoveUfrag(string ufrag) => _parts.Commons.Ufrags.Remove(ufrag);

    public void UnbindTuple(in TransportTuple tuple, MediaTransport transport)
    {
        if (Routes.Unbind(tuple, transport) && tuple.Protocol == TransportProtocol.Tcp)
        {
            // The connection is the path. Closing one that is closed already does nothing.
            _parts.Sockets.Close(tuple.LocalSocket);
        }
    }

    /// <summary>The transport has said good-bye and holds nothing any more.</summary>
    public void Leave(MediaTransport transport)
    {
        Remove(transport);
        if (_directory is not null)
        {
            _directory.Forget(transport);
        }
        else
        {
            Post(transport);
        }
    }

    public void LeaveServer(MediaServer server)
    {
        if (server.Leave())
        {
            CloseSockets(server);
        }
    }

    /// <summary>Each thread sends what it has queued and closes its own; the last one tells the front engine.</summary>
    public void CloseSockets(MediaServer server) => OnAllEngines(engine =>
    {
        foreach (var socket in server.Sockets)
        {
            engine.Parts.Sockets.Close(socket.Id);
        }

        if (server.SocketsClosed())
        {
            engine.On(FrontIndex, front => front.Directory.Forget(server));
        }
    });

    /// <summary>Runs a timer's work so that what it throws is a fault of that transport alone.</summary>
    public void Guard(MediaTransport transport, Action<MediaTransport, MediaTime> work, MediaTime now)
    {
        Faults.Served = transport;
        try
        {
            work(transport, now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Faults.Report(e);
        }
    }

    private ThreadDump DumpThread(in DatagramCounts counts) => new(
        Index,
        _transports.Count,
        counts.DatagramsIn,
        counts.MessagesIn,
        counts.DatagramsOut,
        counts.MessagesOut,
        counts.Dropped,
        _passedIn,
        Demultiplexer.PassesRefused,
        Niceness);

    // What a closure takes along is allocated where its method begins. So these are methods of their own, for what stays here to cost nothing.
    private void PassOn(MediaTransport transport, Action<MediaTransport> command) =>
        _parts.Links.Post(transport.Route, engine => engine.Serve(transport, command));

    private void Post(MediaTransport gone) => _parts.Links.Post(FrontIndex, front => front.Directory.Forget(gone));

    private void Post(MediaProducer gone) => _parts.Links.Post(FrontIndex, front => front.Directory.Forget(gone));

    private void Post(MediaConsumer gone) => _parts.Links.Post(FrontIndex, front => front.Directory.Forget(gone));

    private void Post(ConsumerGroup ending) => _parts.Links.Post(ending.Home, _ => ending.End());
}

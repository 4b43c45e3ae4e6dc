using System.Collections.Concurrent;
using Sfu.Media.Buffers;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Ice;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// A dedicated thread with its sockets and its engine: epoll → <c>recvmmsg</c> → engine → <c>sendmmsg</c>, timers by the engine's
/// wheel, commands by a queue that any thread fills, packets of other media threads by a ring from each.
/// </summary>
internal sealed class MediaThread : IDatagramSink, IEngineLinks, IDisposable
{
    private const long WakeTag = 0;

    /// <summary>Batches received from one socket before timers and commands have their turn.</summary>
    private const int MaxBatchesPerTurn = 4;

    /// <summary>Media has waited for commands long enough: a thousand clients that come or go at once are no reason to be late.</summary>
    private const long MaxCommandsUs = 300;

    /// <summary>A look at the clock costs as much as the least of them.</summary>
    private const int CommandsBetweenLooks = 4;

    private const int MaxPassedPerTurn = 256;

    /// <summary>Packets that may wait from one thread to another: some milliseconds of what a core can forward.</summary>
    private const int RingPackets = 4096;

    // Given.
    private readonly int _index;
    private readonly MediaThreadOptions _options;
    private readonly MediaThread[] _threads;
    private readonly Action<string> _warn;

    // Owned.
    private readonly Epoll _epoll = new();
    private readonly WakeUp _wakeUp = new();
    private readonly ReceiveBatch _received = new();
    private readonly SrtpTagBatch _tags = new();
    private readonly Dictionary<long, UdpSocket> _sockets = [];
    private readonly ConcurrentQueue<Action<MediaEngine>> _commands = new();
    private readonly SpscRing<PassedPacket>?[] _passed;
    private readonly bool[] _hasPassedTo;
    private readonly MediaEngine _engine;
    private readonly Thread _thread;

    // State.
    private UdpSocket? _lastSocket;
    private MediaTime _lastWork;
    private long _datagramsIn;
    private long _messagesIn;
    private DatagramCounts _countsOfClosed;
    private volatile bool _stopping;

    /// <param name="index">Its place among <paramref name="threads"/>.</param>
    /// <param name="threads">All media threads; complete before the first is started.</param>
    /// <param name="options">For TCP and for how it waits.</param>
    /// <param name="nextSocketId">Numbers that are never reused.</param>
    /// <param name="warn">Told what an operator should know.</param>
    /// <param name="makeEngine">Makes the engine that runs here.</param>
    public MediaThread(
        int index, MediaThread[] threads, MediaThreadOptions options, Func<long> nextSocketId, Action<string> warn, Func<MediaThread, MediaEngine> makeEngine)
    {
        _index = index;
        _threads = threads;
        _options = options;
        _warn = warn;
        _passed = new SpscRing<PassedPacket>?[threads.Length];
        _hasPassedTo = new bool[threads.Length];
        _epoll.Add(_wakeUp.Fd, LibC.EPOLLIN, WakeTag);
        Tcp = new TcpConnections(_epoll, options.Tcp, options.Callers, nextSocketId, warn);
        _engine = makeEngine(this);
        _thread = new Thread(Run) { Name = $"sfu-media-{index}", IsBackground = true };
        Pulse = new ThreadPulse(_thread.Name, _wakeUp.Signal);
    }

    /// <summary>Beats once a turn, which a limit on commands and packets keeps short, and not in a turn that fails.</summary>
    public ThreadPulse Pulse { get; }

    /// <summary>Media thread only.</summary>
    public TcpConnections Tcp { get; }

    /// <summary>Media thread only.</summary>
    public DatagramCounts Counts
    {
        get
        {
            var counts = _countsOfClosed + new DatagramCounts(_datagramsIn, _messagesIn, 0, 0, 0);
            foreach (var socket in _sockets.Values)
            {
                counts += socket.Batch.Counts;
            }

            return counts;
        }
    }

    /// <summary>Media thread only.</summary>
    public unsafe long CpuTimeUs
    {
        get
        {
            LibC.TimeSpec used;
            return LibC.GetClock(LibC.ThreadCpuClock, &used) == 0 ? (used.Seconds * 1_000_000) + (used.Nanoseconds / 1000) : 0;
        }
    }

    public void Start() => _thread.Start();

    /// <summary>Any thread. Commands of one caller are carried out in their order.</summary>
    public void Post(Action<MediaEngine> command)
    {
        _commands.Enqueue(command);
        _wakeUp.Signal();
    }

    void IEngineLinks.Post(int engine, Action<MediaEngine> command) => _threads[engine].Post(command);

    bool IEngineLinks.TryPass(int engine, in PassedPacket packet)
    {
        var target = _threads[engine];
        ref var slot = ref target._passed[_index];
        var ring = slot;
        if (ring is null)
        {
            // This thread is the only one that writes the slot.
            ring = new SpscRing<PassedPacket>(RingPackets);
            Volatile.Write(ref slot, ring);
        }

        _hasPassedTo[engine] = true;
        return ring.TryPush(packet);
    }

    void IEngineLinks.WakeReceivers()
    {
        for (var i = 0; i < _hasPassedTo.Length; i++)
        {
            if (_hasPassedTo[i])
            {
                _hasPassedTo[i] = false;
                _threads[i]._wakeUp.Signal();
            }
        }
    }

    public Span<byte> Begin(in TransportTuple tuple)
    {
        if (tuple.Protocol == TransportProtocol.Tcp)
        {
            return Tcp.Begin(tuple.LocalSocket);
        }

        if (_lastSocket?.Id != tuple.LocalSocket && !_sockets.TryGetValue(tuple.LocalSocket, out _lastSocket))
        {
            return default;
        }

        if (_lastSocket.Batch.IsFull)
        {
            Flush(_lastSocket);
        }

        return _lastSocket.Batch.FreeSlot;
    }

    /// <summary>Slots of UDP batches stay as they are until they are sent. TCP's one is copied from at once.</summary>
    public SrtpTagBatch? TagsFor(in TransportTuple tuple) => tuple.Protocol == TransportProtocol.Udp ? _tags : null;

    public void Commit(in TransportTuple tuple, int length)
    {
        if (tuple.Protocol == TransportProtocol.Tcp)
        {
            Tcp.Commit(tuple.LocalSocket, length, _engine);
        }
        else
        {
            _lastSocket!.Batch.Add(tuple.Remote, length);
        }
    }

    /// <summary>Media thread only: datagrams that come to this socket are this thread's.</summary>
    public void Add(UdpSocket socket)
    {
        _sockets.Add(socket.Id, socket);
        _epoll.Add(socket.Fd, LibC.EPOLLIN, socket.Id);
    }

    /// <summary>Media thread only. See <see cref="IListenSockets.Close"/>.</summary>
    public void Close(long socketId)
    {
        if (Tcp.TryClose(socketId, _engine) || Tcp.TryCloseListening(socketId, _engine))
        {
            return;
        }

        if (_sockets.Remove(socketId, out var socket))
        {
            if (_lastSocket == socket)
            {
                _lastSocket = null;
            }

            _epoll.Remove(socket.Fd);
            Flush(socket);
            _countsOfClosed += socket.Batch.Counts;
            socket.Dispose();
        }
    }

    /// <summary>Media thread only. See <see cref="IListenSockets.MoveConnection"/>.</summary>
    public void MoveConnection(long connectionId, int engine, byte[] frame)
    {
        var target = _threads[engine];
        Tcp.Move(connectionId, frame, (connection, said) => target.Post(home => target.Tcp.Take(connection, said, home, home.Now)));
    }

    /// <summary>Ends the thread. Its memory stays until <see cref="Dispose"/>: other threads may still be at work.</summary>
    public void Stop()
    {
        _stopping = true;
        _wakeUp.Signal();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    public void Dispose()
    {
        Stop();
        foreach (var socket in _sockets.Values)
        {
            Flush(socket);
            socket.Dispose();
        }

        _tags.Dispose();

        Tcp.Dispose();
        _engine.Dispose();
        _received.Dispose();
        _wakeUp.Dispose();
        _epoll.Dispose();
    }

    private void Run()
    {
        if (_options.PinThreads && !ThreadAffinity.TryPin(_index))
        {
            _warn($"{_thread.Name} could not be pinned to a processor.");
        }

        _engine.Niceness = ThreadNiceness.Set(_options.Nice);
        while (!_stopping)
        {
            try
            {
                Turn();
                Pulse.Beat();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The engine contains what a transport's packet can cause: this is about the thread itself, and all its rooms.
                _warn($"{_thread.Name}: {e}");
            }
        }
    }

    private void Turn()
    {
        var count = Wait();
        var now = MediaClock.Now;

        // What others have handed over comes first: a transport is adopted before its client's next datagram is looked at.
        RunCommands(now);
        TakePassed(now);
        for (var i = 0; i < count; i++)
        {
            var tag = _epoll.Tag(i);
            if (tag == WakeTag)
            {
                _wakeUp.Acknowledge();
            }
            else if (_sockets.TryGetValue(tag, out var socket))
            {
                Receive(socket, now);
            }
            else
            {
                // A tag that names nothing belonged to a connection that this very batch has closed.
                Tcp.TryServe(tag, _epoll.Flags(i), _engine, now);
                _engine.FanOut(now);
            }
        }

        _engine.OnTime(now);
        Tcp.Reap(_engine, now);
        Tcp.Flush(_engine);
        foreach (var socket in _sockets.Values)
        {
            Flush(socket);
        }
    }

    private void Flush(UdpSocket socket)
    {
        _tags.Flush();
        socket.Flush();
    }

    /// <summary>Waits for sockets, timers, commands or passed packets.</summary>
    private int Wait()
    {
        var next = MediaTime.Min(_engine.NextTimeout, Tcp.NextTimeout);
        var now = MediaClock.Now;

        // Rounded up: waking before the deadline would only mean waking twice.
        var timeout = next == MediaTime.Never ? -1 : (int)Math.Clamp((next.UsSince(now) + 999) / 1000, 0, 60_000);
        if (timeout == 0 || now.UsSince(_lastWork) < _options.BusyPollUs)
        {
            return Note(_epoll.Wait(0));
        }

        _wakeUp.Declare();
        var count = _epoll.Wait(HasWork() ? 0 : timeout);
        _wakeUp.Revoke();
        return Note(count);

        int Note(int happenings)
        {
            if (_options.BusyPollUs > 0 && (happenings > 0 || HasWork()))
            {
                _lastWork = MediaClock.Now;
            }

            return happenings;
        }
    }

    private bool HasWork()
    {
        if (!_commands.IsEmpty || _stopping)
        {
            return true;
        }

        foreach (var ring in _passed)
        {
            if (ring is { IsEmpty: false })
            {
                return true;
            }
        }

        return false;
    }

    private void RunCommands(MediaTime now)
    {
        var untilLook = CommandsBetweenLooks;
        while (_commands.TryDequeue(out var command))
        {
            _engine.Run(command, now);
            if (--untilLook == 0)
            {
                if (MediaClock.Now.UsSince(now) >= MaxCommandsUs)
                {
                    return;
                }

                untilLook = CommandsBetweenLooks;
            }
        }
    }

    private void TakePassed(MediaTime now)
    {
        foreach (ref var slot in _passed.AsSpan())
        {
            if (Volatile.Read(ref slot) is { } ring)
            {
                for (var i = 0; i < MaxPassedPerTurn && ring.TryPop(out var passed); i++)
                {
                    _engine.OnPassed(passed, now);
                }
            }
        }

        _engine.FanOut(now);
    }

    private void Receive(UdpSocket socket, MediaTime now)
    {
        for (var batch = 0; batch < MaxBatchesPerTurn; batch++)
        {
            var count = _received.Receive(socket.Fd);
            for (var i = 0; i < count; i++)
            {
                var message = _received.Message(i, out var segmentBytes);
                if (!_received.TryGetSource(i, out var source))
                {
                    continue;
                }

                var tuple = new TransportTuple(TransportProtocol.Udp, socket.Id, socket.Local, source);
                _messagesIn++;
                while (!message.IsEmpty)
                {
                    _datagramsIn++;
                    var length = Math.Min(segmentBytes, message.Length);
                    _engine.OnDatagram(tuple, message[..length], now);
                    message = message[length..];
                }
            }

            _engine.FanOut(now);
            if (count < ReceiveBatch.Slots)
            {
                return;
            }
        }
    }
}

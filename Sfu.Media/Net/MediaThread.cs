using System.Collections.Concurrent;
using System.Net;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Ice;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// A dedicated thread with its sockets and its engine: epoll → <c>recvmmsg</c> → engine → <c>sendmmsg</c>, timers by the engine's
/// wheel, commands by a queue that any thread fills. All state is its own: a process may have as many as it likes.
/// </summary>
internal sealed class MediaThread : IDatagramSink, IListenSockets, IDisposable
{
    private const long WakeTag = 0;

    /// <summary>Batches received from one socket before timers and commands have their turn.</summary>
    private const int MaxBatchesPerTurn = 4;

    private const int MaxCommandsPerTurn = 256;

    // Given.
    private readonly IRandomSource _random;
    private readonly Func<long> _nextSocketId;
    private readonly Action<string> _warn;

    // Owned.
    private readonly Epoll _epoll = new();
    private readonly WakeUp _wakeUp = new();
    private readonly ReceiveBatch _received = new();
    private readonly Dictionary<long, UdpSocket> _sockets = [];
    private readonly TcpConnections _tcp;
    private readonly ConcurrentQueue<Action<MediaEngine>> _commands = new();
    private readonly MediaEngine _engine;
    private readonly Thread _thread;

    // State.
    private UdpSocket? _lastSocket;
    private volatile bool _stopping;

    public MediaThread(
        int index, TcpLimits tcp, IRandomSource random, Func<long> nextSocketId, Action<string> warn, Func<MediaThread, MediaEngine> makeEngine)
    {
        _random = random;
        _nextSocketId = nextSocketId;
        _warn = warn;
        _epoll.Add(_wakeUp.Fd, LibC.EPOLLIN, WakeTag);
        _tcp = new TcpConnections(_epoll, tcp, nextSocketId, warn);
        _engine = makeEngine(this);
        _thread = new Thread(Run) { Name = $"sfu-media-{index}", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>Any thread. Commands of one caller are carried out in their order.</summary>
    public void Post(Action<MediaEngine> command)
    {
        _commands.Enqueue(command);
        _wakeUp.Signal();
    }

    public int ConnectionCount => _tcp.Count;

    public Span<byte> Begin(in TransportTuple tuple)
    {
        if (tuple.Protocol == TransportProtocol.Tcp)
        {
            return _tcp.Begin(tuple.LocalSocket);
        }

        if (_lastSocket?.Id != tuple.LocalSocket && !_sockets.TryGetValue(tuple.LocalSocket, out _lastSocket))
        {
            return default;
        }

        if (_lastSocket.Batch.IsFull)
        {
            _lastSocket.Flush();
        }

        return _lastSocket.Batch.FreeSlot;
    }

    public void Commit(in TransportTuple tuple, int length)
    {
        if (tuple.Protocol == TransportProtocol.Tcp)
        {
            _tcp.Commit(tuple.LocalSocket, length, _engine);
        }
        else
        {
            _lastSocket!.Batch.Add(tuple.Remote, length);
        }
    }

    public bool TryOpen(ListenInfo info, List<BoundSocket> bound, out MediaError? error)
    {
        error = null;
        if (!ListenAddresses.TryResolve(info.Ip, out var addresses) || addresses.Count == 0)
        {
            error = new MediaError(MediaErrorCode.InvalidParameters, $"'{info.Ip}' is not an IP address to listen on.");
            return false;
        }

        if (info.PortRange is not { } range)
        {
            return TryOpen(info, addresses, info.Port, bound, out error, out _);
        }

        if (!range.IsValid || info.Port != 0)
        {
            error = new MediaError(MediaErrorCode.InvalidParameters, $"The ports {range} are no range from 1 up, or port {info.Port} is asked for as well.");
            return false;
        }

        // From a random start, so that two nodes on a machine seldom try the same ports; then each of the others once.
        var start = (int)(_random.NextUInt32() % (uint)range.Count);
        for (var i = 0; i < range.Count; i++)
        {
            if (TryOpen(info, addresses, range.Min + ((start + i) % range.Count), bound, out error, out var inUse))
            {
                return true;
            }

            if (!inUse)
            {
                return false;
            }
        }

        error = new MediaError(
            MediaErrorCode.System, $"no more available ports: all of {range} are in use for {(info.Protocol == TransportProtocol.Tcp ? "tcp" : "udp")} at {info.Ip}.");
        return false;
    }

    public void Close(long socketId)
    {
        if (_tcp.TryClose(socketId, _engine) || _tcp.TryCloseListening(socketId, _engine))
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
            socket.Dispose();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wakeUp.Signal();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        foreach (var socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _tcp.Dispose();
        _engine.Dispose();
        _received.Dispose();
        _wakeUp.Dispose();
        _epoll.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                Turn();
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
        var count = _epoll.Wait(TimeoutMs());
        var now = MediaClock.Now;
        for (var i = 0; i < count; i++)
        {
            var tag = _epoll.Tag(i);
            if (tag == WakeTag)
            {
                _wakeUp.Acknowledge();
                RunCommands();
            }
            else if (_sockets.TryGetValue(tag, out var socket))
            {
                Receive(socket, now);
            }
            else
            {
                // A tag that names nothing belonged to a connection that this very batch has closed.
                _tcp.TryServe(tag, _epoll.Flags(i), _engine, now);
            }
        }

        _engine.OnTime(now);
        _tcp.Reap(_engine, now);
        _tcp.Flush(_engine);
        foreach (var socket in _sockets.Values)
        {
            socket.Flush();
        }
    }

    private int TimeoutMs()
    {
        var next = MediaTime.Min(_engine.NextTimeout, _tcp.NextTimeout);
        if (next == MediaTime.Never)
        {
            return -1;
        }

        // Rounded up: waking before the deadline would only mean waking twice.
        return (int)Math.Clamp((next.UsSince(MediaClock.Now) + 999) / 1000, 0, 60_000);
    }

    private void RunCommands()
    {
        for (var i = 0; i < MaxCommandsPerTurn; i++)
        {
            if (!_commands.TryDequeue(out var command))
            {
                return;
            }

            _engine.Run(command, MediaClock.Now);
        }

        _wakeUp.Signal();
    }

    /// <summary>Binds all addresses to one port, or none.</summary>
    private bool TryOpen(
        ListenInfo info, IReadOnlyList<IPAddress> addresses, int port, List<BoundSocket> bound, out MediaError? error, out bool inUse)
    {
        error = null;
        inUse = false;
        var opened = new List<BoundSocket>();
        try
        {
            foreach (var address in addresses)
            {
                var (id, local) = Open(info.Protocol, IpEndpoint.From(address, port));
                opened.Add(new BoundSocket(id, info.Protocol, local, info.AnnouncedAddress, info.ExposeInternalIp));

                // A free port chosen for the first address is everybody's.
                port = local.Port;
            }
        }
        catch (SystemCallException e)
        {
            opened.ForEach(socket => Close(socket.Id));
            inUse = e.Error == LibC.EADDRINUSE;
            error = new MediaError(MediaErrorCode.System, e.Message);
            return false;
        }

        bound.AddRange(opened);
        return true;
    }

    private (long Id, IpEndpoint Local) Open(TransportProtocol protocol, IpEndpoint local)
    {
        if (protocol == TransportProtocol.Tcp)
        {
            var listening = _tcp.Listen(local);
            return (listening.Id, listening.Local);
        }

        var socket = UdpSocket.Bind(local, _nextSocketId());
        _sockets.Add(socket.Id, socket);
        _epoll.Add(socket.Fd, LibC.EPOLLIN, socket.Id);
        return (socket.Id, socket.Local);
    }

    private void Receive(UdpSocket socket, MediaTime now)
    {
        for (var batch = 0; batch < MaxBatchesPerTurn; batch++)
        {
            var count = _received.Receive(socket.Fd);
            for (var i = 0; i < count; i++)
            {
                if (_received.TryGetSource(i, out var source))
                {
                    _engine.OnDatagram(new TransportTuple(TransportProtocol.Udp, socket.Id, socket.Local, source), _received.Datagram(i), now);
                }
            }

            if (count < ReceiveBatch.Slots)
            {
                return;
            }
        }
    }
}

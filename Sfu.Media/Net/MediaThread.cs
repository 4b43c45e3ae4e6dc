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
    private readonly Func<long> _nextSocketId;
    private readonly Action<string> _warn;

    // Owned.
    private readonly Epoll _epoll = new();
    private readonly WakeUp _wakeUp = new();
    private readonly ReceiveBatch _received = new();
    private readonly Dictionary<long, UdpSocket> _sockets = [];
    private readonly ConcurrentQueue<Action<MediaEngine>> _commands = new();
    private readonly MediaEngine _engine;
    private readonly Thread _thread;

    // State.
    private UdpSocket? _lastSocket;
    private volatile bool _stopping;

    public MediaThread(int index, Func<long> nextSocketId, Action<string> warn, Func<MediaThread, MediaEngine> makeEngine)
    {
        _nextSocketId = nextSocketId;
        _warn = warn;
        _epoll.Add(_wakeUp.Fd, LibC.EPOLLIN, WakeTag);
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

    public Span<byte> Begin(in TransportTuple tuple)
    {
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

    public void Commit(in TransportTuple tuple, int length) => _lastSocket!.Batch.Add(tuple.Remote, length);

    public bool TryOpen(ListenInfo info, List<BoundSocket> bound, out MediaError? error)
    {
        error = null;
        if (info.Protocol != TransportProtocol.Udp)
        {
            error = new MediaError(MediaErrorCode.InvalidParameters, "Only UDP is served yet.");
            return false;
        }

        if (!ListenAddresses.TryResolve(info.Ip, out var addresses) || addresses.Count == 0)
        {
            error = new MediaError(MediaErrorCode.InvalidParameters, $"'{info.Ip}' is not an IP address to listen on.");
            return false;
        }

        var opened = new List<UdpSocket>();
        var port = (int)info.Port;
        try
        {
            foreach (var address in addresses)
            {
                var socket = UdpSocket.Bind(IpEndpoint.From(address, port), _nextSocketId());
                opened.Add(socket);

                // A free port chosen for the first address is everybody's.
                port = socket.Local.Port;
                _epoll.Add(socket.Fd, LibC.EPOLLIN, socket.Id);
            }
        }
        catch (SystemCallException e)
        {
            opened.ForEach(socket => socket.Dispose());
            error = new MediaError(MediaErrorCode.System, e.Message);
            return false;
        }

        foreach (var socket in opened)
        {
            _sockets.Add(socket.Id, socket);
            bound.Add(new BoundSocket(socket.Id, TransportProtocol.Udp, socket.Local, info.AnnouncedAddress));
        }

        return true;
    }

    public void Close(long socketId)
    {
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
        }

        _engine.OnTime(now);
        foreach (var socket in _sockets.Values)
        {
            socket.Flush();
        }
    }

    private int TimeoutMs()
    {
        var next = _engine.NextTimeout;
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

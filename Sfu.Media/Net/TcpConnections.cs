using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sfu.Media.Forwarding;
using Sfu.Media.Ice;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// The TCP side of a media thread: listening sockets and their connections, framed by RFC 4571. There is no limit on connections;
/// what keeps strangers in check is a deadline for authentication, a cap per remote address, and bounded queues.
/// Media thread only.
/// </summary>
internal sealed unsafe class TcpConnections(Epoll epoll, TcpLimits limits, TcpCallers callers, Func<long> nextSocketId, Action<string> warn)
    : IDisposable
{
    // First byte of a DTLS record, as RFC 7983 §7 tells it from the rest.
    private const byte FirstOfDtls = 20;
    private const byte LastOfDtls = 63;

    private const int ReceiveBytes = 65_536;

    /// <summary>What one wake-up does before others have their turn.</summary>
    private const int MaxAcceptsPerTurn = 64;
    private const int MaxReceivesPerTurn = 4;

    private readonly Dictionary<long, TcpListenSocket> _listening = [];
    private readonly Dictionary<long, TcpConnection> _connections = [];

    // All have the same time to authenticate: the order of arrival is the order of deadlines.
    private readonly Queue<TcpConnection> _unauthenticated = new();
    private readonly List<TcpConnection> _dirty = [];
    private readonly TcpFarewells _farewells = new(epoll, connection => callers.Remove(connection.Tuple.Remote));
    private TcpConnection? _serving;
    private readonly byte[] _slot = new byte[IDatagramSink.MaxDatagramBytes];
    private readonly byte* _received = (byte*)NativeMemory.AlignedAlloc(ReceiveBytes, 64);

    public int Count => _connections.Count;

    /// <summary>When <see cref="Reap"/> has something to look at.</summary>
    public MediaTime NextTimeout =>
        MediaTime.Min(_unauthenticated.TryPeek(out var first) ? first.Deadline : MediaTime.Never, _farewells.NextTimeout);

    public void Add(TcpListenSocket socket)
    {
        _listening.Add(socket.Id, socket);
        epoll.Add(socket.Fd, LibC.EPOLLIN, socket.Id);
    }

    /// <summary>
    /// The connection goes to another thread, at once or, while it is being served, as soon as the frame at hand is.
    /// </summary>
    /// <param name="id">Which one.</param>
    /// <param name="frame">What it says there first.</param>
    /// <param name="move">Takes it there, with what it has still to say.</param>
    public void Move(long id, byte[] frame, Action<TcpConnection, byte[]> move)
    {
        if (!_connections.TryGetValue(id, out var connection))
        {
            return;
        }

        connection.Move = rest => Release(connection, frame, rest, move);
        if (_serving != connection)
        {
            connection.Move([]);
        }
    }

    /// <summary>A connection comes from another thread, with what it said last.</summary>
    public void Take(TcpConnection connection, byte[] said, MediaEngine engine, MediaTime now)
    {
        _connections.Add(connection.Tuple.LocalSocket, connection);
        _unauthenticated.Enqueue(connection);
        epoll.Add(connection.Fd, LibC.EPOLLIN, connection.Tuple.LocalSocket);
        connection.AwaitsRoom = false;
        Serve(connection, said, engine, now);
        if (!connection.IsClosed && connection.Queue.Count > 0)
        {
            FlushOne(connection, engine);
        }
    }

    /// <summary>Stops listening and closes what was accepted there. False: the number names no listening socket.</summary>
    public bool TryCloseListening(long id, MediaEngine engine)
    {
        if (!_listening.Remove(id, out var socket))
        {
            return false;
        }

        epoll.Remove(socket.Fd);
        socket.Dispose();
        foreach (var connection in _connections.Values.Where(c => c.ListenSocket == id).ToArray())
        {
            Close(connection, engine);
        }

        return true;
    }

    /// <summary>Hangs up, once the client has heard what is queued. False: the number names no connection.</summary>
    public bool TryClose(long id, MediaEngine engine)
    {
        if (!_connections.Remove(id, out var connection))
        {
            return false;
        }

        connection.IsClosed = true;
        _farewells.Begin(connection, engine.Now);
        engine.OnConnectionClosed(connection.Tuple);
        return true;
    }

    public Span<byte> Begin(long id) => _connections.ContainsKey(id) ? _slot : default;

    public void Commit(long id, int length, MediaEngine engine)
    {
        if (!_connections.TryGetValue(id, out var connection))
        {
            return;
        }

        // A client whose queue is full of media must still hear that it is closed.
        var frame = _slot.AsSpan(0, length);
        if (!connection.Queue.TryEnqueue(frame, matters: frame is [>= FirstOfDtls and <= LastOfDtls, ..]))
        {
            if (!connection.SlownessReported)
            {
                connection.SlownessReported = true;
                warn($"The reader of TCP connection {connection.Tuple.LocalSocket} is slow: packets for it are dropped.");
                engine.OnSendQueueOverflow(connection.Tuple, connection.Queue.Dropped);
            }

            return;
        }

        if (!connection.IsDirty && !connection.AwaitsRoom)
        {
            connection.IsDirty = true;
            _dirty.Add(connection);
        }
    }

    /// <summary>Sends what the turn has queued.</summary>
    public void Flush(MediaEngine engine)
    {
        for (var i = 0; i < _dirty.Count; i++)
        {
            var connection = _dirty[i];
            connection.IsDirty = false;
            if (IsHere(connection))
            {
                FlushOne(connection, engine);
            }
        }

        _dirty.Clear();
    }

    /// <summary>Serves what epoll reported. False: the tag is not one of these sockets.</summary>
    public bool TryServe(long tag, uint happening, MediaEngine engine, MediaTime now)
    {
        if (_listening.TryGetValue(tag, out var listening))
        {
            Accept(listening, now);
            return true;
        }

        if (!_connections.TryGetValue(tag, out var connection))
        {
            return _farewells.TryServe(tag, happening);
        }

        if ((happening & LibC.EPOLLOUT) != 0)
        {
            FlushOne(connection, engine);
        }

        if ((happening & ~LibC.EPOLLOUT) != 0 && !connection.IsClosed)
        {
            Receive(connection, engine, now);
        }

        return true;
    }

    /// <summary>Closes connections that nobody authenticated in time, and those that were hung up on and do not end.</summary>
    public void Reap(MediaEngine engine, MediaTime now)
    {
        _farewells.Reap(now);
        while (_unauthenticated.TryPeek(out var connection) && (!IsHere(connection) || connection.Deadline <= now))
        {
            _unauthenticated.Dequeue();
            if (IsHere(connection) && !engine.HasTuple(connection.Tuple))
            {
                Close(connection, engine);
            }
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections.Values)
        {
            _farewells.Begin(connection, MediaClock.Now);
        }

        _farewells.Dispose();
        foreach (var socket in _listening.Values)
        {
            socket.Dispose();
        }

        NativeMemory.AlignedFree(_received);
    }

    private void Accept(TcpListenSocket listening, MediaTime now)
    {
        for (var i = 0; i < MaxAcceptsPerTurn; i++)
        {
            if (!listening.TryAccept(out var fd, out var remote, out var exhausted))
            {
                if (exhausted && callers.IsExhaustionToBeSaid(now))
                {
                    warn($"No file descriptor is left for TCP connections at {listening.Local}: new ones are hung up on.");
                }

                return;
            }

            if (!callers.TryAdd(remote))
            {
                _ = LibC.Close(fd);
                continue;
            }

            BoundDescriptor.SetOption(fd, LibC.IPPROTO_TCP, LibC.TCP_NODELAY, 1);
            var connection = new TcpConnection(
                fd, nextSocketId(), listening.Id, listening.Local, remote, now.PlusMs(limits.UnauthenticatedTimeoutMs), limits.SendQueueBytes);
            _connections.Add(connection.Tuple.LocalSocket, connection);
            _unauthenticated.Enqueue(connection);
            epoll.Add(fd, LibC.EPOLLIN, connection.Tuple.LocalSocket);
        }
    }

    private void Receive(TcpConnection connection, MediaEngine engine, MediaTime now)
    {
        for (var i = 0; i < MaxReceivesPerTurn; i++)
        {
            var length = LibC.Receive(connection.Fd, _received, ReceiveBytes, LibC.MSG_DONTWAIT);
            if (length <= 0)
            {
                var error = length == 0 ? 0 : Marshal.GetLastPInvokeError();
                if (error is not (LibC.EAGAIN or LibC.EINTR))
                {
                    Close(connection, engine);
                }

                return;
            }

            if (!Serve(connection, new Span<byte>(_received, (int)length), engine, now) || length < ReceiveBytes)
            {
                return;
            }
        }
    }

    /// <summary>Serves what a connection said. False: it is here no more.</summary>
    private bool Serve(TcpConnection connection, Span<byte> input, MediaEngine engine, MediaTime now)
    {
        FrameStatus status;
        while ((status = connection.Reader.TryRead(ref input, out var frame)) == FrameStatus.Frame)
        {
            _serving = connection;
            engine.OnDatagram(connection.Tuple, frame, now);
            _serving = null;
            if (connection.IsClosed)
            {
                return false;
            }

            if (connection.Move is { } move)
            {
                move(input.ToArray());
                return false;
            }
        }

        if (status == FrameStatus.TooLong)
        {
            Close(connection, engine);
            return false;
        }

        return true;
    }

    private bool IsHere(TcpConnection connection) =>
        !connection.IsClosed && _connections.TryGetValue(connection.Tuple.LocalSocket, out var known) && known == connection;

    private void Release(TcpConnection connection, byte[] frame, byte[] rest, Action<TcpConnection, byte[]> move)
    {
        connection.Move = null;
        _connections.Remove(connection.Tuple.LocalSocket);
        epoll.Remove(connection.Fd);
        var said = new byte[FrameReader.LengthBytes + frame.Length + rest.Length];
        BinaryPrimitives.WriteUInt16BigEndian(said, (ushort)frame.Length);
        frame.CopyTo(said, FrameReader.LengthBytes);
        rest.CopyTo(said, FrameReader.LengthBytes + frame.Length);
        move(connection, said);
    }

    private void FlushOne(TcpConnection connection, MediaEngine engine)
    {
        if (!connection.TryFlush())
        {
            Close(connection, engine);
            return;
        }

        var awaitsRoom = connection.Queue.Count > 0;
        if (awaitsRoom != connection.AwaitsRoom)
        {
            connection.AwaitsRoom = awaitsRoom;
            connection.SlownessReported &= awaitsRoom;
            epoll.Modify(connection.Fd, awaitsRoom ? LibC.EPOLLIN | LibC.EPOLLOUT : LibC.EPOLLIN, connection.Tuple.LocalSocket);
        }
    }

    private void Close(TcpConnection connection, MediaEngine engine)
    {
        if (connection.IsClosed)
        {
            return;
        }

        connection.IsClosed = true;
        _connections.Remove(connection.Tuple.LocalSocket);
        callers.Remove(connection.Tuple.Remote);
        epoll.Remove(connection.Fd);
        _ = LibC.Close(connection.Fd);
        connection.Queue.Release();
        engine.OnConnectionClosed(connection.Tuple);
    }
}

using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Connections that the node has hung up on and that still have something to hear, as a rule DTLS close_notify. Closing a socket with input
/// that nobody read resets the connection (RFC 9293 §3.6.1, RFC 2525 §2.17): the reset overtakes what the client has not read, its next
/// packet fails, and it never learns that the server closed it. So what waits is sent, then only the sending side is closed, and what still
/// comes is thrown away until the client hangs up too. Media thread only.
/// </summary>
internal sealed unsafe class TcpFarewells(Epoll epoll, Action<TcpConnection> hungUp) : IDisposable
{
    /// <summary>As long as a client may take to hang up.</summary>
    private const long PatienceMs = 2000;

    /// <summary>As long as the end of the process may wait for clients.</summary>
    private const int PatienceAtEndMs = 250;

    /// <summary>Descriptors that may be held so: more, and the oldest are closed at once.</summary>
    private const int MaxConnections = 4096;

    private const int DiscardBytes = 65_536;

    private readonly Dictionary<long, (TcpConnection Connection, MediaTime Deadline)> _connections = [];

    // All have the same patience: the order of farewells is the order of deadlines.
    private readonly Queue<long> _order = new();
    private readonly byte* _discarded = (byte*)NativeMemory.AlignedAlloc(DiscardBytes, 64);

    /// <summary>Connections that have not ended.</summary>
    public int Count => _connections.Count;

    /// <summary>When <see cref="Reap"/> has something to look at.</summary>
    public MediaTime NextTimeout
    {
        get
        {
            ForgetEnded();
            return _order.TryPeek(out var first) ? _connections[first].Deadline : MediaTime.Never;
        }
    }

    /// <summary>Takes a connection that is in the epoll set and that nothing else serves any more.</summary>
    public void Begin(TcpConnection connection, MediaTime now)
    {
        var id = connection.Tuple.LocalSocket;
        _connections.Add(id, (connection, now.PlusMs(PatienceMs)));
        _order.Enqueue(id);
        if (Send(connection))
        {
            Reap(now);
        }
    }

    /// <summary>Serves what epoll reported. False: the tag is none of these connections.</summary>
    public bool TryServe(long tag, uint happening)
    {
        if (!_connections.TryGetValue(tag, out var held))
        {
            return false;
        }

        var (connection, _) = held;
        if (((happening & LibC.EPOLLOUT) == 0 || Send(connection)) && (happening & ~LibC.EPOLLOUT) != 0)
        {
            Discard(connection);
        }

        return true;
    }

    /// <summary>Closes those whose clients do not hang up.</summary>
    public void Reap(MediaTime now)
    {
        while (_order.TryPeek(out var id))
        {
            if (_connections.TryGetValue(id, out var held))
            {
                if (held.Deadline > now && _connections.Count <= MaxConnections)
                {
                    return;
                }

                End(held.Connection);
            }

            _order.Dequeue();
        }
    }

    /// <summary>Waits a moment for clients to hang up, then closes what is left.</summary>
    public void Dispose()
    {
        using (var ours = new Epoll())
        {
            foreach (var (connection, _) in _connections.Values)
            {
                epoll.Remove(connection.Fd);
                ours.Add(connection.Fd, Interest(connection), connection.Tuple.LocalSocket);
            }

            epoll = ours;
            var deadline = MediaClock.Now.PlusMs(PatienceAtEndMs);
            while (_connections.Count > 0 && deadline.UsSince(MediaClock.Now) is > 0 and var left)
            {
                var count = ours.Wait((int)(left / 1000) + 1);
                for (var i = 0; i < count; i++)
                {
                    TryServe(ours.Tag(i), ours.Flags(i));
                }
            }

            Reap(MediaTime.Never);
        }

        NativeMemory.AlignedFree(_discarded);
    }

    private static uint Interest(TcpConnection connection) => connection.Queue.Count > 0 ? LibC.EPOLLIN | LibC.EPOLLOUT : LibC.EPOLLIN;

    /// <summary>Sends what waits, and says when that was all. False: the connection is broken, and ended.</summary>
    private bool Send(TcpConnection connection)
    {
        if (!connection.TryFlush())
        {
            End(connection);
            return false;
        }

        if (connection.Queue.Count == 0)
        {
            _ = LibC.Shutdown(connection.Fd, LibC.SHUT_WR);
        }

        epoll.Modify(connection.Fd, Interest(connection), connection.Tuple.LocalSocket);
        return true;
    }

    private void Discard(TcpConnection connection)
    {
        // Once for each time that epoll reports it: nobody keeps the thread busy by talking on.
        var length = LibC.Receive(connection.Fd, _discarded, DiscardBytes, LibC.MSG_DONTWAIT);
        if (length == 0 || (length < 0 && Marshal.GetLastPInvokeError() is not (LibC.EAGAIN or LibC.EINTR)))
        {
            End(connection);
        }
    }

    private void End(TcpConnection connection)
    {
        _connections.Remove(connection.Tuple.LocalSocket);
        epoll.Remove(connection.Fd);
        _ = LibC.Close(connection.Fd);
        connection.Queue.Release();
        hungUp(connection);
    }

    private void ForgetEnded()
    {
        while (_order.TryPeek(out var id) && !_connections.ContainsKey(id))
        {
            _order.Dequeue();
        }
    }
}

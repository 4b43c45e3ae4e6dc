using System.Runtime.InteropServices;
using Sfu.Media.Ice;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>One accepted TCP connection: a tuple by itself. One media thread at a time.</summary>
internal sealed unsafe class TcpConnection(int fd, long id, long listenSocket, IpEndpoint local, IpEndpoint remote, MediaTime deadline, int sendQueueBytes)
{
    public int Fd { get; } = fd;

    /// <summary>The socket that it was accepted from.</summary>
    public long ListenSocket { get; } = listenSocket;

    public TransportTuple Tuple { get; } = new(TransportProtocol.Tcp, id, local, remote);

    /// <summary>Authenticated by then, or closed.</summary>
    public MediaTime Deadline { get; } = deadline;

    public FrameReader Reader { get; } = new();

    public FrameQueue Queue { get; } = new(sendQueueBytes);

    /// <summary>The kernel's buffer is full: it will say when it is not.</summary>
    public bool AwaitsRoom { get; set; }

    /// <summary>Something waits to be sent at the end of the thread's turn.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Operator and transport were told that this connection's reader is slow.</summary>
    public bool SlownessReported { get; set; }

    /// <summary>Set when it belongs to another thread: takes it there, with what has come of it and was not looked at.</summary>
    public Action<byte[]>? Move { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>Sends what the kernel takes. False: the connection is broken.</summary>
    public bool TryFlush()
    {
        while (Queue.Count > 0)
        {
            var bytes = Queue.Peek();
            nint sent;
            fixed (byte* pointer = bytes)
            {
                sent = LibC.Send(Fd, pointer, (nuint)bytes.Length, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL);
            }

            if (sent >= 0)
            {
                Queue.Consume((int)sent);
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == LibC.EAGAIN)
            {
                return true;
            }

            if (error != LibC.EINTR)
            {
                return false;
            }
        }

        return true;
    }
}

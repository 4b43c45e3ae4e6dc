using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>A listening TCP socket. Media thread only, once made.</summary>
internal sealed unsafe class TcpListenSocket : IListenSocket
{
    // What callers leave to the rest of the process: a runtime that can open no file ends as if it were out of memory.
    private const int Reserved = 24;

    // Whoever hangs up frees a descriptor for a moment: no other media thread may take a connection with it meanwhile.
    private static readonly Lock _accepting = new();

    // Held back, so that there is a descriptor to take a connection with, and hang up, when the process has run out of them.
    private int _spare = LibC.EventFd(0, LibC.EFD_CLOEXEC);

    private TcpListenSocket(int fd, long id, IpEndpoint local)
    {
        Fd = fd;
        Id = id;
        Local = local;
    }

    public int Fd { get; }

    /// <summary>Node-wide number, never reused.</summary>
    public long Id { get; }

    public IpEndpoint Local { get; }

    /// <summary>
    /// Binds one socket per thread to one address. The backlog of each is as large as the kernel allows (<c>net.core.somaxconn</c>): it cuts
    /// what is asked for.
    /// </summary>
    /// <exception cref="SystemCallException">The address is in use, not on this machine, or not permitted.</exception>
    public static TcpListenSocket[] Bind(IpEndpoint local, long id, int threads)
    {
        var descriptors = BoundDescriptor.Open(LibC.SOCK_STREAM, local, threads, out var bound);
        foreach (var fd in descriptors)
        {
            if (LibC.Listen(fd, int.MaxValue) < 0)
            {
                var error = SystemCallException.Last($"listen tcp {bound}");
                Array.ForEach(descriptors, static opened => _ = LibC.Close(opened));
                throw error;
            }
        }

        return Array.ConvertAll(descriptors, fd => new TcpListenSocket(fd, id, bound));
    }

    /// <summary>Takes a connection that waits; false when none does, or none can be taken now.</summary>
    /// <param name="fd">The connection's descriptor, non-blocking.</param>
    /// <param name="remote">Who called.</param>
    /// <param name="exhausted">The process has no descriptor left; a connection was hung up on.</param>
    public bool TryAccept(out int fd, out IpEndpoint remote, out bool exhausted)
    {
        remote = default;
        exhausted = false;
        var address = stackalloc byte[SocketAddress.MaxLength];
        while (true)
        {
            uint length = SocketAddress.MaxLength;
            fd = Accept(address, &length, out var error);
            if (fd >= 0)
            {
                if (fd >= LibC.MaxDescriptors() - Reserved)
                {
                    exhausted = true;
                    _ = LibC.Close(fd);
                    continue;
                }

                if (SocketAddress.TryRead(new ReadOnlySpan<byte>(address, (int)length), out remote))
                {
                    exhausted = false;
                    return true;
                }

                _ = LibC.Close(fd);
                continue;
            }

            switch (error)
            {
                case LibC.EAGAIN:
                    return false;
                case LibC.EMFILE or LibC.ENFILE:
                    exhausted = true;
                    HangUpOnOne();
                    return false;
            }

            // Anything else concerns a connection that broke while it waited.
        }
    }

    public void Dispose()
    {
        _ = LibC.Close(Fd);
        if (_spare >= 0)
        {
            _ = LibC.Close(_spare);
        }
    }

    private int Accept(byte* address, uint* length, out int error)
    {
        lock (_accepting)
        {
            var fd = LibC.Accept(Fd, address, length, LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);
            error = Marshal.GetLastPInvokeError();
            return fd;
        }
    }

    /// <summary>Left in the backlog the connection would wake the thread without end.</summary>
    private void HangUpOnOne()
    {
        lock (_accepting)
        {
            // Below 0: somebody else in the process was faster, the last time.
            if (_spare >= 0)
            {
                _ = LibC.Close(_spare);
            }

            var fd = LibC.Accept(Fd, null, null, LibC.SOCK_CLOEXEC);
            if (fd >= 0)
            {
                _ = LibC.Close(fd);
            }

            _spare = LibC.EventFd(0, LibC.EFD_CLOEXEC);
        }
    }
}

using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>A bound, non-blocking UDP socket with its send batch. Media thread only, once made.</summary>
internal sealed unsafe class UdpSocket : IDisposable
{
    private const int BufferBytes = 4 << 20;

    private readonly SendBatch _batch = new();

    private UdpSocket(int fd, long id, IpEndpoint local)
    {
        Fd = fd;
        Id = id;
        Local = local;
    }

    public int Fd { get; }

    /// <summary>Node-wide number, never reused.</summary>
    public long Id { get; }

    public IpEndpoint Local { get; }

    public SendBatch Batch => _batch;

    /// <exception cref="SystemCallException">The address is in use, not on this machine, or not permitted.</exception>
    public static UdpSocket Bind(IpEndpoint local, long id)
    {
        var fd = LibC.Socket(local.IsIPv4 ? LibC.AF_INET : LibC.AF_INET6, LibC.SOCK_DGRAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0)
        {
            throw SystemCallException.Last("socket");
        }

        try
        {
            if (!local.IsIPv4)
            {
                SetOption(fd, LibC.IPPROTO_IPV6, LibC.IPV6_V6ONLY, 1);
            }

            // The kernel caps both at net.core.{r,w}mem_max without an error.
            SetOption(fd, LibC.SOL_SOCKET, LibC.SO_RCVBUF, BufferBytes);
            SetOption(fd, LibC.SOL_SOCKET, LibC.SO_SNDBUF, BufferBytes);

            var address = stackalloc byte[SocketAddress.MaxLength];
            var length = (uint)SocketAddress.Write(local, new Span<byte>(address, SocketAddress.MaxLength));
            if (LibC.Bind(fd, address, length) < 0)
            {
                throw SystemCallException.Last($"bind udp {local}");
            }

            length = SocketAddress.MaxLength;
            if (LibC.GetSockName(fd, address, &length) < 0 || !SocketAddress.TryRead(new ReadOnlySpan<byte>(address, (int)length), out var bound))
            {
                throw SystemCallException.Last("getsockname");
            }

            return new UdpSocket(fd, id, bound);
        }
        catch
        {
            _ = LibC.Close(fd);
            throw;
        }
    }

    public void Flush()
    {
        if (!_batch.IsEmpty)
        {
            _batch.Flush(Fd);
        }
    }

    public void Dispose()
    {
        Flush();
        _ = LibC.Close(Fd);
        _batch.Dispose();
    }

    private static void SetOption(int fd, int level, int name, int value) => _ = LibC.SetSockOpt(fd, level, name, &value, sizeof(int));
}

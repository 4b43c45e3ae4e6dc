using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>A bound, non-blocking UDP socket with its send batch. Media thread only, once made.</summary>
internal sealed class UdpSocket : IListenSocket
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

    /// <summary>Node-wide number of the address, never reused; the same for the sockets of all threads.</summary>
    public long Id { get; }

    public IpEndpoint Local { get; }

    public SendBatch Batch => _batch;

    /// <summary>Binds one socket per thread to one address.</summary>
    /// <exception cref="SystemCallException">The address is in use, not on this machine, or not permitted.</exception>
    public static UdpSocket[] Bind(IpEndpoint local, long id, int threads)
    {
        var descriptors = BoundDescriptor.Open(LibC.SOCK_DGRAM, local, threads, out var bound);
        foreach (var fd in descriptors)
        {
            // The kernel caps both at net.core.{r,w}mem_max without an error.
            BoundDescriptor.SetOption(fd, LibC.SOL_SOCKET, LibC.SO_RCVBUF, BufferBytes);
            BoundDescriptor.SetOption(fd, LibC.SOL_SOCKET, LibC.SO_SNDBUF, BufferBytes);

            // An old kernel refuses, and gives each datagram by itself.
            BoundDescriptor.SetOption(fd, LibC.SOL_UDP, LibC.UDP_GRO, 1);
        }

        return Array.ConvertAll(descriptors, fd => new UdpSocket(fd, id, bound));
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
        _ = LibC.Close(Fd);
        _batch.Dispose();
    }
}

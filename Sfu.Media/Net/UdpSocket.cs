using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>A bound, non-blocking UDP socket with its send batch. Media thread only, once made.</summary>
internal sealed class UdpSocket : IDisposable
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
        var fd = BoundDescriptor.Open(LibC.SOCK_DGRAM, local, out var bound);

        // The kernel caps both at net.core.{r,w}mem_max without an error.
        BoundDescriptor.SetOption(fd, LibC.SOL_SOCKET, LibC.SO_RCVBUF, BufferBytes);
        BoundDescriptor.SetOption(fd, LibC.SOL_SOCKET, LibC.SO_SNDBUF, BufferBytes);
        return new UdpSocket(fd, id, bound);
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
}

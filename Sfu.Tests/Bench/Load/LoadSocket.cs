using System.Buffers.Binary;
using System.Text;

namespace Sfu.Bench.Load;

/// <summary>
/// One UDP socket for all transports of a <see cref="LoadPeer"/>, bound to every address of the loopback interface and to nothing else.
/// It is polled, never waited for, so that delivering to it wakes nobody: a client on another machine would not cost that either.
/// Nor would cutting apart for it what was sent as a run, where the sender's network card does that: then it takes runs as they come.
/// </summary>
internal sealed unsafe class LoadSocket : IDisposable
{
    private const int BufferBytes = 64 << 20;

    private readonly SendRing _out = new();

    /// <param name="takesRuns">Whether runs of datagrams come to it whole (<c>UDP_GRO</c>).</param>
    public LoadSocket(bool takesRuns)
    {
        In = new ReceiveRing(takesRuns ? ReceiveRing.RunBytes : ReceiveRing.DatagramBytes);
        Fd = Native.Check(Native.Socket(Native.AF_INET, Native.SOCK_DGRAM | Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC, 0), "socket");
        var name = Encoding.ASCII.GetBytes("lo\0");
        fixed (byte* device = name)
        {
            Native.Check(Native.SetSockOpt(Fd, Native.SOL_SOCKET, Native.SO_BINDTODEVICE, device, (uint)name.Length), "SO_BINDTODEVICE");
        }

        Native.SetOption(Fd, Native.IPPROTO_IP, Native.IP_PKTINFO, 1, "IP_PKTINFO");
        if (takesRuns)
        {
            Native.SetOption(Fd, Native.IPPROTO_UDP, Native.UDP_GRO, 1, "UDP_GRO");
        }

        if (!TryForce(Native.SO_RCVBUFFORCE))
        {
            // Without the capability net.core.rmem_max is the bound; loss is then less easily told from a slow load side.
            Native.SetOption(Fd, Native.SOL_SOCKET, Native.SO_RCVBUF, BufferBytes, "SO_RCVBUF");
        }

        _ = TryForce(Native.SO_SNDBUFFORCE);
        var any = new Native.Address { Family = Native.AF_INET };
        Native.Check(Native.Bind(Fd, &any, (uint)sizeof(Native.Address)), "bind");
        Native.Address bound;
        var length = (uint)sizeof(Native.Address);
        Native.Check(Native.GetSockName(Fd, &bound, &length), "getsockname");
        Port = BinaryPrimitives.ReverseEndianness(bound.Port);
    }

    public int Fd { get; }

    public ushort Port { get; }

    public ReceiveRing In { get; }

    public long Refused => _out.Refused;

    /// <summary>Whether the kernel stamps arrivals. It costs whoever sends to this socket some nanoseconds a packet.</summary>
    public void StampArrivals(bool on) => Native.SetOption(Fd, Native.SOL_SOCKET, Native.SO_TIMESTAMPNS, on ? 1 : 0, "SO_TIMESTAMPNS");

    /// <summary>Where the next datagram is written.</summary>
    public Span<byte> Begin()
    {
        if (_out.IsFull)
        {
            Flush();
        }

        return _out.Free;
    }

    public void Commit(int length, uint localIp, in Native.Address remote) => _out.Add(length, localIp, remote);

    public void Flush() => _out.Flush(Fd);

    public void Dispose()
    {
        _ = Native.Close(Fd);
        In.Dispose();
        _out.Dispose();
    }

    private bool TryForce(int option)
    {
        var bytes = BufferBytes;
        return Native.SetSockOpt(Fd, Native.SOL_SOCKET, option, &bytes, sizeof(int)) == 0;
    }
}

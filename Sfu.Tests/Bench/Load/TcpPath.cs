using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Bench.Load;

/// <summary>One ICE-TCP connection: frames of RFC 4571 both ways. Load thread only.</summary>
internal sealed unsafe class TcpPath : IDisposable
{
    private const int QueueBytes = 1 << 20;
    private const int ReadBytes = 256 * 1024;

    private static readonly byte[] s_buffer = GC.AllocateUninitializedArray<byte>(ReadBytes, pinned: true);

    private readonly int _fd;
    private readonly FrameReader _frames = new();
    private readonly FrameQueue _waiting = new(QueueBytes);

    public TcpPath(uint localIp, Native.Address remote)
    {
        _fd = Native.Check(Native.Socket(Native.AF_INET, Native.SOCK_STREAM | Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC, 0), "socket");
        Native.SetOption(_fd, Native.IPPROTO_TCP, Native.TCP_NODELAY, 1, "TCP_NODELAY");
        var local = new Native.Address { Family = Native.AF_INET, Ip = localIp };
        Native.Check(Native.Bind(_fd, &local, (uint)sizeof(Native.Address)), "bind");
        if (Native.Connect(_fd, &remote, (uint)sizeof(Native.Address)) < 0 && Marshal.GetLastPInvokeError() != Native.EINPROGRESS)
        {
            throw new InvalidOperationException($"connect: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public void Send(ReadOnlySpan<byte> packet)
    {
        _ = _waiting.TryEnqueue(packet);
        Flush();
    }

    public void Flush()
    {
        while (_waiting.Count > 0)
        {
            var bytes = _waiting.Peek();
            fixed (byte* start = bytes)
            {
                var sent = Native.Send(_fd, start, (nuint)bytes.Length, Native.MSG_DONTWAIT | Native.MSG_NOSIGNAL);
                if (sent <= 0)
                {
                    // Not connected yet, or full: later.
                    return;
                }

                _waiting.Consume((int)sent);
            }
        }
    }

    /// <summary>Reads what waits and hands on each frame.</summary>
    /// <returns>Whether anything waited.</returns>
    public bool Receive(LoadTransport transport)
    {
        nint length;
        fixed (byte* buffer = s_buffer)
        {
            length = Native.Receive(_fd, buffer, ReadBytes, Native.MSG_DONTWAIT);
        }

        if (length <= 0)
        {
            return false;
        }

        var input = s_buffer.AsSpan(0, (int)length);
        var arrived = Native.RealTimeNs();
        while (_frames.TryRead(ref input, out var frame) == FrameStatus.Frame)
        {
            transport.OnPacket(frame, arrived);
        }

        return true;
    }

    public void Dispose() => _ = Native.Close(_fd);
}

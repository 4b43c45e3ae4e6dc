using System.Runtime.InteropServices;

namespace Sfu.Media.Net;

/// <summary>An epoll set whose entries carry a 64-bit tag. Media thread only.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int MaxHappenings = 64;

    // struct epoll_event is packed on x86-64 only: the tag follows at once there, and at offset 8 elsewhere.
    private static readonly int TagOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Stride = TagOffset + 8;

    private readonly int _fd;
    private readonly byte* _happenings;

    public Epoll()
    {
        _fd = LibC.EpollCreate(LibC.EPOLL_CLOEXEC);
        if (_fd < 0)
        {
            throw SystemCallException.Last($"epoll_create1");
        }

        _happenings = (byte*)NativeMemory.AllocZeroed((nuint)(MaxHappenings * Stride));
    }

    public void Add(int fd, uint interest, long tag) => Control(LibC.EPOLL_CTL_ADD, fd, interest, tag);

    public void Modify(int fd, uint interest, long tag) => Control(LibC.EPOLL_CTL_MOD, fd, interest, tag);

    public void Remove(int fd) => Control(LibC.EPOLL_CTL_DEL, fd, 0, 0);

    /// <summary>Waits; −1 waits without end. Returns the number of happenings, 0 also when a signal interrupted.</summary>
    public int Wait(int timeoutMs)
    {
        var count = LibC.EpollWait(_fd, _happenings, MaxHappenings, timeoutMs);
        if (count >= 0)
        {
            return count;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == LibC.EINTR ? 0 : throw new SystemCallException("epoll_wait", error);
    }

    public long Tag(int index) => *(long*)(_happenings + (index * Stride) + TagOffset);

    public uint Flags(int index) => *(uint*)(_happenings + (index * Stride));

    public void Dispose()
    {
        _ = LibC.Close(_fd);
        NativeMemory.Free(_happenings);
    }

    private void Control(int operation, int fd, uint interest, long tag)
    {
        var happening = stackalloc byte[16];
        *(uint*)happening = interest;
        *(long*)(happening + TagOffset) = tag;
        if (LibC.EpollCtl(_fd, operation, fd, happening) < 0)
        {
            throw SystemCallException.Last($"epoll_ctl");
        }
    }
}

using System.Runtime.InteropServices;

namespace Sfu.Media.Net;

/// <summary>
/// How other threads wake a media thread that sleeps in epoll: by an eventfd, and only then. A thread that is at work looks into its queues
/// by itself, so handing it something costs no system call.
/// </summary>
/// <remarks>
/// The sleeper declares itself, looks once more into its queues, and sleeps; the waker queues first and then looks whether somebody sleeps.
/// With a full fence in between on both sides one of them sees the other.
/// </remarks>
internal sealed unsafe class WakeUp : IDisposable
{
    private readonly Lock _closing = new();
    private int _asleep;
    private bool _closed;

    public WakeUp()
    {
        Fd = LibC.EventFd(0, LibC.EFD_NONBLOCK | LibC.EFD_CLOEXEC);
        if (Fd < 0)
        {
            throw SystemCallException.Last($"eventfd");
        }
    }

    public int Fd { get; }

    /// <summary>Any thread, after something was queued.</summary>
    public void Signal()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _asleep) == 0 || Interlocked.Exchange(ref _asleep, 0) == 0)
        {
            return;
        }

        // The descriptor's number may be another file's once it is closed. The media thread never takes this lock while it runs.
        lock (_closing)
        {
            if (!_closed)
            {
                ulong one = 1;
                _ = LibC.Write(Fd, &one, sizeof(ulong));
            }
        }
    }

    /// <summary>Media thread only: it sleeps next, unless it finds something in its queues after this call.</summary>
    public void Declare()
    {
        Volatile.Write(ref _asleep, 1);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Media thread only: it is at work again.</summary>
    public void Revoke() => Volatile.Write(ref _asleep, 0);

    /// <summary>Media thread only, when epoll says that somebody signaled.</summary>
    public void Acknowledge()
    {
        ulong value;
        _ = LibC.Read(Fd, &value, sizeof(ulong));
    }

    public void Dispose()
    {
        lock (_closing)
        {
            _closed = true;
            _ = LibC.Close(Fd);
        }
    }
}

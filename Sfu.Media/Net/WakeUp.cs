using System.Runtime.InteropServices;

namespace Sfu.Media.Net;

/// <summary>An eventfd by which any thread wakes the media thread. Signals coalesce: a thread already woken is not written to again.</summary>
internal sealed unsafe class WakeUp : IDisposable
{
    private readonly Lock _closing = new();
    private int _signaled;
    private bool _closed;

    public WakeUp()
    {
        Fd = LibC.EventFd(0, LibC.EFD_NONBLOCK | LibC.EFD_CLOEXEC);
        if (Fd < 0)
        {
            throw SystemCallException.Last("eventfd");
        }
    }

    public int Fd { get; }

    /// <summary>Any thread.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signaled, 1) != 0)
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

    /// <summary>Media thread only, before it looks into its queues: what is queued later signals again.</summary>
    public void Acknowledge()
    {
        ulong value;
        _ = LibC.Read(Fd, &value, sizeof(ulong));
        Interlocked.Exchange(ref _signaled, 0);
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

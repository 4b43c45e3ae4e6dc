namespace Sfu.Media.Net;

/// <summary>Which thread the system prefers where several want a processor (setpriority(2), which on Linux is about one thread).</summary>
internal static class ThreadNiceness
{
    private const int OfThread = 0;

    /// <summary>Changes the calling thread's niceness. A lower one than before takes a privilege, CAP_SYS_NICE.</summary>
    /// <param name="nice">−20 (first) … 19 (last).</param>
    /// <returns>What it is now.</returns>
    public static int Set(int nice)
    {
        // Refused without the privilege: the thread then works as all others do.
        _ = LibC.SetPriority(OfThread, 0, nice);
        return LibC.GetPriority(OfThread, 0);
    }
}

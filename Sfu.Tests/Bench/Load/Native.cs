using System.Runtime.InteropServices;

namespace Sfu.Bench.Load;

/// <summary>
/// The system calls of the load side, 64-bit Linux. Its own, not the media plane's: what is measured must be free to change without
/// changing what it is measured by.
/// </summary>
internal static unsafe partial class Native
{
    public const int AF_INET = 2;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SOL_SOCKET = 1;
    public const int SO_RCVBUF = 8;
    public const int SO_BINDTODEVICE = 25;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_TIMESTAMPNS = 35;
    public const int IPPROTO_IP = 0;
    public const int IPPROTO_TCP = 6;
    public const int IPPROTO_UDP = 17;
    public const int IP_PKTINFO = 8;
    public const int UDP_GRO = 104;
    public const int TCP_NODELAY = 1;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int PRIO_PROCESS = 0;
    public const int CLOCK_REALTIME = 0;
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int EINPROGRESS = 115;

    private const string Library = "libc";

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary><c>struct mmsghdr</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    public struct MultiMessage
    {
        [FieldOffset(0)]
        public byte* Name;

        [FieldOffset(8)]
        public uint NameLength;

        [FieldOffset(16)]
        public IoVector* Vectors;

        [FieldOffset(24)]
        public nuint VectorCount;

        [FieldOffset(32)]
        public byte* Control;

        [FieldOffset(40)]
        public nuint ControlLength;

        [FieldOffset(48)]
        public int Flags;

        [FieldOffset(56)]
        public uint Length;
    }

    /// <summary><c>struct sockaddr_in</c>; port and address in network order.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    public struct Address
    {
        public ushort Family;
        public ushort Port;
        public uint Ip;
    }

    /// <summary><c>struct in_pktinfo</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PacketInfo
    {
        public int Interface;
        public uint SpecificDestination;
        public uint Destination;
    }

    /// <summary><c>struct cmsghdr</c> with <see cref="PacketInfo"/> behind it, padded as the kernel wants it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    public struct PacketInfoControl
    {
        public const int UsedBytes = 28;

        public nuint Length;
        public int Level;
        public int Type;
        public PacketInfo Info;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;

        public readonly long Ns => (Seconds * 1_000_000_000) + Nanoseconds;
    }

    /// <summary>On Linux of one thread; the calling one with <paramref name="who"/> 0.</summary>
    [LibraryImport(Library, EntryPoint = "setpriority")]
    public static partial int SetPriority(int which, int who, int nice);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, Address* address, uint length);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int fd, Address* address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSockName(int fd, Address* address, uint* length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSockOpt(int fd, int level, int name, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int RecvMMsg(int fd, MultiMessage* messages, uint count, int flags, void* timeout);

    [LibraryImport(Library, EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMMsg(int fd, MultiMessage* messages, uint count, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "nanosleep")]
    public static partial int NanoSleep(TimeSpec* duration, TimeSpec* remaining);

    [LibraryImport(Library, EntryPoint = "clock_gettime")]
    public static partial int ClockGetTime(int clock, TimeSpec* time);

    /// <summary>The clock of the kernel's receive time stamps, in ns.</summary>
    public static long RealTimeNs()
    {
        TimeSpec time;
        _ = ClockGetTime(CLOCK_REALTIME, &time);
        return time.Ns;
    }

    public static int Check(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    public static void SetOption(int fd, int level, int name, int value, string call) =>
        Check(SetSockOpt(fd, level, name, &value, sizeof(int)), call);
}

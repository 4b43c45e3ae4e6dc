using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sfu.Tests.Support;

/// <summary>The TCP connections of this process, whoever in it has opened them.</summary>
internal static partial class OwnConnections
{
    private const int AddressFamilyInet = 2;
    private const int AddressFamilyInet6 = 10;
    private const int ShutdownBoth = 2;

    /// <summary>Ends every connection that has this port at one of its ends, as a middlebox would: neither end has asked for it.</summary>
    /// <returns>How many ends were in this process.</returns>
    public static int Break(int port)
    {
        var broken = 0;
        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var socket)
                && PortOf(socket, PeerName) is { } remote && PortOf(socket, OwnName) is { } local && (remote == port || local == port)
                && Shutdown(socket, ShutdownBoth) == 0)
            {
                broken++;
            }
        }

        return broken;
    }

    /// <summary>Null: it is no socket, or has no such end.</summary>
    private static int? PortOf(int socket, NameOf name)
    {
        Span<byte> address = stackalloc byte[128];
        var length = address.Length;
        return name(socket, ref MemoryMarshal.GetReference(address), ref length) == 0
            && MemoryMarshal.Read<ushort>(address) is AddressFamilyInet or AddressFamilyInet6
            ? BinaryPrimitives.ReadUInt16BigEndian(address[2..])
            : null;
    }

    private delegate int NameOf(int socket, ref byte address, ref int length);

    [LibraryImport("libc", EntryPoint = "getpeername")]
    private static partial int PeerName(int socket, ref byte address, ref int length);

    [LibraryImport("libc", EntryPoint = "getsockname")]
    private static partial int OwnName(int socket, ref byte address, ref int length);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(int socket, int how);
}

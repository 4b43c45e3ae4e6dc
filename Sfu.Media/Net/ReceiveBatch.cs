using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Native slots that <c>recvmmsg</c> fills. What the kernel has put together (<c>UDP_GRO</c>: a run of datagrams of one peer, of one length,
/// the last one may be shorter) arrives in one slot and is given out datagram by datagram. Media thread only.
/// </summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Slots = 32;

    /// <summary>A datagram longer than this is dropped: no peer has reason to send one.</summary>
    public const int MaxDatagramBytes = 2048;

    private const int SlotBytes = 65_536;

    // A stride that is no power of two: the beginnings of the slots, which are what is used, fall into different cache sets.
    private const int StrideBytes = SlotBytes + (20 * 64);
    private const int ControlBytes = 64;
    private const int MsgTrunc = 0x20;

    private readonly byte* _memory;
    private readonly byte* _addresses;
    private readonly byte* _control;
    private readonly LibC.IoVector* _vectors;
    private readonly LibC.MultiMessage* _messages;

    public ReceiveBatch()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(Slots * StrideBytes, 64);
        _addresses = (byte*)NativeMemory.AllocZeroed(Slots * SocketAddress.MaxLength);
        _control = (byte*)NativeMemory.AllocZeroed(Slots * ControlBytes);
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.IoVector)));
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.MultiMessage)));
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i] = new LibC.IoVector { Base = _memory + (i * StrideBytes), Length = SlotBytes };
            _messages[i].Name = _addresses + (i * SocketAddress.MaxLength);
            _messages[i].Vectors = &_vectors[i];
            _messages[i].VectorCount = 1;
            _messages[i].Control = _control + (i * ControlBytes);
        }
    }

    /// <summary>Receives what waits on the socket, at most <see cref="Slots"/> messages. Returns 0 when nothing waits.</summary>
    public int Receive(int fd)
    {
        // The kernel overwrites these fields at each call.
        for (var i = 0; i < Slots; i++)
        {
            _messages[i].NameLength = SocketAddress.MaxLength;
            _messages[i].ControlLength = ControlBytes;
            _messages[i].Flags = 0;
        }

        // Errors here are transient or an ICMP report about an earlier send: the next wait tells.
        return Math.Max(0, LibC.RecvMMsg(fd, _messages, Slots, LibC.MSG_DONTWAIT, null));
    }

    /// <summary>What one message holds: datagrams of <paramref name="segmentBytes"/> each, the last one may be shorter.</summary>
    public Span<byte> Message(int index, out int segmentBytes)
    {
        ref var message = ref _messages[index];
        segmentBytes = SegmentBytes(message);
        return (message.Flags & MsgTrunc) != 0 || segmentBytes > MaxDatagramBytes
            ? default
            : new Span<byte>(_memory + (index * StrideBytes), (int)message.Length);
    }

    public bool TryGetSource(int index, out IpEndpoint source) =>
        SocketAddress.TryRead(new ReadOnlySpan<byte>(_messages[index].Name, (int)_messages[index].NameLength), out source);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_control);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    private static int SegmentBytes(in LibC.MultiMessage message)
    {
        // struct cmsghdr: length, level, type; then an int.
        var control = message.Control;
        return message.ControlLength >= 20 && *(int*)(control + 8) == LibC.SOL_UDP && *(int*)(control + 12) == LibC.UDP_GRO
            ? Math.Max(1, *(int*)(control + 16))
            : Math.Max(1, (int)message.Length);
    }
}

using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>Native slots that <c>recvmmsg</c> fills. Media thread only.</summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Slots = 64;

    /// <summary>A datagram longer than a slot is truncated by the kernel and then dropped: no peer has reason to send one.</summary>
    public const int SlotBytes = 2048;

    private const int MsgTrunc = 0x20;

    private readonly byte* _memory;
    private readonly byte* _addresses;
    private readonly LibC.IoVector* _vectors;
    private readonly LibC.MultiMessage* _messages;

    public ReceiveBatch()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(Slots * SlotBytes, 64);
        _addresses = (byte*)NativeMemory.AllocZeroed(Slots * SocketAddress.MaxLength);
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.IoVector)));
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.MultiMessage)));
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i] = new LibC.IoVector { Base = _memory + (i * SlotBytes), Length = SlotBytes };
            _messages[i].Name = _addresses + (i * SocketAddress.MaxLength);
            _messages[i].Vectors = &_vectors[i];
            _messages[i].VectorCount = 1;
        }
    }

    /// <summary>Receives what waits on the socket, at most <see cref="Slots"/> datagrams. Returns 0 when nothing waits.</summary>
    public int Receive(int fd)
    {
        // The kernel overwrites both fields at each call.
        for (var i = 0; i < Slots; i++)
        {
            _messages[i].NameLength = SocketAddress.MaxLength;
            _messages[i].Flags = 0;
        }

        // Errors here are transient or an ICMP report about an earlier send: the next wait tells.
        return Math.Max(0, LibC.RecvMMsg(fd, _messages, Slots, LibC.MSG_DONTWAIT, null));
    }

    public Span<byte> Datagram(int index) =>
        (_messages[index].Flags & MsgTrunc) != 0 ? default : new Span<byte>(_memory + (index * SlotBytes), (int)_messages[index].Length);

    public bool TryGetSource(int index, out IpEndpoint source) =>
        SocketAddress.TryRead(new ReadOnlySpan<byte>(_messages[index].Name, (int)_messages[index].NameLength), out source);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }
}

using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Native slots that gather datagrams for one socket and leave together by <c>sendmmsg</c>, in the order in which they were
/// put in. Media thread only.
/// </summary>
internal sealed unsafe class SendBatch : IDisposable
{
    public const int Slots = 64;
    public const int SlotBytes = 2048;

    private readonly byte* _memory;
    private readonly byte* _addresses;
    private readonly LibC.IoVector* _vectors;
    private readonly LibC.MultiMessage* _messages;
    private int _count;

    public SendBatch()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(Slots * SlotBytes, 64);
        _addresses = (byte*)NativeMemory.AllocZeroed(Slots * SocketAddress.MaxLength);
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.IoVector)));
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.MultiMessage)));
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i].Base = _memory + (i * SlotBytes);
            _messages[i].Name = _addresses + (i * SocketAddress.MaxLength);
            _messages[i].Vectors = &_vectors[i];
            _messages[i].VectorCount = 1;
        }
    }

    public bool IsEmpty => _count == 0;

    public bool IsFull => _count == Slots;

    /// <summary>Datagrams that the kernel refused for want of room. Media is real-time: what cannot leave now is dropped, and counted.</summary>
    public long Dropped { get; private set; }

    /// <summary>The free slot. Precondition: not <see cref="IsFull"/>. It counts only after <see cref="Add"/>.</summary>
    public Span<byte> FreeSlot => new(_memory + (_count * SlotBytes), SlotBytes);

    public void Add(in IpEndpoint remote, int length)
    {
        _vectors[_count].Length = (nuint)length;
        _messages[_count].NameLength = (uint)SocketAddress.Write(remote, new Span<byte>(_messages[_count].Name, SocketAddress.MaxLength));
        _count++;
    }

    public void Flush(int fd)
    {
        var sent = 0;
        while (sent < _count)
        {
            var n = LibC.SendMMsg(fd, _messages + sent, (uint)(_count - sent), LibC.MSG_DONTWAIT);
            if (n > 0)
            {
                sent += n;
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == LibC.EINTR)
            {
                continue;
            }

            if (error is LibC.EAGAIN or LibC.ENOBUFS)
            {
                Dropped += _count - sent;
                break;
            }

            // Anything else concerns the first datagram alone (unreachable, ICMP report, refused by a filter): the rest may leave.
            Dropped++;
            sent++;
        }

        _count = 0;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }
}

using System.Runtime.InteropServices;

namespace Sfu.Bench.Load;

/// <summary>Native slots that <c>recvmmsg</c> fills, with each message's destination and, when asked for, the kernel's time of arrival.</summary>
internal sealed unsafe class ReceiveRing : IDisposable
{
    public const int Slots = 64;
    public const int DatagramBytes = 2048;
    public const int RunBytes = 65_536;

    private const int ControlBytes = 128;
    private const int ControlHeaderBytes = 16;

    private readonly int _slotBytes;
    private readonly byte* _memory;
    private readonly byte* _control = (byte*)NativeMemory.AllocZeroed(Slots * ControlBytes);
    private readonly Native.IoVector* _vectors = (Native.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.IoVector)));
    private readonly Native.MultiMessage* _messages = (Native.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.MultiMessage)));

    /// <param name="slotBytes">What one message can have.</param>
    public ReceiveRing(int slotBytes)
    {
        _slotBytes = slotBytes;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(Slots * slotBytes), 64);
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i] = new Native.IoVector { Base = _memory + (i * slotBytes), Length = (nuint)slotBytes };
            _messages[i].Vectors = &_vectors[i];
            _messages[i].VectorCount = 1;
            _messages[i].Control = _control + (i * ControlBytes);
        }
    }

    /// <returns>Messages received; 0 when none waits.</returns>
    public int Receive(int fd)
    {
        for (var i = 0; i < Slots; i++)
        {
            _messages[i].ControlLength = ControlBytes;
        }

        return Math.Max(0, Native.RecvMMsg(fd, _messages, Slots, Native.MSG_DONTWAIT, null));
    }

    public Span<byte> Message(int index) => new(_memory + (index * _slotBytes), (int)_messages[index].Length);

    /// <param name="index">Of the message.</param>
    /// <param name="destination">As <c>in_addr</c>.</param>
    /// <param name="arrivedNs">The kernel's time stamp; 0 when the socket has none.</param>
    /// <param name="segmentBytes">How long each of its datagrams is, but for the last one, which may be shorter.</param>
    public void ReadControl(int index, out uint destination, out long arrivedNs, out int segmentBytes)
    {
        segmentBytes = _slotBytes;
        destination = 0;
        arrivedNs = 0;
        var control = _messages[index].Control;
        var left = (long)_messages[index].ControlLength;
        while (left >= ControlHeaderBytes)
        {
            // cmsg(3): the kernel writes whole, aligned headers with their own length in front.
            var length = *(long*)control;
            var level = *(int*)(control + 8);
            var type = *(int*)(control + 12);
            if (level == Native.IPPROTO_IP && type == Native.IP_PKTINFO)
            {
                destination = ((Native.PacketInfo*)(control + ControlHeaderBytes))->Destination;
            }
            else if (level == Native.SOL_SOCKET && type == Native.SO_TIMESTAMPNS)
            {
                arrivedNs = ((Native.TimeSpec*)(control + ControlHeaderBytes))->Ns;
            }

            else if (level == Native.IPPROTO_UDP && type == Native.UDP_GRO)
            {
                segmentBytes = *(int*)(control + ControlHeaderBytes);
            }

            var step = (length + 7) & ~7L;
            if (step < ControlHeaderBytes)
            {
                return;
            }

            control += step;
            left -= step;
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_control);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }
}

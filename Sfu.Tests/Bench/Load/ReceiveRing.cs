using System.Runtime.InteropServices;

namespace Sfu.Bench.Load;

/// <summary>Native slots that <c>recvmmsg</c> fills, with each datagram's destination and, when asked for, the kernel's time of arrival.</summary>
internal sealed unsafe class ReceiveRing : IDisposable
{
    public const int Slots = 64;
    public const int SlotBytes = 2048;

    private const int ControlBytes = 96;
    private const int ControlHeaderBytes = 16;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(Slots * SlotBytes, 64);
    private readonly byte* _control = (byte*)NativeMemory.AllocZeroed(Slots * ControlBytes);
    private readonly Native.IoVector* _vectors = (Native.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.IoVector)));
    private readonly Native.MultiMessage* _messages = (Native.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.MultiMessage)));

    public ReceiveRing()
    {
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i] = new Native.IoVector { Base = _memory + (i * SlotBytes), Length = SlotBytes };
            _messages[i].Vectors = &_vectors[i];
            _messages[i].VectorCount = 1;
            _messages[i].Control = _control + (i * ControlBytes);
        }
    }

    /// <returns>Datagrams received; 0 when none waits.</returns>
    public int Receive(int fd)
    {
        for (var i = 0; i < Slots; i++)
        {
            _messages[i].ControlLength = ControlBytes;
        }

        return Math.Max(0, Native.RecvMMsg(fd, _messages, Slots, Native.MSG_DONTWAIT, null));
    }

    public Span<byte> Datagram(int index) => new(_memory + (index * SlotBytes), (int)_messages[index].Length);

    /// <param name="index">Of the datagram.</param>
    /// <param name="destination">As <c>in_addr</c>.</param>
    /// <param name="arrivedNs">The kernel's time stamp; 0 when the socket has none.</param>
    public void ReadControl(int index, out uint destination, out long arrivedNs)
    {
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

using System.Runtime.InteropServices;

namespace Sfu.Bench.Load;

/// <summary>Native slots that leave together by <c>sendmmsg</c>, each from the address of its transport.</summary>
internal sealed unsafe class SendRing : IDisposable
{
    public const int Slots = 64;
    public const int SlotBytes = 2048;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(Slots * SlotBytes, 64);
    private readonly Native.Address* _addresses = (Native.Address*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.Address)));
    private readonly Native.PacketInfoControl* _control =
        (Native.PacketInfoControl*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.PacketInfoControl)));

    private readonly Native.IoVector* _vectors = (Native.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.IoVector)));
    private readonly Native.MultiMessage* _messages = (Native.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(Native.MultiMessage)));
    private int _count;

    public SendRing()
    {
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i].Base = _memory + (i * SlotBytes);
            _control[i].Length = Native.PacketInfoControl.UsedBytes;
            _control[i].Level = Native.IPPROTO_IP;
            _control[i].Type = Native.IP_PKTINFO;
            _messages[i].Name = (byte*)&_addresses[i];
            _messages[i].NameLength = (uint)sizeof(Native.Address);
            _messages[i].Vectors = &_vectors[i];
            _messages[i].VectorCount = 1;
            _messages[i].Control = (byte*)&_control[i];
            _messages[i].ControlLength = (nuint)sizeof(Native.PacketInfoControl);
        }
    }

    /// <summary>Datagrams that the kernel refused.</summary>
    public long Refused { get; private set; }

    public bool IsFull => _count == Slots;

    /// <summary>Precondition: not <see cref="IsFull"/>.</summary>
    public Span<byte> Free => new(_memory + (_count * SlotBytes), SlotBytes);

    /// <summary>What was written to <see cref="Free"/> shall leave.</summary>
    public void Add(int length, uint localIp, in Native.Address remote)
    {
        _vectors[_count].Length = (nuint)length;
        _control[_count].Info = new Native.PacketInfo { SpecificDestination = localIp };
        _addresses[_count] = remote;
        _count++;
    }

    public void Flush(int fd)
    {
        var sent = 0;
        while (sent < _count)
        {
            var n = Native.SendMMsg(fd, _messages + sent, (uint)(_count - sent), 0);
            if (n > 0)
            {
                sent += n;
            }
            else if (Marshal.GetLastPInvokeError() != Native.EINTR)
            {
                Refused++;
                sent++;
            }
        }

        _count = 0;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_control);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }
}

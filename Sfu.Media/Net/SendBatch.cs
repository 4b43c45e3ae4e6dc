using System.Runtime.InteropServices;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Native slots that gather datagrams for one socket and leave together by <c>sendmmsg</c>, in the order in which they were put in. A run
/// for one destination and of one length, the last one may be shorter, is one message that the kernel or the device cuts apart
/// (<c>UDP_SEGMENT</c>): most of what sending costs is per message. Media thread only.
/// </summary>
internal sealed unsafe class SendBatch : IDisposable
{
    public const int Slots = 64;
    public const int SlotBytes = 2048;

    /// <summary>The kernel's own limits of one message (<c>UDP_MAX_SEGMENTS</c>, 16-bit length).</summary>
    private const int MaxSegments = 64;
    private const int MaxRunBytes = 65_000;

    private const int ControlBytes = 24;
    private const int ControlLength = 18;

    /// <summary>Runs that a device refuses before none is tried any more.</summary>
    private const int MaxRefusals = 8;

    private const int RoomTimeoutMs = 1;

    private readonly byte* _memory;
    private readonly byte* _addresses;
    private readonly byte* _control;
    private readonly LibC.IoVector* _vectors;
    private readonly LibC.MultiMessage* _messages;
    private int _used;
    private int _count;

    // The run that the next datagram may join.
    private IpEndpoint _remote;
    private int _segmentBytes;
    private int _runBytes;
    private bool _isRunOpen;
    private int _refusals;

    public SendBatch()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(Slots * SlotBytes, 64);
        _addresses = (byte*)NativeMemory.AllocZeroed(Slots * SocketAddress.MaxLength);
        _control = (byte*)NativeMemory.AllocZeroed(Slots * ControlBytes);
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.IoVector)));
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.MultiMessage)));
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i].Base = _memory + (i * SlotBytes);
            _messages[i].Name = _addresses + (i * SocketAddress.MaxLength);

            // struct cmsghdr: length, level, type; then the length of a segment.
            var control = _control + (i * ControlBytes);
            *(nuint*)control = ControlLength;
            *(int*)(control + 8) = LibC.SOL_UDP;
            *(int*)(control + 12) = LibC.UDP_SEGMENT;
        }
    }

    public bool IsEmpty => _used == 0;

    public bool IsFull => _used == Slots;

    /// <summary>Whether runs leave as one message. Turned off for good when the kernel or the device keeps refusing them.</summary>
    public bool Segments { get; set; } = true;

    /// <summary>Datagrams that the kernel refused for want of room. Media is real-time: what cannot leave now is dropped, and counted.</summary>
    public long Dropped { get; private set; }

    /// <summary>Messages handed to the kernel, runs counted once.</summary>
    public long Messages { get; private set; }

    public long Datagrams { get; private set; }

    public DatagramCounts Counts => new(0, 0, Datagrams, Messages, Dropped);

    /// <summary>The free slot. Precondition: not <see cref="IsFull"/>. It counts only after <see cref="Add"/>.</summary>
    public Span<byte> FreeSlot => new(_memory + (_used * SlotBytes), SlotBytes);

    public void Add(in IpEndpoint remote, int length)
    {
        _vectors[_used].Length = (nuint)length;
        if (_isRunOpen && length <= _segmentBytes && _runBytes + length <= MaxRunBytes && remote.Equals(_remote))
        {
            Extend(length);
        }
        else
        {
            Begin(remote, length);
        }

        _used++;
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
            if (error == LibC.EINTR || (error is LibC.EAGAIN or LibC.ENOBUFS && LibC.WaitUntilWritable(fd, RoomTimeoutMs)))
            {
                continue;
            }

            if (error is LibC.EAGAIN or LibC.ENOBUFS)
            {
                for (; sent < _count; sent++)
                {
                    Dropped += (long)_messages[sent].VectorCount;
                }

                break;
            }

            if (_messages[sent].VectorCount > 1)
            {
                // This run is not to be cut apart on its way (no checksum offload, longer than the path takes): by hand, then.
                Segments &= ++_refusals < MaxRefusals;
                SendApart(fd, _messages[sent]);
            }
            else
            {
                // It concerns this datagram alone (unreachable, ICMP report, refused by a filter): the rest may leave.
                Dropped++;
            }

            sent++;
        }

        Messages += _count;
        Datagrams += _used;
        _count = 0;
        _used = 0;
        _isRunOpen = false;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_control);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    private void Begin(in IpEndpoint remote, int length)
    {
        ref var message = ref _messages[_count];
        message.NameLength = (uint)SocketAddress.Write(remote, new Span<byte>(message.Name, SocketAddress.MaxLength));
        message.Vectors = &_vectors[_used];
        message.VectorCount = 1;
        message.Control = null;
        message.ControlLength = 0;
        _count++;
        _remote = remote;
        _segmentBytes = length;
        _runBytes = length;
        _isRunOpen = Segments;
    }

    private void Extend(int length)
    {
        ref var message = ref _messages[_count - 1];
        if (message.VectorCount++ == 1)
        {
            message.Control = _control + ((_count - 1) * ControlBytes);
            message.ControlLength = ControlBytes;
            *(ushort*)(message.Control + 16) = (ushort)_segmentBytes;
        }

        _runBytes += length;
        _isRunOpen = length == _segmentBytes && message.VectorCount < MaxSegments;
    }

    private void SendApart(int fd, in LibC.MultiMessage run)
    {
        for (nuint i = 0; i < run.VectorCount; i++)
        {
            var one = run;
            one.Vectors = run.Vectors + i;
            one.VectorCount = 1;
            one.Control = null;
            one.ControlLength = 0;
            if (LibC.SendMMsg(fd, &one, 1, LibC.MSG_DONTWAIT) != 1)
            {
                Dropped++;
            }
        }
    }
}

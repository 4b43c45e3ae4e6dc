using System.Diagnostics;
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

    /// <summary>The longest that one batch holds up the thread for want of room, in steps of <see cref="RoomTimeoutMs"/>.</summary>
    private const int MaxWaits = 8;

    private const int RoomTimeoutMs = 1;

    private readonly byte* _memory;
    private readonly byte* _addresses;
    private readonly byte* _control;
    private readonly LibC.IoVector* _vectors;
    private readonly LibC.MultiMessage* _messages;
    private readonly SegmentRefusals _refusals = new();
    private int _used;
    private int _count;

    // The run that the next datagram may join.
    private IpEndpoint _remote;
    private int _segmentBytes;
    private int _runBytes;
    private bool _isRunOpen;

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

            // struct cmsghdr: length, level, type; then the length of a segment.
            var control = _control + (i * ControlBytes);
            *(nuint*)control = ControlLength;
            *(int*)(control + 8) = LibC.SOL_UDP;
            *(int*)(control + 12) = LibC.UDP_SEGMENT;
        }
    }

    public bool IsEmpty => _used == 0;

    public bool IsFull => _used == Slots;

    /// <summary>Whether runs leave as one message. Not for a while when the kernel or the device keeps refusing them.</summary>
    public bool Segments => MakesRuns && _refusals.IsUsable;

    /// <summary>Whether runs are made at all.</summary>
    public bool MakesRuns { get; set; } = true;

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

    public void Flush(int fd) => Flush(new SocketSendCall(fd));

    /// <summary>Sends all. What finds no room within some milliseconds is dropped with all behind it, so that nothing overtakes.</summary>
    public void Flush<TCall>(TCall call)
        where TCall : struct, ISendCall
    {
        var sent = 0;
        var waits = 0;
        while (sent < _count)
        {
            var n = call.Send(_messages + sent, (uint)(_count - sent));
            if (n > 0)
            {
                NoteAccepted(sent, n);
                sent += n;
                continue;
            }

            switch (-n)
            {
                case LibC.EINTR:
                    break;
                case LibC.EAGAIN or LibC.ENOBUFS or LibC.ENOMEM:
                    // A socket may call itself writable while the kernel has no memory for it: so tries are counted, not only their time.
                    if (++waits > MaxWaits || !call.WaitForRoom(RoomTimeoutMs))
                    {
                        for (; sent < _count; sent++)
                        {
                            Dropped += (long)_messages[sent].VectorCount;
                        }
                    }

                    break;
                case var error when _messages[sent].VectorCount > 1:
                    // This run is not to be cut apart on its way (no checksum offload, longer than the path takes): by hand, then.
                    NoteRefused(error, _messages[sent]);
                    CutApart(sent);
                    break;
                default:
                    // It concerns this datagram alone (unreachable, ICMP report, refused by a filter): the rest may leave.
                    Dropped++;
                    sent++;
                    break;
            }
        }

        Messages += _count;
        Datagrams += _used;
        if (!Segments)
        {
            _refusals.Sent(_used);
        }

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

        // Where it was cut apart, a message of the batch before may have left another one's address here.
        message.Name = _addresses + (_count * SocketAddress.MaxLength);
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

    private void NoteAccepted(int first, int count)
    {
        if (!_refusals.IsDoubted)
        {
            return;
        }

        for (var i = first; i < first + count; i++)
        {
            if (_messages[i].VectorCount > 1)
            {
                _refusals.Accepted();
                return;
            }
        }
    }

    private void NoteRefused(int error, in LibC.MultiMessage run)
    {
        if (SocketAddress.TryRead(new ReadOnlySpan<byte>(run.Name, (int)run.NameLength), out var remote))
        {
            _refusals.Refused(error, remote);
        }
    }

    /// <summary>Makes each datagram of a run a message of its own, in the run's place. There are never more of them than slots.</summary>
    private void CutApart(int index)
    {
        var run = _messages[index];
        var more = (int)run.VectorCount - 1;
        Debug.Assert(_count + more <= Slots, "Each message has a datagram at least.");
        new Span<LibC.MultiMessage>(_messages + index + 1, _count - index - 1).CopyTo(new Span<LibC.MultiMessage>(_messages + index + 1 + more, _count - index - 1));
        _count += more;
        for (var i = 0; i <= more; i++)
        {
            ref var one = ref _messages[index + i];
            one = run;
            one.Vectors = run.Vectors + i;
            one.VectorCount = 1;
            one.Control = null;
            one.ControlLength = 0;
        }
    }
}

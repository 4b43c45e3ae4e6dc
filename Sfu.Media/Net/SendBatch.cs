using System.Diagnostics;
using System.Runtime.InteropServices;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Native memory that gathers datagrams for one socket, one behind the other; they leave together by <c>sendmmsg</c>, in the order in which they were put in. A run
/// for one destination and of one length, the last one may be shorter, is one message and one piece of memory that the kernel or the device cuts apart
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

    // Of each message: how many datagrams, and how long they are, but for the last one, which may be shorter.
    private readonly ushort* _datagrams;
    private readonly ushort* _lengths;
    private readonly SegmentRefusals _refusals = new();
    private int _used;
    private int _usedBytes;
    private int _count;

    // The run that the next datagram may join.
    private IpEndpoint _remote;
    private bool _isRunOpen;

    public SendBatch()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(Slots * SlotBytes, 64);
        _addresses = (byte*)NativeMemory.AllocZeroed(Slots * SocketAddress.MaxLength);
        _control = (byte*)NativeMemory.AllocZeroed(Slots * ControlBytes);
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.IoVector)));
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed((nuint)(Slots * sizeof(LibC.MultiMessage)));
        _datagrams = (ushort*)NativeMemory.AllocZeroed(Slots * sizeof(ushort));
        _lengths = (ushort*)NativeMemory.AllocZeroed(Slots * sizeof(ushort));
        for (var i = 0; i < Slots; i++)
        {
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

    /// <summary>The free slot, right behind the datagram before. Precondition: not <see cref="IsFull"/>. It counts only after <see cref="Add"/>.</summary>
    public Span<byte> FreeSlot => new(_memory + _usedBytes, SlotBytes);

    public void Add(in IpEndpoint remote, int length)
    {
        if (!_isRunOpen || !TryExtend(remote, length))
        {
            Begin(remote, length);
        }

        _used++;
        _usedBytes += length;
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
                            Dropped += _datagrams[sent];
                        }
                    }

                    break;
                case var error when _datagrams[sent] > 1:
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
        _usedBytes = 0;
        _isRunOpen = false;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_control);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_datagrams);
        NativeMemory.Free(_lengths);
    }

    private void Begin(in IpEndpoint remote, int length)
    {
        ref var message = ref _messages[_count];

        // Where it was cut apart, a message of the batch before may have left another one's address here.
        message.Name = _addresses + (_count * SocketAddress.MaxLength);
        message.NameLength = (uint)SocketAddress.Write(remote, new Span<byte>(message.Name, SocketAddress.MaxLength));
        message.Vectors = &_vectors[_count];
        message.VectorCount = 1;
        message.Control = null;
        message.ControlLength = 0;
        _vectors[_count] = new LibC.IoVector { Base = _memory + _usedBytes, Length = (nuint)length };
        _datagrams[_count] = 1;
        _lengths[_count] = (ushort)length;
        _count++;
        _remote = remote;
        _isRunOpen = Segments;
    }

    private bool TryExtend(in IpEndpoint remote, int length)
    {
        var run = _count - 1;
        int segment = _lengths[run];
        var bytes = (int)_vectors[run].Length + length;
        if (length > segment || bytes > MaxRunBytes || !remote.Equals(_remote))
        {
            return false;
        }

        if (_datagrams[run]++ == 1)
        {
            ref var message = ref _messages[run];
            message.Control = _control + (run * ControlBytes);
            message.ControlLength = ControlBytes;
            *(ushort*)(message.Control + 16) = (ushort)segment;
        }

        _vectors[run].Length = (nuint)bytes;
        _isRunOpen = length == segment && _datagrams[run] < MaxSegments;
        return true;
    }

    private void NoteAccepted(int first, int count)
    {
        if (!_refusals.IsDoubted)
        {
            return;
        }

        for (var i = first; i < first + count; i++)
        {
            if (_datagrams[i] > 1)
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
        var next = _vectors[index];
        int length = _lengths[index];
        var more = _datagrams[index] - 1;
        Debug.Assert(_count + more <= Slots, "Each message has a datagram at least.");
        MakeRoom(_messages, index + 1, more);
        MakeRoom(_vectors, index + 1, more);
        MakeRoom(_datagrams, index + 1, more);
        MakeRoom(_lengths, index + 1, more);
        _count += more;
        for (var i = index; i <= index + more; i++)
        {
            // All in full, the last one what is left.
            var bytes = nuint.Min((nuint)length, next.Length);
            _vectors[i] = new LibC.IoVector { Base = next.Base, Length = bytes };
            next = new LibC.IoVector { Base = next.Base + bytes, Length = next.Length - bytes };
            _datagrams[i] = 1;
            _lengths[i] = (ushort)bytes;
            _messages[i] = run;
            _messages[i].Control = null;
            _messages[i].ControlLength = 0;
        }

        // What was moved up has its piece of memory at another place.
        for (var i = index; i < _count; i++)
        {
            _messages[i].Vectors = &_vectors[i];
        }
    }

    private void MakeRoom<T>(T* items, int at, int more)
        where T : unmanaged => new Span<T>(items + at, _count - at).CopyTo(new Span<T>(items + at + more, _count - at));
}

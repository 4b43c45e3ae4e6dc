using Sfu.Media.Buffers;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The last packets of a producer, kept while a consumer waits for a key frame: when the first packet of that frame was lost on the way
/// and comes again, those behind it have passed already. Media thread only.
/// </summary>
internal sealed class RecentPackets(PacketPool pool)
{
    /// <summary>About as many as a large key frame has.</summary>
    private const int Capacity = 64;

    private readonly ArrivedPacket[] _ring = new ArrivedPacket[Capacity];
    private int _next;
    private int _count;

    public bool IsEmpty => _count == 0;

    public void Add(in ArrivedPacket packet)
    {
        ref var slot = ref _ring[_next];
        if (_count == Capacity)
        {
            pool.Release(slot.Index);
        }
        else
        {
            _count++;
        }

        pool.AddReference(packet.Index);
        slot = packet;
        _next = (_next + 1) % Capacity;
    }

    /// <summary>Gives a consumer what came before the packet that it starts with and lies behind it.</summary>
    public void Replay(MediaConsumer consumer, in ArrivedPacket start, ushort sequence, MediaTime now)
    {
        for (var i = 0; i < _count; i++)
        {
            ref readonly var packet = ref _ring[(_next - _count + i + Capacity) % Capacity];
            if (packet.Stream != start.Stream || packet.Epoch != start.Epoch)
            {
                continue;
            }

            var view = RtpPacket.FromParsed(pool.Packet(packet.Index), packet.HeaderLength, packet.PaddingLength);
            if (Serial.IsNewer(view.SequenceNumber, sequence))
            {
                consumer.Forward(view, packet, now);
            }
        }
    }

    public void Clear()
    {
        for (; _count > 0; _count--)
        {
            pool.Release(_ring[(_next - _count + Capacity) % Capacity].Index);
        }
    }
}

using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>Iterates the lost sequence numbers of a generic NACK (RFC 4585 §6.2.1).</summary>
/// <remarks>Each entry is |PID (16)|BLP (16)|: bit i of BLP means that PID + i + 1 is lost too.</remarks>
public ref struct GenericNack
{
    internal const int HeaderLength = 8;
    internal const int EntryLength = 4;

    private ReadOnlySpan<byte> _entries;
    private ushort _next;
    private uint _pending;

    private GenericNack(RtcpPacket packet)
    {
        SenderSsrc = packet.ReadUInt32(0);
        MediaSsrc = packet.ReadUInt32(4);
        _entries = packet.Body[HeaderLength..];
        _next = 0;
        _pending = 0;
    }

    public uint SenderSsrc { get; }

    /// <summary>The stream that the numbers belong to.</summary>
    public uint MediaSsrc { get; }

    public static bool TryParse(RtcpPacket packet, out GenericNack view)
    {
        var valid = packet.IsFeedback(RtcpPacketType.TransportFeedback, FeedbackFormat.GenericNack)
            && packet.Body.Length >= HeaderLength + EntryLength;
        view = valid ? new GenericNack(packet) : default;
        return valid;
    }

    public bool TryNext(out ushort sequence)
    {
        sequence = 0;
        if (_pending == 0)
        {
            if (_entries.Length < EntryLength)
            {
                return false;
            }

            _next = BinaryPrimitives.ReadUInt16BigEndian(_entries);
            _pending = ((uint)BinaryPrimitives.ReadUInt16BigEndian(_entries[2..]) << 1) | 1;
            _entries = _entries[EntryLength..];
        }

        var skip = System.Numerics.BitOperations.TrailingZeroCount(_pending);
        sequence = (ushort)(_next + skip);
        _next = (ushort)(sequence + 1);
        _pending = (uint)((ulong)_pending >> (skip + 1));
        return true;
    }
}

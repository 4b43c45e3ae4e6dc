using System.Buffers.Binary;

namespace Sfu.Media.Rtp;

/// <summary>The retransmission payload format (RFC 4588 §4): the original sequence number (OSN) in front of the original payload.
/// Stateless; any thread.</summary>
public static class Rtx
{
    public const int OsnLength = 2;

    /// <summary>Turns an unprotected RTX packet into the original, in place. Header extensions and padding stay.</summary>
    /// <param name="packet">The RTX packet; unchanged unless the answer is <see cref="RtxUnwrap.Media"/>.</param>
    /// <param name="mediaSsrc">SSRC of the original stream.</param>
    /// <param name="mediaPayloadType">The payload type that <c>apt</c> names.</param>
    /// <param name="length">Length of the original packet, two less than before.</param>
    public static RtxUnwrap TryUnwrap(Span<byte> packet, uint mediaSsrc, byte mediaPayloadType, out int length)
    {
        length = 0;
        if (!RtpPacket.TryParse(packet, out var view))
        {
            return RtxUnwrap.Malformed;
        }

        if (view.Payload.IsEmpty)
        {
            return RtxUnwrap.PaddingOnly;
        }

        if (view.Payload.Length < OsnLength)
        {
            return RtxUnwrap.Malformed;
        }

        if (view.Payload.Length == OsnLength)
        {
            // An original packet without payload carries nothing to repair.
            return RtxUnwrap.PaddingOnly;
        }

        var payload = packet[view.HeaderLength..];
        var sequence = BinaryPrimitives.ReadUInt16BigEndian(payload);
        payload[OsnLength..].CopyTo(payload);
        RtpPacket.SetSequenceNumber(packet, sequence);
        RtpPacket.SetSsrc(packet, mediaSsrc);
        RtpPacket.SetPayloadType(packet, mediaPayloadType);
        length = packet.Length - OsnLength;
        return RtxUnwrap.Media;
    }

    /// <summary>Writes the RTX packet for an original. Marker, timestamp, header extensions and padding are the original's.</summary>
    /// <param name="original">As sent before, unprotected.</param>
    /// <param name="headerLength"><see cref="RtpPacket.HeaderLength"/> of it.</param>
    /// <param name="rtxSsrc">SSRC of the RTX stream.</param>
    /// <param name="rtxPayloadType">Payload type of the RTX stream.</param>
    /// <param name="rtxSequence">Next number of the RTX stream.</param>
    /// <param name="destination">Must not overlap <paramref name="original"/>.</param>
    /// <returns>Length, or −1 when it does not fit.</returns>
    public static int Wrap(
        ReadOnlySpan<byte> original,
        int headerLength,
        uint rtxSsrc,
        byte rtxPayloadType,
        ushort rtxSequence,
        Span<byte> destination)
    {
        var length = original.Length + OsnLength;
        if (length > destination.Length || headerLength < RtpPacket.FixedHeaderLength || headerLength > original.Length)
        {
            return -1;
        }

        original[..headerLength].CopyTo(destination);
        original.Slice(RtpPacket.SequenceNumberOffset, OsnLength).CopyTo(destination[headerLength..]);
        original[headerLength..].CopyTo(destination[(headerLength + OsnLength)..]);
        RtpPacket.SetPayloadType(destination, rtxPayloadType);
        RtpPacket.SetSequenceNumber(destination, rtxSequence);
        RtpPacket.SetSsrc(destination, rtxSsrc);
        return length;
    }
}

namespace Sfu.Media.Rtp;

/// <summary>Copies packets with other header extensions. Stateless, allocates nothing. Any thread.</summary>
public static class RtpRewriter
{
    /// <summary>
    /// Writes fixed header and CSRCs of <paramref name="source"/> with <paramref name="items"/> as the only header extensions. The
    /// padding bit
    /// is cleared: the payload that follows is <see cref="RtpPacket.Payload"/>, which has none. Meant for encrypting the payload
    /// straight from the receive buffer into the send slot.
    /// </summary>
    /// <param name="source">The packet to take over.</param>
    /// <param name="items">May refer to extensions of <paramref name="source"/>; empty for a packet without extension block.</param>
    /// <param name="destination">Must not overlap the source.</param>
    /// <returns>Header length, or −1 when it does not fit or an item is invalid.</returns>
    public static int WriteHeader(scoped in RtpPacket source, scoped ReadOnlySpan<ExtensionItem> items, Span<byte> destination)
    {
        var fixedLength = RtpPacket.FixedHeaderLength + (4 * source.CsrcCount);
        if (destination.Length < fixedLength)
        {
            return -1;
        }

        source.Packet[..fixedLength].CopyTo(destination);
        var extensionLength = HeaderExtensionWriter.Write(items, source.Packet, destination[fixedLength..]);
        if (extensionLength < 0)
        {
            return -1;
        }

        var flags = destination[0] & ~(RtpPacket.PaddingBit | RtpPacket.ExtensionBit);
        destination[0] = (byte)(flags | (extensionLength > 0 ? RtpPacket.ExtensionBit : 0));
        return fixedLength + extensionLength;
    }

    /// <summary><see cref="WriteHeader"/> followed by the payload, without padding.</summary>
    /// <returns>Packet length, or −1 when it does not fit or an item is invalid.</returns>
    public static int CopyWithExtensions(scoped in RtpPacket source, scoped ReadOnlySpan<ExtensionItem> items, Span<byte> destination)
    {
        var headerLength = WriteHeader(source, items, destination);
        return headerLength >= 0 && source.Payload.TryCopyTo(destination[headerLength..])
            ? headerLength + source.Payload.Length
            : -1;
    }
}

using System.Buffers.Binary;

namespace Sfu.Media.Rtp;

/// <summary>
/// Has a packet's absolute capture time tell how far the clock of the capture is ahead of another clock than its sender's: whoever sends it on does so under
/// reports by a clock of its own (abs-capture-time, "Estimated capture clock offset"). Any thread.
/// </summary>
internal static class CaptureTimeRewriter
{
    /// <summary>So much longer a packet may become: the short form has no room for an offset.</summary>
    public const int MaxGrowth = HeaderExtensionValues.AbsCaptureTimeLengthWithOffset - HeaderExtensionValues.AbsCaptureTimeLength;

    private const int OneByteLengthMask = 0x0F;

    /// <summary>Writes a copy of the packet.</summary>
    /// <param name="packet">As it came.</param>
    /// <param name="element">Its absolute capture time; left as it is where it is none.</param>
    /// <param name="ahead">What the clock of who sent it is ahead of that of who sends it on, in 2⁻³² s.</param>
    /// <param name="destination">Room for the packet and <see cref="MaxGrowth"/>.</param>
    /// <returns>How many bytes longer header and packet are: 0 or <see cref="MaxGrowth"/>.</returns>
    public static int Write(in RtpPacket packet, in HeaderExtension element, long ahead, Span<byte> destination)
    {
        var source = packet.Packet;
        var end = element.Offset + element.Data.Length;
        if (!HeaderExtensionValues.TryReadAbsCaptureTime(element.Data, out var time) || (time.ClockOffset is null && !CanGrow(packet)))
        {
            source.CopyTo(destination);
            return 0;
        }

        var growth = time.ClockOffset is null ? MaxGrowth : 0;
        source[..end].CopyTo(destination);
        source[end..].CopyTo(destination[(end + growth)..]);
        HeaderExtensionValues.WriteAbsCaptureTime(destination[element.Offset..], time with { ClockOffset = unchecked((time.ClockOffset ?? 0) + ahead) });
        if (growth > 0)
        {
            // RFC 8285 §4.2: the lower half of the byte before the data is its length less one; §4.3: the byte is its length.
            ref var length = ref destination[element.Offset - 1];
            length = packet.ExtensionProfile == HeaderExtensionReader.OneByteProfile
                ? (byte)(length | OneByteLengthMask)
                : (byte)HeaderExtensionValues.AbsCaptureTimeLengthWithOffset;
            var words = destination[(packet.ExtensionOffset - 2)..];
            BinaryPrimitives.WriteUInt16BigEndian(words, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(words) + (MaxGrowth / 4)));
        }

        return growth;
    }

    private static bool CanGrow(in RtpPacket packet) => packet.ExtensionData.Length / 4 <= ushort.MaxValue - (MaxGrowth / 4);
}

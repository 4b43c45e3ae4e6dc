using System.Buffers.Binary;

namespace Sfu.Media.Codecs;

/// <summary>
/// The number of a picture in a payload descriptor: seven bits, or fifteen behind a set bit. VP8 (RFC 7741 §4.2) and VP9 (RFC 9628 §4.2)
/// write it alike.
/// </summary>
/// <param name="Value">−1: there is none.</param>
/// <param name="Offset">Of its first byte from the beginning of the payload; −1: there is none.</param>
/// <param name="IsLong">It has fifteen bits.</param>
internal readonly record struct PictureIdField(int Value, int Offset, bool IsLong)
{
    private const byte LongBit = 0x80;

    public static PictureIdField None => new(-1, -1, IsLong: false);

    /// <param name="payload">Of the packet.</param>
    /// <param name="position">Where the field begins; behind it afterwards.</param>
    /// <param name="field">What stands there.</param>
    /// <returns>False when the payload ends before it does.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, ref int position, out PictureIdField field)
    {
        field = None;
        if (payload.Length <= position)
        {
            return false;
        }

        var isLong = (payload[position] & LongBit) != 0;
        var length = isLong ? 2 : 1;
        if (payload.Length < position + length)
        {
            return false;
        }

        field = new PictureIdField(isLong ? BinaryPrimitives.ReadUInt16BigEndian(payload[position..]) & 0x7FFF : payload[position], position, isLong);
        position += length;
        return true;
    }
}

using System.Buffers.Binary;

namespace Sfu.Media.Rtp;

/// <summary>
/// Builds a header extension block (RFC 8285): the one-byte form when every identifier is at most 14 and every length 1 … 16, else the
/// two-byte form; zero-padded to a multiple of four.
/// </summary>
public static class HeaderExtensionWriter
{
    private const int BlockHeaderLength = 4;
    private const int MaxOneByteId = 14;
    private const int MaxOneByteLength = 16;

    /// <summary>Bytes that <see cref="Write"/> needs, the block's four bytes of header included; 0 for no items.</summary>
    public static int Measure(ReadOnlySpan<ExtensionItem> items)
    {
        if (items.IsEmpty)
        {
            return 0;
        }

        var elementHeader = FitsOneByteForm(items) ? 1 : 2;
        var length = 0;
        foreach (ref readonly var item in items)
        {
            length += elementHeader + item.Length;
        }

        return BlockHeaderLength + ((length + 3) & ~3);
    }

    /// <param name="items">In the order in which they appear. Identifier 0 is refused.</param>
    /// <param name="source">The packet that items refer to.</param>
    /// <param name="destination">Where the block goes; must not overlap <paramref name="source"/>.</param>
    /// <returns>Bytes written, 0 for no items; −1 when it does not fit or an item is invalid.</returns>
    public static int Write(ReadOnlySpan<ExtensionItem> items, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var total = Measure(items);
        if (total == 0)
        {
            return 0;
        }

        if (total > destination.Length)
        {
            return -1;
        }

        var oneByte = FitsOneByteForm(items);
        var profile = oneByte ? HeaderExtensionReader.OneByteProfile : HeaderExtensionReader.TwoByteProfile;
        BinaryPrimitives.WriteUInt16BigEndian(destination, profile);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)((total - BlockHeaderLength) / 4));

        var position = BlockHeaderLength;
        foreach (ref readonly var item in items)
        {
            if (item.Id == 0)
            {
                return -1;
            }

            if (oneByte)
            {
                destination[position++] = (byte)((item.Id << 4) | (item.Length - 1));
            }
            else
            {
                destination[position++] = item.Id;
                destination[position++] = item.Length;
            }

            if (!item.TryCopyTo(source, destination[position..]))
            {
                return -1;
            }

            position += item.Length;
        }

        destination[position..total].Clear();
        return total;
    }

    private static bool FitsOneByteForm(ReadOnlySpan<ExtensionItem> items)
    {
        foreach (ref readonly var item in items)
        {
            if (item.Id > MaxOneByteId || item.Length is 0 or > MaxOneByteLength)
            {
                return false;
            }
        }

        return true;
    }
}

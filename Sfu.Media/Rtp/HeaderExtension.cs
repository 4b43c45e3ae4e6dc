namespace Sfu.Media.Rtp;

/// <summary>One element of a header extension block (RFC 8285), over the packet's bytes.</summary>
public readonly ref struct HeaderExtension
{
    internal HeaderExtension(byte id, int offset, ReadOnlySpan<byte> data)
    {
        Id = id;
        Offset = offset;
        Data = data;
    }

    /// <summary>Local identifier: 1 … 14 in the one-byte form, 1 … 255 in the two-byte form.</summary>
    public byte Id { get; }

    /// <summary>Offset of <see cref="Data"/> from the start of the packet, for rewriting it in place.</summary>
    public int Offset { get; }

    /// <summary>1 … 16 bytes in the one-byte form, 0 … 255 in the two-byte form.</summary>
    public ReadOnlySpan<byte> Data { get; }
}

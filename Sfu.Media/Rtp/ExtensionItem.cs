using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Sfu.Media.Rtp;

/// <summary>
/// One header extension to write: an identifier with either a short value of its own or a reference into the packet that is copied. Holds
/// no managed reference, so that a list of them lives on the stack or in a consumer's prepared array.
/// </summary>
public readonly struct ExtensionItem
{
    /// <summary>Longest value that an item can carry itself.</summary>
    public const int MaxValueLength = 20;

    private readonly InlineValue _value;
    private readonly int _sourceOffset;

    private ExtensionItem(byte id, byte length, int sourceOffset, in InlineValue value)
    {
        Id = id;
        Length = length;
        _sourceOffset = sourceOffset;
        _value = value;
    }

    /// <summary>Local identifier, 1 … 255.</summary>
    public byte Id { get; }

    /// <summary>Bytes of data, 0 … 255.</summary>
    public byte Length { get; }

    private bool IsInline => _sourceOffset < 0;

    /// <summary>Copies an extension of the source packet under another identifier.</summary>
    public static ExtensionItem FromSource(byte id, scoped in HeaderExtension extension) =>
        new(id, (byte)extension.Data.Length, extension.Offset, default);

    /// <param name="id">Local identifier on the outgoing side.</param>
    /// <param name="value">At most <see cref="MaxValueLength"/> bytes; they are copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is longer.</exception>
    public static ExtensionItem FromValue(byte id, scoped ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxValueLength, nameof(value));
        var inline = default(InlineValue);
        value.CopyTo(inline);
        return new ExtensionItem(id, (byte)value.Length, -1, inline);
    }

    /// <summary>One byte.</summary>
    public static ExtensionItem FromByte(byte id, byte value) => FromValue(id, [value]);

    /// <summary>Two bytes, network order: the transport-wide sequence number.</summary>
    public static ExtensionItem FromUInt16(byte id, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return FromValue(id, bytes);
    }

    /// <summary>The low three bytes, network order: abs-send-time.</summary>
    public static ExtensionItem FromUInt24(byte id, uint value) => FromValue(id, [(byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    /// <returns>False when the item refers beyond <paramref name="source"/>.</returns>
    internal bool TryCopyTo(scoped ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        if (IsInline)
        {
            ((ReadOnlySpan<byte>)_value)[..Length].CopyTo(destination);
            return true;
        }

        if (_sourceOffset + Length > source.Length)
        {
            return false;
        }

        source.Slice(_sourceOffset, Length).CopyTo(destination);
        return true;
    }

    [InlineArray(MaxValueLength)]
    private struct InlineValue
    {
        private byte _first;
    }
}

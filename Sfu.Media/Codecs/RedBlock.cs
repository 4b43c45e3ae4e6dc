namespace Sfu.Media.Codecs;

/// <summary>One block of a <see cref="RedPayload"/>.</summary>
public readonly ref struct RedBlock
{
    internal RedBlock(byte payloadType, int timestampOffset, ReadOnlySpan<byte> data, bool isPrimary)
    {
        PayloadType = payloadType;
        TimestampOffset = timestampOffset;
        Data = data;
        IsPrimary = isPrimary;
    }

    public byte PayloadType { get; }

    /// <summary>How much earlier than the packet's timestamp the block's is: 0 … 16383.</summary>
    public int TimestampOffset { get; }

    /// <summary>At most 1023 bytes, unless primary. May be empty.</summary>
    public ReadOnlySpan<byte> Data { get; }

    public bool IsPrimary { get; }
}

namespace Sfu.Media.Bwe;

/// <summary>
/// One packet status chunk (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.3, §3.1.4): a run length |0|S (2)|length (13)|, 14
/// one-bit symbols
/// |1|0|symbols|, or 7 two-bit symbols |1|1|symbols|.
/// </summary>
internal readonly struct TransportCcChunk(ushort value)
{
    public const int OneBitSymbols = 14;
    public const int TwoBitSymbols = 7;

    /// <summary>Statuses that the chunk has room for; those beyond the message's count mean nothing.</summary>
    public int Count => IsRun ? value & TransportCcFeedback.MaxRunLength : IsTwoBit ? TwoBitSymbols : OneBitSymbols;

    private bool IsRun => (value & 0x8000) == 0;

    private bool IsTwoBit => (value & 0x4000) != 0;

    public byte this[int index] => IsRun
        ? (byte)((value >> 13) & 0x03)
        : IsTwoBit
            ? (byte)((value >> (2 * (TwoBitSymbols - 1 - index))) & 0x03)
            : (byte)((value >> (OneBitSymbols - 1 - index)) & 0x01);

    public static ushort Run(byte symbol, int length) => (ushort)((symbol << 13) | length);

    /// <param name="symbols">At most 14, none of them a large delta.</param>
    public static ushort OneBit(ReadOnlySpan<byte> symbols)
    {
        var chunk = 0x8000;
        for (var i = 0; i < symbols.Length; i++)
        {
            chunk |= symbols[i] << (OneBitSymbols - 1 - i);
        }

        return (ushort)chunk;
    }

    /// <param name="symbols">At most 7.</param>
    public static ushort TwoBit(ReadOnlySpan<byte> symbols)
    {
        var chunk = 0xC000;
        for (var i = 0; i < symbols.Length; i++)
        {
            chunk |= symbols[i] << (2 * (TwoBitSymbols - 1 - i));
        }

        return (ushort)chunk;
    }

    /// <summary>Bytes of the deltas that belong to the first <paramref name="count"/> statuses.</summary>
    public int DeltaLength(int count)
    {
        if (IsRun)
        {
            return count * DeltaLengthOf(this[0]);
        }

        var total = 0;
        for (var i = 0; i < count; i++)
        {
            total += DeltaLengthOf(this[i]);
        }

        return total;
    }

    public static int DeltaLengthOf(byte symbol) => symbol switch
    {
        TransportCcStatus.SmallDelta => 1,
        TransportCcStatus.LargeDelta => 2,
        _ => 0,
    };
}

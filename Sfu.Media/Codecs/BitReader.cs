namespace Sfu.Media.Codecs;

/// <summary>Reads bits, most significant first. Reading beyond the end gives zeros and is remembered. Any thread.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> data, int position = 0)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>In bits from the beginning.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Something was read that is not there.</summary>
    public readonly bool Failed => Position > 8 * _data.Length;

    /// <param name="count">0 … 32.</param>
    public uint Read(int count)
    {
        var end = Position + count;
        if (end > 8 * _data.Length)
        {
            Position = Math.Max(end, (8 * _data.Length) + 1);
            return 0;
        }

        ulong value = 0;
        var first = Position >> 3;
        var last = (end + 7) >> 3;
        for (var i = first; i < last; i++)
        {
            value = (value << 8) | _data[i];
        }

        Position = end;
        return (uint)((value >> ((8 * last) - end)) & ((1UL << count) - 1));
    }

    public bool ReadFlag() => Read(1) != 0;

    /// <summary>
    /// ns(n), AV1 RTP specification §A.4.1: a number below <paramref name="limit"/>, in one bit less where that is enough.
    /// </summary>
    /// <param name="limit">At least 1.</param>
    public uint ReadNonSymmetric(uint limit)
    {
        var width = 32 - System.Numerics.BitOperations.LeadingZeroCount(limit);
        var shorter = (1U << width) - limit;
        var value = Read(width - 1);
        return value < shorter ? value : (value << 1) - shorter + Read(1);
    }
}

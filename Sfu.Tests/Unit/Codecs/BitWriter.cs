using System.Numerics;

namespace Sfu.Tests.Unit.Codecs;

/// <summary>Writes bits, most significant first.</summary>
internal sealed class BitWriter
{
    private readonly List<bool> _bits = [];

    public BitWriter Write(uint value, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            _bits.Add(((value >> i) & 1) != 0);
        }

        return this;
    }

    public BitWriter Flag(bool value) => Write(value ? 1U : 0, 1);

    /// <summary>ns(n), AV1 RTP specification §A.4.1.</summary>
    public BitWriter NonSymmetric(uint value, uint limit)
    {
        var width = 32 - BitOperations.LeadingZeroCount(limit);
        var shorter = (1U << width) - limit;
        return value < shorter ? Write(value, width - 1) : Write((value + shorter) >> 1, width - 1).Write((value + shorter) & 1, 1);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[(_bits.Count + 7) / 8];
        for (var i = 0; i < _bits.Count; i++)
        {
            bytes[i / 8] |= (byte)(_bits[i] ? 0x80 >> (i % 8) : 0);
        }

        return bytes;
    }
}

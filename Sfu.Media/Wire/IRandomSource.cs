namespace Sfu.Media.Wire;

/// <summary>Randomness as an argument. The process-wide secure source lives in <c>Net/</c>; tests inject a seeded one.</summary>
public interface IRandomSource
{
    void Fill(Span<byte> destination);
}

/// <summary>Draws typed values from an <see cref="IRandomSource"/>.</summary>
public static class RandomSourceExtensions
{
    public static uint NextUInt32(this IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return BitConverter.ToUInt32(bytes);
    }

    public static ushort NextUInt16(this IRandomSource random) => (ushort)random.NextUInt32();

    /// <summary>A string of <paramref name="length"/> ice-chars (RFC 8839 §5.4), letters and digits only.</summary>
    public static string NextIceChars(this IRandomSource random, int length)
    {
        const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        Span<byte> bytes = stackalloc byte[length];
        random.Fill(bytes);
        Span<char> chars = stackalloc char[length];
        for (var i = 0; i < length; i++)
        {
            chars[i] = Alphabet[bytes[i] & 31];
        }

        return new string(chars);
    }
}

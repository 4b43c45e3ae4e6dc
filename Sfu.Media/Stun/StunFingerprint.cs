namespace Sfu.Media.Stun;

/// <summary>The checksum of FINGERPRINT: CRC-32 (ITU-T V.42) of the message before it, XORed with "STUN". RFC 8489 §14.7.</summary>
internal static class StunFingerprint
{
    private const uint Xor = 0x5354_554E;

    private static readonly uint[] Table = CreateTable();

    /// <param name="message">The message up to the FINGERPRINT attribute, its length field already counting that attribute.</param>
    public static uint Compute(ReadOnlySpan<byte> message) => Crc32(message) ^ Xor;

    /// <summary>CRC-32 with the reflected polynomial 0xEDB88320.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var table = Table;
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] CreateTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1;
            }

            table[i] = crc;
        }

        return table;
    }
}

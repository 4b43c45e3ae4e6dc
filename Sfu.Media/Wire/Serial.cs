namespace Sfu.Media.Wire;

/// <summary>
/// Wrap-around (serial number) arithmetic, RFC 1982, for the counters on the wire. The one place where it lives.
/// A value is newer than another when it lies less than half the number space ahead of it.
/// </summary>
public static class Serial
{
    public static bool IsNewer(ushort a, ushort b) => a != b && (ushort)(a - b) < 0x8000;

    public static bool IsNewer(uint a, uint b) => a != b && a - b < 0x8000_0000;

    /// <summary>Signed distance from <paramref name="b"/> to <paramref name="a"/>, −32768 … 32767.</summary>
    public static int Distance(ushort a, ushort b) => (short)(a - b);

    /// <summary>Signed distance from <paramref name="b"/> to <paramref name="a"/>.</summary>
    public static int Distance(uint a, uint b) => (int)(a - b);

    /// <summary>The 64-bit number nearest to <paramref name="reference"/> whose low 16 bits are <paramref name="value"/>.</summary>
    public static long Unwrap(ushort value, long reference) => reference + (short)(value - (ushort)reference);

    /// <summary>The 64-bit number nearest to <paramref name="reference"/> whose low 32 bits are <paramref name="value"/>.</summary>
    public static long Unwrap(uint value, long reference) => reference + (int)(value - (uint)reference);
}

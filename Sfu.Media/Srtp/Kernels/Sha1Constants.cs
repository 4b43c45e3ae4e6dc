namespace Sfu.Media.Srtp.Kernels;

/// <summary>Numbers of SHA-1 (FIPS 180-4 §4.2.1).</summary>
internal static class Sha1Constants
{
    public const int Rounds = 80;
    public const int BlockWords = 16;

    public const uint Choose = 0x5A82_7999;
    public const uint FirstParity = 0x6ED9_EBA1;
    public const uint Majority = 0x8F1B_BCDC;
    public const uint LastParity = 0xCA62_C1D6;

    /// <summary>The word after a message's end.</summary>
    public const uint EndMark = 0x8000_0000;

    /// <summary>Bits of the outer hash of HMAC: the key block and a digest.</summary>
    public const uint OuterBits = (64 + 20) * 8;
}

using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Srtp;

/// <summary>
/// The key derivation of RFC 3711 §4.3 with a key derivation rate of zero: AES in counter mode under the master key, with AES-256
/// for 256-bit master keys (RFC 6188 §3). A 96-bit salt (RFC 7714 §11) stands at the left of the 112-bit one, zeroes follow.
/// </summary>
internal static class SrtpKeyDerivation
{
    private const int LabelOffset = 7;
    private const int MaxSaltLength = 14;

    public static void Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, SrtpKeyLabel label, Span<byte> derived)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(masterSalt.Length, MaxSaltLength);
        using var prf = CounterKey.Create(masterKey, CryptoPaths.Best);
        Span<byte> block = stackalloc byte[CounterKey.BlockLength];
        block.Clear();
        masterSalt.CopyTo(block);
        block[LabelOffset] ^= (byte)label;
        derived.Clear();
        if (!prf.Apply(block, derived, derived))
        {
            throw new InvalidOperationException("OpenSSL could not derive an SRTP key.");
        }
    }
}

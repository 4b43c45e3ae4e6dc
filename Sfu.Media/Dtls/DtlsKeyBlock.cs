using System.Security.Cryptography;

namespace Sfu.Media.Dtls;

/// <summary>Derives the keys of records from the handshake's secret (RFC 5246 §5 and §6.3).</summary>
internal static class DtlsKeyBlock
{
    public const int MasterSecretBytes = 48;
    public const int RandomBytes = 32;

    private const int MaxHashBytes = 48;
    private const int MaxSeedBytes = 13 + (2 * RandomBytes);

    /// <summary>Fills <paramref name="block"/>: client key, server key, client IV, server IV, for ciphers that need no MAC key.</summary>
    public static void Derive(
        HashAlgorithmName hash, ReadOnlySpan<byte> masterSecret, ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> serverRandom, Span<byte> block)
    {
        // The order of the randoms is the other way round than in the master secret.
        ReadOnlySpan<byte> label = "key expansion"u8;
        Span<byte> seed = stackalloc byte[MaxSeedBytes];
        label.CopyTo(seed);
        serverRandom.CopyTo(seed[label.Length..]);
        clientRandom.CopyTo(seed[(label.Length + RandomBytes)..]);
        Expand(hash, masterSecret, seed, block);
    }

    /// <summary>P_hash: A(i) = HMAC(A(i−1)), output HMAC(A(i) + seed).</summary>
    private static void Expand(HashAlgorithmName hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> seed, Span<byte> output)
    {
        Span<byte> message = stackalloc byte[MaxHashBytes + MaxSeedBytes];
        Span<byte> part = stackalloc byte[MaxHashBytes];
        scoped var a = seed;
        while (!output.IsEmpty)
        {
            var length = Hmac(hash, secret, a, part);
            part[..length].CopyTo(message);
            seed.CopyTo(message[length..]);
            a = message[..length];
            Hmac(hash, secret, message[..(length + seed.Length)], part);
            var taken = Math.Min(length, output.Length);
            part[..taken].CopyTo(output);
            output = output[taken..];
        }

        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(part);
    }

    private static int Hmac(HashAlgorithmName hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac) =>
        CryptographicOperations.HmacData(hash, key, message, mac);
}

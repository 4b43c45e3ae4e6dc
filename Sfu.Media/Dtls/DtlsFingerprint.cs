using System.Diagnostics.CodeAnalysis;
using Sfu.Media.Interop;

namespace Sfu.Media.Dtls;

/// <summary>
/// The hash of a certificate's DER, as signalling carries it (RFC 8122 §5). Normalized: the algorithm in lower case, the value
/// as upper-case hexadecimal pairs with colons between; so equality is that of the two strings. Any thread.
/// </summary>
public sealed record DtlsFingerprint
{
    private const int MaxHashBytes = 64;

    private static readonly (string Algorithm, int Bytes)[] Supported =
        [("sha-1", 20), ("sha-224", 28), ("sha-256", 32), ("sha-384", 48), ("sha-512", 64)];

    /// <exception cref="ArgumentException">The algorithm is not supported, or the value is not its hash in hexadecimal.</exception>
    public DtlsFingerprint(string algorithm, string value)
    {
        if (!TryNormalize(algorithm, value, out var normalAlgorithm, out var normalValue))
        {
            throw new ArgumentException($"'{algorithm} {value}' is no fingerprint of a supported algorithm.", nameof(value));
        }

        Algorithm = normalAlgorithm;
        Value = normalValue;
    }

    private DtlsFingerprint(string algorithm, string value, bool _)
    {
        Algorithm = algorithm;
        Value = value;
    }

    /// <summary>sha-1, sha-224, sha-256, sha-384 or sha-512.</summary>
    public string Algorithm { get; }

    /// <summary>For instance <c>6B:8B:F0:65:…</c>.</summary>
    public string Value { get; }

    /// <summary>Reads a fingerprint, in any letter case. False for unknown algorithms, wrong lengths and everything that is not hexadecimal with colons.</summary>
    public static bool TryParse(string? algorithm, string? value, [NotNullWhen(true)] out DtlsFingerprint? fingerprint)
    {
        fingerprint = TryNormalize(algorithm, value, out var normalAlgorithm, out var normalValue)
            ? new DtlsFingerprint(normalAlgorithm, normalValue, true)
            : null;
        return fingerprint is not null;
    }

    /// <summary>Hashes a certificate.</summary>
    /// <exception cref="ArgumentException">The algorithm is not supported.</exception>
    public static DtlsFingerprint Of(string algorithm, ReadOnlySpan<byte> certificateDer)
    {
        Span<byte> hash = stackalloc byte[MaxHashBytes];
        var length = Hash(algorithm, certificateDer, hash);
        return length == 0
            ? throw new ArgumentException($"'{algorithm}' is no supported hash.", nameof(algorithm))
            : new DtlsFingerprint(algorithm, Format(hash[..length]), true);
    }

    /// <summary>A certificate's fingerprints in all supported algorithms, weakest first.</summary>
    public static IReadOnlyList<DtlsFingerprint> AllOf(ReadOnlySpan<byte> certificateDer)
    {
        var all = new DtlsFingerprint[Supported.Length];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = Of(Supported[i].Algorithm, certificateDer);
        }

        return all;
    }

    /// <summary>Whether this is the hash of the certificate.</summary>
    public bool Matches(ReadOnlySpan<byte> certificateDer)
    {
        Span<byte> hash = stackalloc byte[MaxHashBytes];
        Span<char> text = stackalloc char[MaxHashBytes * 3];
        var length = Hash(Algorithm, certificateDer, hash);
        return length > 0 && Value.AsSpan().SequenceEqual(text[..Format(hash[..length], text)]);
    }

    public override string ToString() => $"{Algorithm} {Value}";

    private static bool TryNormalize(
        string? algorithm, string? value, [NotNullWhen(true)] out string? normalAlgorithm, [NotNullWhen(true)] out string? normalValue)
    {
        normalAlgorithm = null;
        normalValue = null;
        foreach (var (name, bytes) in Supported)
        {
            if (!string.Equals(name, algorithm, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (value is null || value.Length != bytes * 3 - 1)
            {
                return false;
            }

            for (var i = 0; i < value.Length; i++)
            {
                if (i % 3 == 2 ? value[i] != ':' : !char.IsAsciiHexDigit(value[i]))
                {
                    return false;
                }
            }

            normalAlgorithm = name;
            normalValue = value.ToUpperInvariant();
            return true;
        }

        return false;
    }

    private static string Format(ReadOnlySpan<byte> hash)
    {
        Span<char> text = stackalloc char[MaxHashBytes * 3];
        return new string(text[..Format(hash, text)]);
    }

    private static int Format(ReadOnlySpan<byte> hash, Span<char> text)
    {
        for (var i = 0; i < hash.Length; i++)
        {
            text[i * 3] = "0123456789ABCDEF"[hash[i] >> 4];
            text[i * 3 + 1] = "0123456789ABCDEF"[hash[i] & 15];
            text[i * 3 + 2] = ':';
        }

        return hash.Length * 3 - 1;
    }

    /// <returns>The length of the hash; 0 when the algorithm is unknown.</returns>
    private static unsafe int Hash(string algorithm, ReadOnlySpan<byte> data, Span<byte> hash)
    {
        var type = algorithm switch
        {
            "sha-1" => LibCryptoX509.DigestByName("SHA1"),
            "sha-224" => LibCryptoX509.DigestByName("SHA224"),
            "sha-256" => LibCryptoX509.DigestByName("SHA256"),
            "sha-384" => LibCryptoX509.DigestByName("SHA384"),
            "sha-512" => LibCryptoX509.DigestByName("SHA512"),
            _ => 0,
        };
        if (type == 0)
        {
            return 0;
        }

        uint length = 0;

        // The destination holds EVP_MAX_MD_SIZE (64) bytes.
        fixed (byte* source = data)
        fixed (byte* destination = hash)
        {
            return LibCryptoX509.Digest(source, (nuint)data.Length, destination, &length, type, 0) == 1 ? (int)length : 0;
        }
    }
}

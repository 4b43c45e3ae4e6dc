using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Sfu.Media.Dtls;

/// <summary>A cipher suite whose records this node protects itself once the handshake is done: those with AEAD ciphers.</summary>
/// <param name="KeyBytes">Of one direction's key.</param>
/// <param name="IvBytes">Of one direction's part of the nonce that is not sent.</param>
/// <param name="IsChaCha">ChaCha20-Poly1305; else AES-GCM.</param>
/// <param name="PrfHash">What keys are derived with (RFC 5246 §5).</param>
internal sealed record DtlsSuite(int KeyBytes, int IvBytes, bool IsChaCha, HashAlgorithmName PrfHash)
{
    // RFC 5288 §3.
    private static readonly DtlsSuite Aes128 = new(16, 4, false, HashAlgorithmName.SHA256);
    private static readonly DtlsSuite Aes256 = new(32, 4, false, HashAlgorithmName.SHA384);

    // RFC 7905 §2.
    private static readonly DtlsSuite ChaCha = new(32, 12, true, HashAlgorithmName.SHA256);

    /// <param name="id">The suite's number on the wire.</param>
    /// <param name="suite">Null for the others: those with CBC.</param>
    public static bool TryGet(ushort id, [NotNullWhen(true)] out DtlsSuite? suite)
    {
        suite = id switch
        {
            0xC02B or 0xC02F => Aes128,
            0xC02C or 0xC030 => Aes256,
            0xCCA8 or 0xCCA9 => ChaCha,
            _ => null,
        };
        return suite is not null;
    }
}

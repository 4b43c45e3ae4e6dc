using System.Security.Cryptography;

namespace Sfu.Media.Stun;

/// <summary>The code of MESSAGE-INTEGRITY, RFC 8489 §14.5.</summary>
internal static class StunIntegrity
{
    /// <param name="key">Short-term credentials: the password. Long-term ones: the digest of §9.2.2.</param>
    /// <param name="message">The message up to MESSAGE-INTEGRITY, its length field already counting that attribute.</param>
    /// <param name="destination">20 bytes.</param>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> destination) =>
#pragma warning disable CA5350 // SHA-1 is what RFC 8445 §7.2.2 and every browser use for connectivity checks.
        HMACSHA1.HashData(key, message, destination);
#pragma warning restore CA5350
}

using System.Security.Cryptography;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Ortc;

/// <summary>The key that one side protects what it sends with (mediasoup's <c>srtpParameters</c>).</summary>
/// <param name="CryptoSuite">By its SDP name (RFC 4568 §6.2, RFC 7714 §14.1): <c>AEAD_AES_256_GCM</c>, <c>AES_CM_128_HMAC_SHA1_80</c> ….</param>
/// <param name="KeyBase64">Master key and master salt, one after the other, in base64 (RFC 4568 §6.1). A secret.</param>
public sealed record SrtpParameters(string CryptoSuite, string KeyBase64)
{
    /// <summary>The suite; false for one that is not supported.</summary>
    public static bool TryParseSuite(string? name, out SrtpProfile profile)
    {
        foreach (var known in SrtpProfiles.ByPreference)
        {
            if (known.CryptoSuiteName() == name)
            {
                profile = known;
                return true;
            }
        }

        profile = SrtpProfile.None;
        return false;
    }

    /// <summary>A new key.</summary>
    public static SrtpParameters Create(SrtpProfile profile, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> secret = stackalloc byte[profile.KeyLength() + profile.SaltLength()];
        random.Fill(secret);
        var parameters = new SrtpParameters(profile.CryptoSuiteName(), Convert.ToBase64String(secret));
        CryptographicOperations.ZeroMemory(secret);
        return parameters;
    }

    /// <summary>Reads key and salt. False: the suite is not supported, the text is no base64, or has not the suite's length.</summary>
    /// <param name="secret">Room for key and salt: at least <see cref="MaxSecretBytes"/>. The caller clears it.</param>
    /// <param name="profile">The suite.</param>
    public bool TryRead(Span<byte> secret, out SrtpProfile profile) =>
        TryParseSuite(CryptoSuite, out profile) && Convert.TryFromBase64String(KeyBase64 ?? "", secret, out var written) &&
        written == profile.KeyLength() + profile.SaltLength();

    /// <summary>The longest key with its salt, in bytes.</summary>
    public const int MaxSecretBytes = 64;

    /// <summary>Without the key: logs are no place for it.</summary>
    public override string ToString() => $"{nameof(SrtpParameters)} {{ {CryptoSuite} }}";
}

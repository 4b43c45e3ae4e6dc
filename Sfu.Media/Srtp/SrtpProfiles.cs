using System.Collections.Immutable;

namespace Sfu.Media.Srtp;

/// <summary>Lengths (bytes) and names of the protection profiles. Any thread.</summary>
public static class SrtpProfiles
{
    /// <summary>The most that protecting adds to an RTP packet.</summary>
    public const int MaxRtpOverhead = 16;

    /// <summary>The most that protecting adds to an RTCP compound: a tag and the word of E-bit and index.</summary>
    public const int MaxRtcpOverhead = 16 + RtcpIndexLength;

    /// <summary>E-bit and 31-bit SRTCP index (RFC 3711 §3.4).</summary>
    public const int RtcpIndexLength = 4;

    /// <summary>Every supported profile, the one to choose first in front.</summary>
    public static ImmutableArray<SrtpProfile> ByPreference { get; } =
    [
        SrtpProfile.AeadAes128Gcm,
        SrtpProfile.AeadAes256Gcm,
        SrtpProfile.AesCm128HmacSha1Tag80,
        SrtpProfile.AesCm128HmacSha1Tag32,
    ];

    public static bool IsSupported(this SrtpProfile profile) => ByPreference.Contains(profile);

    public static bool IsAead(this SrtpProfile profile) => profile is SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm;

    /// <summary>Length of the master key, and of the derived encryption keys.</summary>
    public static int KeyLength(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes256Gcm => 32,
        SrtpProfile.AeadAes128Gcm or SrtpProfile.AesCm128HmacSha1Tag80 or SrtpProfile.AesCm128HmacSha1Tag32 => 16,
        _ => throw Unsupported(profile),
    };

    /// <summary>Length of the master salt, and of the derived salts.</summary>
    public static int SaltLength(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm => 12,
        SrtpProfile.AesCm128HmacSha1Tag80 or SrtpProfile.AesCm128HmacSha1Tag32 => 14,
        _ => throw Unsupported(profile),
    };

    public static int RtpTagLength(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm => 16,
        SrtpProfile.AesCm128HmacSha1Tag80 => 10,
        SrtpProfile.AesCm128HmacSha1Tag32 => 4,
        _ => throw Unsupported(profile),
    };

    public static int RtcpTagLength(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm => 16,
        SrtpProfile.AesCm128HmacSha1Tag80 or SrtpProfile.AesCm128HmacSha1Tag32 => 10,
        _ => throw Unsupported(profile),
    };

    /// <summary>Bytes to ask the DTLS exporter for: two keys and two salts (RFC 5764 §4.2).</summary>
    public static int ExporterLength(this SrtpProfile profile) => 2 * (profile.KeyLength() + profile.SaltLength());

    /// <summary>The name that <c>SSL_CTX_set_tlsext_use_srtp</c> and <c>SRTP_PROTECTION_PROFILE.name</c> use.</summary>
    public static string OpenSslName(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        SrtpProfile.AeadAes256Gcm => "SRTP_AEAD_AES_256_GCM",
        SrtpProfile.AesCm128HmacSha1Tag80 => "SRTP_AES128_CM_SHA1_80",
        SrtpProfile.AesCm128HmacSha1Tag32 => "SRTP_AES128_CM_SHA1_32",
        _ => throw Unsupported(profile),
    };

    /// <summary>The crypto-suite name of SDP (RFC 4568 §6.2, RFC 7714 §14.1), which mediasoup's <c>srtpParameters</c> use too.</summary>
    public static string CryptoSuiteName(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => "AEAD_AES_128_GCM",
        SrtpProfile.AeadAes256Gcm => "AEAD_AES_256_GCM",
        SrtpProfile.AesCm128HmacSha1Tag80 => "AES_CM_128_HMAC_SHA1_80",
        SrtpProfile.AesCm128HmacSha1Tag32 => "AES_CM_128_HMAC_SHA1_32",
        _ => throw Unsupported(profile),
    };

    private static ArgumentOutOfRangeException Unsupported(SrtpProfile profile) =>
        new(nameof(profile), profile, "Not a supported SRTP protection profile.");
}

namespace Sfu.Media.Dtls;

/// <summary>
/// The SRTP protection profiles that DTLS negotiates, by their numbers on the wire (RFC 5764 §4.1.2, RFC 7714 §14.2), and the
/// lengths of what they take from the exporter.
/// </summary>
public static class DtlsSrtpProfile
{
    public const ushort AesCm128HmacSha1Tag80 = 0x0001;
    public const ushort AesCm128HmacSha1Tag32 = 0x0002;
    public const ushort AeadAes128Gcm = 0x0007;
    public const ushort AeadAes256Gcm = 0x0008;

    /// <summary>The longest keying material of any profile, in bytes.</summary>
    public const int MaxKeyingMaterialBytes = 88;

    /// <summary>
    /// This node's preference: AEAD first, because it costs a third of the CPU; of the two the 128-bit one, whose strength equals
    /// that of the P-256 key exchange.
    /// </summary>
    public static readonly IReadOnlyList<ushort> Preferred =
        [AeadAes128Gcm, AeadAes256Gcm, AesCm128HmacSha1Tag80, AesCm128HmacSha1Tag32];

    /// <summary>Bytes of one master key.</summary>
    public static int KeyBytes(ushort profile) => profile == AeadAes256Gcm ? 32 : 16;

    /// <summary>Bytes of one master salt.</summary>
    public static int SaltBytes(ushort profile) => profile is AeadAes128Gcm or AeadAes256Gcm ? 12 : 14;

    /// <summary>Bytes of both keys and both salts.</summary>
    public static int KeyingMaterialBytes(ushort profile) => 2 * (KeyBytes(profile) + SaltBytes(profile));

    public static bool IsKnown(ushort profile) => OpenSslName(profile) is not null;

    internal static string? OpenSslName(ushort profile) => profile switch
    {
        AesCm128HmacSha1Tag80 => "SRTP_AES128_CM_SHA1_80",
        AesCm128HmacSha1Tag32 => "SRTP_AES128_CM_SHA1_32",
        AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        AeadAes256Gcm => "SRTP_AEAD_AES_256_GCM",
        _ => null,
    };
}

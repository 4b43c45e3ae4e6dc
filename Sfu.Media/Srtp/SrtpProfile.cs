namespace Sfu.Media.Srtp;

/// <summary>SRTP protection profiles, numbered as use_srtp carries them (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
public enum SrtpProfile : ushort
{
    /// <summary>No profile was negotiated. Not a value of the registry.</summary>
    None = 0,

    /// <summary>AES_CM_128_HMAC_SHA1_80.</summary>
    AesCm128HmacSha1Tag80 = 0x0001,

    /// <summary>AES_CM_128_HMAC_SHA1_32: RTP carries a 32-bit tag; SRTCP keeps the 80-bit one (RFC 5764 §4.1.2).</summary>
    AesCm128HmacSha1Tag32 = 0x0002,

    AeadAes128Gcm = 0x0007,

    AeadAes256Gcm = 0x0008,
}

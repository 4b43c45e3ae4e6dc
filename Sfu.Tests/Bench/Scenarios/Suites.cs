using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>The SRTP profiles that are measured, by the names that RFCs give them.</summary>
internal static class Suites
{
    public const SrtpProfile Gcm = SrtpProfile.AeadAes128Gcm;
    public const SrtpProfile Cm80 = SrtpProfile.AesCm128HmacSha1Tag80;

    public static string Name(SrtpProfile profile) => profile switch
    {
        Gcm => "AEAD_AES_128_GCM",
        Cm80 => "AES_CM_128_HMAC_SHA1_80",
        _ => profile.ToString(),
    };
}

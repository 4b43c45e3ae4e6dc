namespace Sfu.Media.Srtp;

/// <summary>Labels of the key derivation (RFC 3711 §4.3.1 and §4.3.2).</summary>
internal enum SrtpKeyLabel : byte
{
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

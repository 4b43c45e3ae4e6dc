namespace Sfu.Media.Stun;

/// <summary>
/// Attribute types, RFC 8489 §18.3 and RFC 8445 §16.1. Types below 0x8000 are comprehension-required: who does not know one
/// must refuse the request with 420.
/// </summary>
public enum StunAttribute : ushort
{
    None = 0,
    MappedAddress = 0x0001,
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    Realm = 0x0014,
    Nonce = 0x0015,
    MessageIntegritySha256 = 0x001C,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,

    /// <summary>draft-thatcher-ice-renomination §4.</summary>
    Nomination = 0x0030,
    Software = 0x8022,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,

    /// <summary>The number under which libwebrtc sends <see cref="Nomination"/>.</summary>
    LegacyNomination = 0xC001,
}

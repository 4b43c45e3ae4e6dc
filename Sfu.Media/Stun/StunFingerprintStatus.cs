namespace Sfu.Media.Stun;

/// <summary>What the FINGERPRINT of a message says, RFC 8489 §14.7.</summary>
public enum StunFingerprintStatus : byte
{
    Absent,
    Valid,
    Wrong,
}

namespace Sfu.Media.Stun;

/// <summary>
/// Where the known attributes of one message have their values: offsets from the start of the message, 0 when absent.
/// Of duplicates the first counts, RFC 8489 §14.
/// </summary>
internal struct StunAttributeIndex
{
    public const int MessageIntegrityBytes = 20;
    public const int FingerprintBytes = 4;

    public ushort Username;
    public ushort MessageIntegrity;
    public ushort ErrorCode;
    public ushort UnknownAttributes;
    public ushort XorMappedAddress;
    public ushort Priority;
    public ushort UseCandidate;
    public ushort Nomination;
    public ushort IceControlled;
    public ushort IceControlling;
    public ushort Fingerprint;
    public StunTypeList UnknownRequired;

    /// <summary>False when the message is malformed: a known attribute of a wrong size, or anything after FINGERPRINT.</summary>
    public bool TryAdd(ushort type, int offset, int length)
    {
        if (Fingerprint != 0)
        {
            return false; // RFC 8489 §14.7: FINGERPRINT is the last attribute.
        }

        var attribute = (StunAttribute)type;
        if (attribute == StunAttribute.Fingerprint)
        {
            return length == FingerprintBytes && Set(ref Fingerprint, offset);
        }

        if (MessageIntegrity != 0)
        {
            return true; // RFC 8489 §14.5: what follows MESSAGE-INTEGRITY is ignored, FINGERPRINT excepted.
        }

        switch (attribute)
        {
            case StunAttribute.Username:
                return Set(ref Username, offset);
            case StunAttribute.MessageIntegrity:
                return length == MessageIntegrityBytes && Set(ref MessageIntegrity, offset);
            case StunAttribute.ErrorCode:
                return length >= 4 && Set(ref ErrorCode, offset);
            case StunAttribute.UnknownAttributes:
                return Set(ref UnknownAttributes, offset);
            case StunAttribute.XorMappedAddress:
                return length is 8 or 20 && Set(ref XorMappedAddress, offset);
            case StunAttribute.Priority:
                return length == 4 && Set(ref Priority, offset);
            case StunAttribute.UseCandidate:
                return length == 0 && Set(ref UseCandidate, offset);
            case StunAttribute.Nomination or StunAttribute.LegacyNomination:
                return length == 4 && Set(ref Nomination, offset);
            case StunAttribute.IceControlled:
                return length == 8 && Set(ref IceControlled, offset);
            case StunAttribute.IceControlling:
                return length == 8 && Set(ref IceControlling, offset);
            case StunAttribute.MappedAddress or StunAttribute.Realm or StunAttribute.Nonce:
                return true;
            default:
                if (type < 0x8000)
                {
                    UnknownRequired.Add(type);
                }

                return true;
        }
    }

    private static bool Set(ref ushort field, int offset)
    {
        if (field == 0)
        {
            field = (ushort)offset;
        }

        return true;
    }
}

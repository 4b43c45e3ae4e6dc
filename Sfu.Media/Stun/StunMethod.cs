namespace Sfu.Media.Stun;

/// <summary>The 12 method bits of a STUN message type, RFC 8489 §5. Only Binding has a meaning here; every other value stays what it is.</summary>
public enum StunMethod : ushort
{
    Reserved = 0,
    Binding = 1,
}

using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Ice;

/// <summary>What came back for a check.</summary>
/// <param name="Class">Null when nothing came.</param>
/// <param name="Error">None for a success.</param>
/// <param name="Mapped">The reflexive address of a success.</param>
/// <param name="Proven">It carries MESSAGE-INTEGRITY by the password that the check was made with.</param>
/// <param name="Unknown">The types in UNKNOWN-ATTRIBUTES, as hex.</param>
internal sealed record IceAnswer(StunClass? Class, StunErrorCode Error = StunErrorCode.None, IpEndpoint? Mapped = null, bool Proven = false, string Unknown = "")
{
    public static readonly IceAnswer Silence = new((StunClass?)null);

    public bool Succeeded => Class == StunClass.SuccessResponse && Proven;
}

using Sfu.Media.Wire;

namespace Sfu.Media.Ice;

/// <summary>A tuple of one agent, with what decides how long it stays.</summary>
internal struct IceTuple
{
    public TransportTuple Tuple;

    /// <summary>The last authenticated check, DTLS record or decrypted packet on it.</summary>
    public MediaTime LastActive;

    /// <summary>When its consent runs out; <see cref="MediaTime.Never"/> when expiry is off.</summary>
    public MediaTime ConsentDeadline;
}

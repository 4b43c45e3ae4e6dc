namespace Sfu.Media.Bwe;

/// <summary>What feedback says about one packet that was sent.</summary>
/// <param name="SendUs">When it left, on the node's clock.</param>
/// <param name="ArrivalUs">When it arrived, on the receiver's clock, of which only differences have a meaning; <see cref="Lost"/> when it did not.</param>
/// <param name="Size">In bytes, as on the wire above UDP.</param>
/// <param name="ProbeCluster">The probe that it was part of; 0 for none.</param>
/// <param name="WasReportedLost">An earlier report counted it as lost.</param>
internal readonly record struct PacketResult(long SendUs, long ArrivalUs, int Size, byte ProbeCluster, bool WasReportedLost)
{
    public const long Lost = long.MinValue;

    public bool IsReceived => ArrivalUs != Lost;
}

namespace Sfu.Bench.Load;

/// <summary>A stream that a publisher sends.</summary>
/// <param name="Ssrc">Its SSRC.</param>
/// <param name="PayloadType">Of VP8.</param>
/// <param name="Mid">Of the m-line.</param>
/// <param name="Rid">Of the simulcast encoding; null: the only one.</param>
/// <param name="PayloadBytes">Of each packet.</param>
/// <param name="Burst">Packets that leave together: a frame.</param>
/// <param name="PacketsPerSecond">On average.</param>
/// <param name="Extensions">The ids that were negotiated.</param>
internal sealed record SourceSettings(
    uint Ssrc, byte PayloadType, string Mid, string? Rid, int PayloadBytes, int Burst, double PacketsPerSecond, ExtensionIds Extensions)
{
    public long IntervalNs => (long)(Burst / PacketsPerSecond * 1e9);
}

using Sfu.Bench.Load;
using Sfu.Bench.Signaling;

namespace Sfu.Bench.Scenarios;

/// <summary>How fast publishers send.</summary>
internal static class Pacing
{
    public const int Burst = 8;

    /// <summary>A packet is this and an RTP header of 24 bytes, with two header extensions.</summary>
    public const int PayloadBytes = 1200;

    private const double MaxPublisherRate = 10_000;

    /// <summary>Packets per second of one publisher, for so many to leave the SFU.</summary>
    public static double PublisherRate(double rateOut, int subscriptions) => Math.Min(MaxPublisherRate, rateOut / subscriptions);

    public static SourceSettings Video(uint ssrc, double packetsPerSecond, ExtensionIds extensions, string? rid = null) =>
        new(ssrc, ProduceRequest.Vp8, "0", rid, PayloadBytes, Burst, packetsPerSecond, extensions);
}

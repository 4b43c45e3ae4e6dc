namespace Sfu.Tests.Support.Network;

/// <summary>How a client behind a corridor fares at a moment.</summary>
/// <param name="Seconds">Since the start.</param>
/// <param name="Capacity">Of the path, in bit/s.</param>
/// <param name="Estimate">What the sender believes of it, in bit/s; 0: not known.</param>
/// <param name="Spatial">The layer that is forwarded; −1: none.</param>
/// <param name="Temporal">The temporal layer that is forwarded; −1: none, or not known.</param>
/// <param name="QueueMs">How long a packet that came now would wait at the bottleneck.</param>
/// <param name="FreezeMs">Since the latest frame that could be shown.</param>
/// <param name="Received">By the client, lately, in bit/s; 0: not known.</param>
/// <param name="ShownBytes">RTP bytes of all frames that could be shown so far.</param>
internal readonly record struct CorridorSample(
    double Seconds, long Capacity, long Estimate, int Spatial, int Temporal, double QueueMs, double FreezeMs, long Received = 0, long ShownBytes = 0);

namespace Sfu.Media.Control;

/// <summary>What a transport may carry, in bit/s. Null leaves a limit as it is, 0 lifts it.</summary>
/// <param name="MaxIncoming">The publisher is told to send no more than this (REMB).</param>
/// <param name="MaxOutgoing">The estimate of the path to the client is never taken to be more.</param>
/// <param name="MinOutgoing">Nor less.</param>
public sealed record BitrateLimits(long? MaxIncoming = null, long? MaxOutgoing = null, long? MinOutgoing = null);

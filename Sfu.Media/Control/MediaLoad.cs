using Sfu.Media.Wire;

namespace Sfu.Media.Control;

/// <summary>What the media threads have done since their start, summed up. Two of them tell the load in between.</summary>
/// <param name="Packets">Datagrams received and sent by UDP.</param>
/// <param name="CpuTimeUs">Processor time used, in microseconds.</param>
/// <param name="Threads">Media threads.</param>
/// <param name="Transports">Living now.</param>
/// <param name="At">When it was measured.</param>
public sealed record MediaLoad(long Packets, long CpuTimeUs, int Threads, int Transports, MediaTime At);

namespace Sfu.Bench.Rivals;

/// <summary>What it takes to start Janus.</summary>
/// <param name="File">The program.</param>
/// <param name="Preload">Built from <c>janus/loopback.c</c>.</param>
internal sealed record JanusProgram(string File, string Preload);

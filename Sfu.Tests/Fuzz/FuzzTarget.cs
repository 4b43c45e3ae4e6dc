namespace Sfu.Tests.Fuzz;

/// <summary>A parser under test.</summary>
/// <param name="Name">As on the command line, and of the folder of its crash inputs.</param>
/// <param name="Seeds">Well-formed inputs.</param>
/// <param name="Probe">Feeds the parser, checks what must hold, and notes what came out.</param>
/// <param name="Allocates">The probe itself allocates: it makes an object with a state, or reads text.</param>
internal sealed record FuzzTarget(string Name, byte[][] Seeds, FuzzProbe Probe, bool Allocates = false);

/// <param name="input">Any bytes.</param>
/// <param name="outcome">What the parser makes of it; an input with a new outcome is worth keeping.</param>
internal delegate void FuzzProbe(ReadOnlySpan<byte> input, ref FuzzOutcome outcome);

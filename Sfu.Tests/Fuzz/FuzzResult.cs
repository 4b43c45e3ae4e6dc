namespace Sfu.Tests.Fuzz;

/// <summary>What a run of one target came to.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Mutations">How many inputs were tried.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Kept">Inputs that had a new outcome, and so were mutated further.</param>
/// <param name="Findings">Distinct failures.</param>
internal sealed record FuzzResult(string Target, long Mutations, TimeSpan Elapsed, int Kept, int Findings)
{
    public double PerSecond => Mutations / Math.Max(Elapsed.TotalSeconds, 0.001);
}

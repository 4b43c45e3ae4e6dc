using Sfu.Media.Codecs;

namespace Sfu.Media.Control;

/// <summary>What is wanted of a producer beyond a pipe.</summary>
/// <param name="Encodings">Bit i: some consumer wants encoding i.</param>
/// <param name="Targets">
/// Bit 4·s + t: some consumer wants spatial layer s up to temporal layer t; who wants that also needs what it builds on, whose bits are set
/// as well. The encodings of simulcast are spatial layers of their own. What the producer does not have may be in it.
/// </param>
public readonly record struct WantedLayers(int Encodings, int Targets)
{
    /// <summary>Every layer that there can be: what a pipe carries before anybody tells less.</summary>
    public const int AllTargets = TargetSets.All;
}

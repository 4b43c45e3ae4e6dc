using System.Runtime.CompilerServices;

namespace Sfu.Media.Codecs;

/// <summary>How many frames back the previous frame of each chain lies.</summary>
[InlineArray(DependencyStructure.MaxTargets)]
internal struct ChainDistances
{
    private byte _first;
}

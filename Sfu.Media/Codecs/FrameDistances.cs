using System.Runtime.CompilerServices;

namespace Sfu.Media.Codecs;

/// <summary>How many frames back the frames lie that one refers to.</summary>
[InlineArray(DependencyStructure.MaxReferences)]
internal struct FrameDistances
{
    private ushort _first;
}

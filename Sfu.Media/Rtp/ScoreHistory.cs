using System.Runtime.CompilerServices;

namespace Sfu.Media.Rtp;

/// <summary>The last scores of single intervals.</summary>
[InlineArray(Size)]
internal struct ScoreHistory
{
    public const int Size = 24;

    private byte _first;
}

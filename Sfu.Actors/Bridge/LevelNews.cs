using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>How loud Producers were since the last look, packet by packet. Immutable. Any thread.</summary>
/// <param name="Levels">0 (loudest) … 127 (silence), in the order of the packets, of each Producer the last <see cref="MaxLevels"/> at most.</param>
internal sealed record LevelNews(ImmutableDictionary<ProducerHandle, ImmutableArray<byte>> Levels)
{
    /// <summary>Five seconds of packets of 20 ms.</summary>
    public const int MaxLevels = 250;

    public static readonly LevelNews None = new(ImmutableDictionary<ProducerHandle, ImmutableArray<byte>>.Empty);

    public LevelNews With(ProducerHandle producer, ImmutableArray<byte> levels)
    {
        var all = Levels.TryGetValue(producer, out var former) ? former.AddRange(levels) : levels;
        return new LevelNews(Levels.SetItem(producer, all.Length <= MaxLevels ? all : all[^MaxLevels..]));
    }
}

using System.Collections.Immutable;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>Gathers how loud the packets of an audio producer are, for a report ten times a second. Media thread only.</summary>
internal sealed class AudioLevelMeter
{
    private const long IntervalUs = 100_000;
    private const int MaxLevels = 64;

    private readonly byte[] _levels = new byte[MaxLevels];
    private int _count;
    private MediaTime _from = MediaTime.Never;

    /// <param name="level">0 (loudest) … 127 (silence), RFC 6464.</param>
    /// <param name="now">When it came.</param>
    /// <returns>Whether it is time for a report.</returns>
    public bool Add(byte level, MediaTime now)
    {
        if (_from == MediaTime.Never)
        {
            _from = now;
        }

        if (_count < MaxLevels)
        {
            _levels[_count++] = level;
        }

        return now.UsSince(_from) >= IntervalUs;
    }

    /// <summary>Forgets what was gathered.</summary>
    public void Clear()
    {
        _count = 0;
        _from = MediaTime.Never;
    }

    /// <summary>What was gathered, in order. The next report begins.</summary>
    public ImmutableArray<byte> Take(MediaTime now)
    {
        ImmutableArray<byte> levels = [.. _levels.AsSpan(0, _count)];
        _count = 0;
        _from = now;
        return levels;
    }
}

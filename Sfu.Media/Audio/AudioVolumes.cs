using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Audio;

/// <summary>
/// Finds the loudest speakers of each interval by the audio levels of their packets (RFC 6464). Sans-IO; one thread at a time.
/// </summary>
public sealed class AudioVolumes<TSpeaker>
    where TSpeaker : notnull
{
    // Fewer levels than one in 100 ms tell nothing of an interval: the end of a word, or noise in a silence that is not transmitted.
    private const int MsPerLevel = 100;

    private readonly int _maxEntries;
    private readonly int _thresholdDbov;
    private readonly long _intervalUs;
    private readonly int _minLevels;
    private readonly Dictionary<TSpeaker, (long Sum, int Count)> _speakers = [];

    private bool _silent = true;

    /// <param name="now">Start of the first interval.</param>
    /// <param name="maxEntries">How many speakers are told of, at least 1.</param>
    /// <param name="thresholdDbov">Lowest mean level that counts, −127 … 0.</param>
    /// <param name="intervalMs">In milliseconds.</param>
    public AudioVolumes(MediaTime now, int maxEntries = 1, int thresholdDbov = -80, int intervalMs = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxEntries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(intervalMs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(thresholdDbov, 0);
        _maxEntries = maxEntries;
        _thresholdDbov = thresholdDbov;
        _intervalUs = intervalMs * 1000L;
        _minLevels = Math.Max(intervalMs / MsPerLevel, 1);
        NextTimeout = now.PlusUs(_intervalUs);
    }

    /// <summary>When <see cref="OnTimeout"/> wants to be called.</summary>
    public MediaTime NextTimeout { get; private set; }

    public void Add(TSpeaker speaker) => _speakers.TryAdd(speaker, default);

    public void Remove(TSpeaker speaker) => _speakers.Remove(speaker);

    /// <summary>Packets of a speaker came. Without effect for one who was not added.</summary>
    /// <param name="speaker">Who.</param>
    /// <param name="levels">Of one packet each, 0 (loudest) … 127 (silence).</param>
    public void OnLevels(TSpeaker speaker, ReadOnlySpan<byte> levels)
    {
        ref var total = ref CollectionsMarshal.GetValueRefOrNullRef(_speakers, speaker);
        if (Unsafe.IsNullRef(ref total))
        {
            return;
        }

        foreach (var level in levels)
        {
            total.Sum += Math.Min(level, (byte)127);
        }

        total.Count += levels.Length;
    }

    /// <summary>Forgets what came: the observer was paused, and goes on now.</summary>
    public void Reset(MediaTime now)
    {
        foreach (var speaker in _speakers.Keys)
        {
            CollectionsMarshal.GetValueRefOrNullRef(_speakers, speaker) = default;
        }

        _silent = true;
        NextTimeout = now.PlusUs(_intervalUs);
    }

    /// <summary>Call when <see cref="NextTimeout"/> has come; harmless when called early.</summary>
    /// <param name="now">When.</param>
    /// <param name="volumes">Cleared; then the loudest speakers, the loudest first. Empty unless the answer is
    /// <see cref="AudioVolumesChange.Volumes"/>.</param>
    public AudioVolumesChange OnTimeout(MediaTime now, List<AudioVolume<TSpeaker>> volumes)
    {
        volumes.Clear();
        if (now < NextTimeout)
        {
            return AudioVolumesChange.None;
        }

        foreach (var (speaker, (sum, count)) in _speakers)
        {
            if (count < _minLevels)
            {
                continue;
            }

            var dbov = -(int)((sum + (count / 2)) / count);
            if (dbov >= _thresholdDbov)
            {
                volumes.Add(new AudioVolume<TSpeaker>(speaker, dbov));
            }
        }

        volumes.Sort(static (a, b) => b.Dbov.CompareTo(a.Dbov));
        if (volumes.Count > _maxEntries)
        {
            volumes.RemoveRange(_maxEntries, volumes.Count - _maxEntries);
        }

        var wasSilent = _silent;
        Reset(now);
        _silent = volumes.Count == 0;
        return !_silent ? AudioVolumesChange.Volumes : wasSilent ? AudioVolumesChange.None : AudioVolumesChange.Silence;
    }
}

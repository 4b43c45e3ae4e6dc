using Sfu.Media.Wire;

namespace Sfu.Media.Audio;

/// <summary>
/// Finds who leads the conversation, by the audio levels of the packets (RFC 6464): dominant speaker identification after Volfin and
/// Cohen, in three time scales, so that neither a cough nor a word of approval takes the word from who has it. Sans-IO; one thread at a
/// time.
/// </summary>
public sealed class DominantSpeaker<TSpeaker>
    where TSpeaker : notnull
{
    // How many times the leader's score one's own must be, as a natural logarithm: now, over 100 ms, over a second.
    private const double ImmediateMargin = 3;
    private const double MediumMargin = 2;
    private const double LongMargin = 0;

    private readonly long _intervalUs;
    private readonly Dictionary<TSpeaker, SpeechActivity> _speakers = [];

    /// <param name="now">Start of the first interval.</param>
    /// <param name="intervalMs">Time between decisions in milliseconds.</param>
    public DominantSpeaker(MediaTime now, int intervalMs = 300)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(intervalMs);
        _intervalUs = intervalMs * 1000L;
        NextTimeout = now.PlusUs(_intervalUs);
    }

    /// <summary>When <see cref="OnTimeout"/> wants to be called.</summary>
    public MediaTime NextTimeout { get; private set; }

    /// <summary>Whether anybody has spoken, and is still there.</summary>
    public bool HasDominant { get; private set; }

    /// <summary>Who it is; only with <see cref="HasDominant"/>. Stays while everybody is silent.</summary>
    public TSpeaker? Dominant { get; private set; }

    public void Add(TSpeaker speaker, MediaTime now) => _speakers.TryAdd(speaker, new SpeechActivity(now));

    public void Remove(TSpeaker speaker)
    {
        if (_speakers.Remove(speaker) && HasDominant && _speakers.Comparer.Equals(speaker, Dominant))
        {
            HasDominant = false;
            Dominant = default;
        }
    }

    /// <summary>Packets of a speaker came. Without effect for one who was not added.</summary>
    /// <param name="speaker">Who.</param>
    /// <param name="levels">Of one packet each, in their order: 0 (loudest) … 127 (silence).</param>
    /// <param name="now">When.</param>
    public void OnLevels(TSpeaker speaker, ReadOnlySpan<byte> levels, MediaTime now)
    {
        if (_speakers.TryGetValue(speaker, out var activity))
        {
            foreach (var level in levels)
            {
                activity.OnLevel(level, now);
            }
        }
    }

    /// <summary>Call when <see cref="NextTimeout"/> has come; harmless when called early.</summary>
    /// <returns>True when somebody else has become <see cref="Dominant"/>.</returns>
    public bool OnTimeout(MediaTime now)
    {
        if (now < NextTimeout)
        {
            return false;
        }

        NextTimeout = now.PlusUs(_intervalUs);
        foreach (var activity in _speakers.Values)
        {
            activity.Evaluate(now);
        }

        // While nobody leads, the first must only stand out from silence.
        var (immediate, medium, whole) = HasDominant && _speakers[Dominant!] is var leader
            ? (leader.Immediate, leader.Medium, leader.Long)
            : SpeechActivity.Silence;
        var best = MediumMargin;
        var found = false;
        foreach (var (speaker, activity) in _speakers)
        {
            // The leader does not stand out from himself.
            var mediumRatio = Math.Log(activity.Medium / medium);
            if (mediumRatio > best
                && Math.Log(activity.Immediate / immediate) > ImmediateMargin
                && Math.Log(activity.Long / whole) > LongMargin)
            {
                best = mediumRatio;
                found = true;
                Dominant = speaker;
                HasDominant = true;
            }
        }

        return found;
    }
}

using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>Extends the sequence numbers of one stream and recognizes duplicates and jumps (RFC 3550 §A.1). Media thread only.</summary>
/// <remarks>
/// Differs from the RFC in two numbers: packets may come late by <see cref="MaxMisorder"/> instead of 100, because retransmissions do,
/// and a stream is
/// valid with its first packet, because SRTP authenticated it.
/// </remarks>
internal struct SequenceTracker
{
    public const int MaxDropout = 3000;
    public const int MaxMisorder = 1500;

    private const int NoJump = -1;

    private SequenceBitmap _seen;
    private int _jumpContinuation;

    public bool IsStarted { get; private set; }

    /// <summary>First number counted.</summary>
    public long Base { get; private set; }

    /// <summary>Highest number, extended by its cycles.</summary>
    public long Highest { get; private set; }

    /// <summary>Numbers between the first and the highest, both included; 0 before the start.</summary>
    public readonly long Expected => IsStarted ? Highest - Base + 1 : 0;

    public SequenceArrival OnSequence(ushort sequence)
    {
        if (!IsStarted)
        {
            return Restart(sequence);
        }

        var distance = Serial.Distance(sequence, (ushort)Highest);
        if (distance is >= MaxDropout or <= -MaxMisorder)
        {
            if (sequence == _jumpContinuation)
            {
                return Restart(sequence);
            }

            _jumpContinuation = (ushort)(sequence + 1);
            return SequenceArrival.Rejected;
        }

        _jumpContinuation = NoJump;
        var extended = Highest + distance;
        if (distance > 0)
        {
            _seen.ClearRange(Highest + 1, extended);
            _seen.Set(extended);
            Highest = extended;
            return SequenceArrival.Newest;
        }

        if (_seen[extended])
        {
            return SequenceArrival.Duplicate;
        }

        _seen.Set(extended);
        Base = Math.Min(Base, extended);
        return SequenceArrival.Late;
    }

    private SequenceArrival Restart(ushort sequence)
    {
        _seen.ClearAll();
        _seen.Set(sequence);
        _jumpContinuation = NoJump;
        IsStarted = true;
        Base = sequence;
        Highest = sequence;
        return SequenceArrival.Restarted;
    }
}

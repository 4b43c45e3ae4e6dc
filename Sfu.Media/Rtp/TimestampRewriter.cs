using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>
/// Maps a producer's timestamps to a consumer's by an offset that changes only at <see cref="Sync"/>: the outgoing timestamp then
/// continues from the last one sent
/// by the time that went by, and always forward. Media thread only.
/// </summary>
public sealed class TimestampRewriter
{
    // A clock that ran on within this of the time gone by is the same clock: its offset stays, and with it the precise audio-video
    // relation.
    private const long SameClockToleranceUs = 100_000;

    // What two encodings of one source may be apart at a change: a few frames behind, or as much ahead as a pause takes.
    private const long MaxBehindUs = 100_000;
    private const long MaxAheadUs = 10_000_000;

    private readonly int _clockRate;

    private bool _hasSent;
    private uint _lastSent;
    private MediaTime _lastSentAt;

    /// <param name="clockRate">Timestamp units per second, as negotiated.</param>
    /// <param name="initialOffset">Outgoing minus incoming timestamp before the first sync; 0 keeps the producer's timestamps.</param>
    public TimestampRewriter(int clockRate, uint initialOffset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clockRate);
        _clockRate = clockRate;
        Offset = initialOffset;
    }

    /// <summary>Outgoing minus incoming timestamp, modulo 2^32. Sender reports add it too.</summary>
    public uint Offset { get; private set; }

    /// <summary>The next packet is the first after a pause or of another source.</summary>
    /// <param name="timestamp">Its incoming timestamp.</param>
    /// <param name="now">Its time.</param>
    public void Sync(uint timestamp, MediaTime now)
    {
        if (!_hasSent)
        {
            return;
        }

        var elapsed = Math.Max(RtpClock.ToUnits(Math.Max(now.UsSince(_lastSentAt), 0), _clockRate), 1);
        var target = _lastSent + (uint)elapsed;
        var present = timestamp + Offset;
        var tolerance = RtpClock.ToUnits(SameClockToleranceUs, _clockRate);
        if (Serial.IsNewer(present, _lastSent) && Math.Abs((long)Serial.Distance(present, target)) <= tolerance)
        {
            return;
        }

        Offset = target - timestamp;
    }

    /// <summary>
    /// The next packet is the first of another source whose relation to what was sent is known. It keeps that relation, unless it would
    /// have to go back: then it comes right after the last one sent, as long as that is not far, and else as after a pause.
    /// </summary>
    /// <param name="timestamp">Its incoming timestamp.</param>
    /// <param name="offset">Outgoing minus incoming timestamp, by the clocks of both sources.</param>
    /// <param name="now">Its time.</param>
    /// <returns>Whether the relation holds, but for what it had to come after the last one.</returns>
    public bool Align(uint timestamp, uint offset, MediaTime now)
    {
        var ahead = Serial.Distance(timestamp + offset, _lastSent);
        if (!_hasSent || (ahead > 0 && ahead <= RtpClock.ToUnits(MaxAheadUs, _clockRate)))
        {
            Offset = offset;
            return true;
        }

        if (ahead <= 0 && -(long)ahead <= RtpClock.ToUnits(MaxBehindUs, _clockRate))
        {
            Offset = _lastSent + 1 - timestamp;
            return true;
        }

        Offset = _lastSent - timestamp;
        Sync(timestamp, now);
        return false;
    }

    public uint Rewrite(uint timestamp) => timestamp + Offset;

    /// <summary>A packet with this outgoing timestamp was sent.</summary>
    public void OnSent(uint timestamp, MediaTime now)
    {
        if (!_hasSent || Serial.IsNewer(timestamp, _lastSent))
        {
            _hasSent = true;
            _lastSent = timestamp;
            _lastSentAt = now;
        }
    }
}

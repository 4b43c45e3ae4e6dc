using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>
/// How well one stream goes, 0 (nothing comes) … 10 (nothing is lost): the average of the last intervals, the newest with the greatest
/// weight. Told running totals, about once a second. Media thread only.
/// </summary>
/// <remarks>
/// One interval counts 10 · (delivered ÷ expected)⁴: what a decoder makes of a stream suffers far sooner than a tenth of it is lost. A
/// packet that a retransmission brought is delivered, but late: it counts the less the more of them there are, and the more
/// retransmissions were spent on it.
/// </remarks>
public struct StreamScore
{
    public const int Max = 10;
    public const long DefaultInactivityUs = 2_000_000;

    private ScoreHistory _history;
    private byte _count;
    private byte _next;
    private byte _value;
    private bool _started;
    private bool _active;
    private MediaTime _lastProgressAt;
    private long _expected;
    private long _received;
    private long _repaired;
    private long _retransmitted;

    /// <summary>0 … 10; 0 before anything came.</summary>
    public readonly int Value => _value;

    /// <summary>Tells how a stream that is received goes.</summary>
    /// <param name="now">When.</param>
    /// <param name="expected">Packets that should have come since the start, by their sequence numbers.</param>
    /// <param name="received">Those that came by themselves.</param>
    /// <param name="repaired">Those that a retransmission brought.</param>
    /// <param name="retransmitted">Retransmissions that came, useful or not.</param>
    /// <param name="inactivityUs">How long nothing may come before the score is 0.</param>
    /// <returns>True when <see cref="Value"/> has changed.</returns>
    public bool Update(
        MediaTime now, long expected, long received, long repaired, long retransmitted, long inactivityUs = DefaultInactivityUs)
    {
        var before = _value;
        if (!_started || received < _received || expected < _expected)
        {
            // The first of all, or of a stream that starts anew.
            _started = true;
            Begin(now, active: received > 0);
        }
        else if (received == _received && repaired == _repaired)
        {
            if (_active && now.UsSince(_lastProgressAt) >= inactivityUs)
            {
                Begin(now, active: false);
            }
        }
        else
        {
            if (!_active)
            {
                Begin(now, active: true);
            }

            _lastProgressAt = now;
            var lost = Math.Max(expected - _expected - (received - _received), 0);
            Add(Score(expected - _expected, lost, repaired - _repaired, retransmitted - _retransmitted));
        }

        (_expected, _received, _repaired, _retransmitted) = (expected, received, repaired, retransmitted);
        return _value != before;
    }

    /// <summary>Tells how a stream that is sent goes: a receiver report came.</summary>
    /// <param name="now">When.</param>
    /// <param name="fractionLost">1/256 of what was sent since the previous report (RFC 3550 §6.4.1).</param>
    /// <param name="sent">Packets sent since the start.</param>
    /// <param name="retransmitted">Of these, retransmissions asked for: each is taken to have arrived.</param>
    /// <returns>True when <see cref="Value"/> has changed.</returns>
    public bool OnReport(MediaTime now, byte fractionLost, long sent, long retransmitted)
    {
        var before = _value;
        if (!_started || sent < _expected)
        {
            _started = true;
            Begin(now, active: true);
        }

        var expected = sent - _expected;
        if (expected > 0)
        {
            if (!_active)
            {
                Begin(now, active: true);
            }

            var lost = ((fractionLost * expected) + 128) >> 8;
            Add(Score(expected, lost, Math.Min(retransmitted - _retransmitted, lost), retransmitted - _retransmitted));
            _lastProgressAt = now;
        }

        _expected = sent;
        _retransmitted = retransmitted;
        return _value != before;
    }

    /// <summary>The stream has stopped: paused, or its source is gone. It starts with 10 when it comes back.</summary>
    /// <returns>True when <see cref="Value"/> has changed.</returns>
    public bool OnInactive(MediaTime now)
    {
        var before = _value;
        Begin(now, active: false);
        return _value != before;
    }

    /// <summary>The score of one interval.</summary>
    /// <param name="expected">Packets that should have come in it.</param>
    /// <param name="lost">Those that did not come by themselves.</param>
    /// <param name="repaired">Lost packets that a retransmission brought; those of earlier intervals may be among them.</param>
    /// <param name="retransmitted">Retransmissions that came.</param>
    public static int Score(long expected, long lost, long repaired, long retransmitted)
    {
        if (expected <= 0)
        {
            return Max;
        }

        lost = Math.Clamp(lost, 0, expected);
        repaired = Math.Clamp(repaired, 0, lost);
        var worth = 0.0;
        if (repaired > 0)
        {
            var share = 1 + ((double)repaired / expected);
            worth = 1 / (share * share * share * share) * Math.Min(1.0, (double)repaired / Math.Max(retransmitted, 1));
        }

        var delivered = (expected - lost + (repaired * worth)) / expected;
        return (int)Math.Round(Max * delivered * delivered * delivered * delivered, MidpointRounding.AwayFromZero);
    }

    private void Begin(MediaTime now, bool active)
    {
        _active = active;
        _count = 0;
        _next = 0;
        _value = active ? (byte)Max : (byte)0;
        _lastProgressAt = now;
    }

    private void Add(int score)
    {
        _history[_next] = (byte)score;
        _next = (byte)((_next + 1) % ScoreHistory.Size);
        _count = (byte)Math.Min(_count + 1, ScoreHistory.Size);

        // The oldest has the weight 1, each newer one 1 more.
        var total = 0;
        for (var age = 0; age < _count; age++)
        {
            total += (_count - age) * _history[(_next + ScoreHistory.Size - 1 - age) % ScoreHistory.Size];
        }

        var weights = _count * (_count + 1) / 2;
        _value = (byte)((total + (weights / 2)) / weights);
    }
}

using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// How much may leave at once: a bucket that fills at the pacing rate and holds <see cref="BurstUs"/> of it. It fills when it is asked and
/// found empty, so that a packet costs a comparison and a subtraction while there is something in it; by that up to two bucketfuls can leave
/// together after a rest. What leaves without asking makes a debt. Media thread only.
/// </summary>
internal struct PacingBudget
{
    /// <summary>What may leave in one go.</summary>
    public const long BurstUs = 10_000;

    /// <summary>What leaves without asking delays others by no more than this.</summary>
    public const long MaxDebtUs = 200_000;

    private long _bits;
    private MediaTime _filledAt;

    /// <summary>There is something in it, whatever has come since.</summary>
    public readonly bool HasRest => _bits > 0;

    /// <summary>A packet may leave.</summary>
    /// <param name="rate">In bit/s.</param>
    /// <param name="now">Call time.</param>
    public bool HasRoom(long rate, MediaTime now)
    {
        if (_bits <= 0)
        {
            var elapsedUs = Math.Clamp(now.UsSince(_filledAt), 0, MaxDebtUs + BurstUs);
            _filledAt = now;
            _bits = Math.Clamp(_bits + (rate * elapsedUs / 1_000_000), -rate * MaxDebtUs / 1_000_000, Math.Max(1, rate * BurstUs / 1_000_000));
        }

        return _bits > 0;
    }

    public void OnSent(int bytes) => _bits -= bytes * 8L;

    /// <summary>The rate has fallen: what was saved up at the former one is no longer there to be spent.</summary>
    /// <param name="rate">The new one, in bit/s.</param>
    public void OnNarrowed(long rate) => _bits = Math.Min(_bits, rate * BurstUs / 1_000_000);

    /// <summary>Microseconds from the last <see cref="HasRoom"/> until there is room again.</summary>
    public readonly long UsUntilRoom(long rate) => _bits > 0 ? 0 : ((1 - _bits) * 1_000_000 / Math.Max(rate, 1)) + 1;
}

using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// Decides when to probe the path, and how far: while more is wanted than the estimate allows, in steps that multiply it as long as they
/// succeed, and again after a while when one does not. Media thread only.
/// </summary>
internal sealed class ProbeController
{
    private const double FirstFactor = 3;
    private const double Factor = 2;
    private const double CarefulFactor = 1.5;
    private const double MaxOverDesired = 1.2;
    private const double Success = 0.7;
    private const double Progress = 1.1;
    private const long MinIntervalUs = 1_000_000;
    private const long MaxIntervalUs = 1_200_000;
    private const long ProofUs = 150_000;
    private const long AfterOveruseUs = 600_000;

    private MediaTime _nextAt = MediaTime.Zero;
    private bool _isFirst = true;
    private bool _isCareful;
    private long _intervalUs = MinIntervalUs;

    /// <param name="estimate">What is known.</param>
    /// <param name="desired">What could be used.</param>
    /// <param name="max">The upper limit.</param>
    /// <param name="isNearCapacity">The queue filled at about the estimate not long ago: a bold step would fill it again.</param>
    /// <param name="now">Call time.</param>
    /// <param name="bitrate">What to try.</param>
    public bool TryPlan(long estimate, long desired, long max, bool isNearCapacity, MediaTime now, out long bitrate)
    {
        bitrate = 0;
        if (now < _nextAt || desired <= estimate || max <= estimate)
        {
            return false;
        }

        _isCareful = isNearCapacity;
        var factor = isNearCapacity ? CarefulFactor : _isFirst ? FirstFactor : Factor;
        bitrate = (long)Math.Min(factor * estimate, MaxOverDesired * Math.Min(desired, max));
        _nextAt = now.PlusUs(_intervalUs);
        return true;
    }

    /// <param name="estimate">Before it.</param>
    /// <param name="probed">What was tried.</param>
    /// <param name="measured">What was seen.</param>
    /// <param name="rttUs">Round-trip time.</param>
    /// <param name="now">Call time.</param>
    public void OnResult(long estimate, long probed, long measured, long rttUs, MediaTime now)
    {
        var isClear = measured >= Success * probed;
        if (isClear || measured >= Progress * estimate)
        {
            // Near the end the media at the new rate has to show first that it fits.
            _nextAt = isClear && !_isCareful ? now : now.PlusUs(rttUs + ProofUs);
            _intervalUs = MinIntervalUs;
            return;
        }

        _isFirst = false;
        _nextAt = now.PlusUs(_intervalUs);
        _intervalUs = Math.Min(_intervalUs * 3 / 2, MaxIntervalUs);
    }

    /// <summary>The queue fills: not now.</summary>
    public void OnOveruse(MediaTime now)
    {
        _isFirst = false;
        _nextAt = now.PlusUs(AfterOveruseUs);
    }
}

using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// Whether less is sent than the path would carry: then what arrives says nothing about what could. A budget that the estimate fills at two
/// thirds and each packet drains. Media thread only.
/// </summary>
internal sealed class ApplicationLimit
{
    private const double UsedShare = 0.65;
    private const long WindowUs = 500_000;
    private const double EnterLevel = 0.8;
    private const double LeaveLevel = 0.5;

    private double _bits;
    private long _sentBits;
    private MediaTime _last = MediaTime.Never;

    public bool IsLimited { get; private set; }

    /// <summary>A packet leaves.</summary>
    public void OnSent(int bytes) => _sentBits += bytes * 8L;

    /// <summary>Judges what has been sent until now.</summary>
    public void OnTime(long estimate, MediaTime now)
    {
        Fill(estimate, now);
        _bits -= _sentBits;
        _sentBits = 0;
        Judge(estimate);
    }

    private void Fill(long estimate, MediaTime now)
    {
        var elapsed = _last == MediaTime.Never ? 0 : Math.Clamp(now.UsSince(_last), 0, WindowUs);
        _last = now;
        _bits += UsedShare * estimate * elapsed / 1_000_000;
    }

    private void Judge(long estimate)
    {
        var full = UsedShare * estimate * WindowUs / 1_000_000;
        _bits = Math.Clamp(_bits, -full, full);
        IsLimited = _bits > (IsLimited ? LeaveLevel : EnterLevel) * full;
    }
}

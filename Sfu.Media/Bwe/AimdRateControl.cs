using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// The delay-based rate (draft-ietf-rmcat-gcc-02 §5.5): grows while the queue does not fill, by a share while the capacity is unknown and
/// by a packet per response time near to it, and falls below what arrives when the queue fills. Media thread only.
/// </summary>
internal sealed class AimdRateControl
{
    private const double Decrease = 0.85;
    private const double IncreasePerSecond = 1.08;
    private const long MinIncrease = 1000;
    private const long MinAdditivePerSecond = 4000;
    private const double AdditiveShare = 0.03;
    private const int PacketBits = 1200 * 8;

    // Neither more than the path can be known to carry from what it carries.
    private const double MaxOverThroughput = 1.5;
    private const long OverThroughputMargin = 10_000;

    // A single probe may be flattered by jitter: near to what the path was known to carry it counts for a step. Two in a row that saw more than
    // that show that the path is another one now.
    private const double CarefulStep = 1.25;
    private const int ProbesToDoubt = 2;
    private const double NearShare = 0.7;

    // Of what a probe saw, where the rate was cut for the queue of that probe.
    private const double ProbedShare = 0.95;

    private readonly long _floor;
    private LinkCapacity _capacity;
    private State _state;
    private MediaTime _lastChange = MediaTime.Never;
    private MediaTime _lastDecrease = MediaTime.Never;
    private int _probesAbove;

    // As it was before the last decrease.
    private long _bitrateBefore;
    private LinkCapacity _capacityBefore;

    public AimdRateControl(long start, long floor)
    {
        Bitrate = start;
        _floor = floor;
    }

    private enum State : byte
    {
        Hold,
        Increase,
        Decrease,
    }

    public long Bitrate { get; private set; }

    /// <summary>When the queue filled last; <see cref="MediaTime.Never"/> when it never did.</summary>
    public MediaTime LastDecrease => _lastDecrease;

    /// <summary>The rate is about what the path was seen to carry: what is above is approached slowly.</summary>
    public bool IsNearCapacity => _capacity.IsKnown && Bitrate > NearShare * _capacity.Lower;

    /// <param name="usage">Of <see cref="OveruseDetector"/>.</param>
    /// <param name="throughput">What arrives, in bit/s; 0: not known yet.</param>
    /// <param name="rttUs">Round-trip time.</param>
    /// <param name="now">Time of the feedback.</param>
    public void Update(NetworkUsage usage, long throughput, long rttUs, MediaTime now)
    {
        _state = usage switch
        {
            NetworkUsage.Over => State.Decrease,
            NetworkUsage.Under => State.Hold,
            _ => State.Increase,
        };
        switch (_state)
        {
            case State.Increase:
                Grow(throughput, rttUs, now);
                break;
            case State.Decrease:
                Shrink(throughput, rttUs, now);
                break;
            default:
                _lastChange = now;
                break;
        }
    }

    /// <summary>A probe is over.</summary>
    /// <param name="measured">What the path was seen to carry, in bit/s; 0: nothing was seen.</param>
    /// <param name="now">Call time.</param>
    /// <returns>The rate, which may be less than was seen: see <see cref="IsNearCapacity"/>.</returns>
    public long OnProbe(long measured, MediaTime now)
    {
        _probesAbove = _capacity.IsKnown && measured > _capacity.Upper ? _probesAbove + 1 : 0;
        if (_probesAbove >= ProbesToDoubt)
        {
            _capacity.Reset();
            _probesAbove = 0;
        }

        if (measured > Bitrate)
        {
            var step = (long)(CarefulStep * Bitrate);
            Bitrate = _capacity.IsKnown ? Math.Min(measured, Math.Max(step, _capacity.Lower)) : measured;
            _lastChange = now;
        }

        return Bitrate;
    }

    /// <summary>
    /// A probe is over, and the rate fell while it was under way: for its queue, by what arrived at that moment. What the probe saw tells
    /// better how much the path carries, and the cut is taken back as far as that goes.
    /// </summary>
    /// <param name="measured">What the path was seen to carry, in bit/s; 0: nothing was seen.</param>
    /// <param name="startedAt">Of the probe: what was cut before it stays cut.</param>
    /// <param name="now">Call time.</param>
    public bool TryTakeBack(long measured, MediaTime startedAt, MediaTime now)
    {
        var bitrate = Math.Min(_bitrateBefore, (long)(ProbedShare * measured));
        if (_lastDecrease == MediaTime.Never || _lastDecrease < startedAt || bitrate <= Bitrate)
        {
            return false;
        }

        Bitrate = bitrate;
        _lastChange = now;
        _capacity = _capacityBefore;
        if (_capacity.IsKnown && measured < _capacity.Lower)
        {
            _capacity.Reset();
        }

        return true;
    }

    /// <summary>Others know that the path carries no more than this.</summary>
    public void Limit(long bitrate) => Bitrate = Math.Max(_floor, Math.Min(Bitrate, bitrate));

    private void Grow(long throughput, long rttUs, MediaTime now)
    {
        if (_capacity.IsKnown && throughput > _capacity.Upper)
        {
            _capacity.Reset();
        }

        var seconds = _lastChange == MediaTime.Never ? 0 : Math.Clamp(now.UsSince(_lastChange) / 1_000_000.0, 0, 1);
        _lastChange = now;
        var grown = IsNearCapacity
            ? Bitrate + (long)(AdditivePerSecond(rttUs) * seconds)
            : Bitrate + (long)Math.Max(Bitrate * (Math.Pow(IncreasePerSecond, seconds) - 1), MinIncrease * seconds);
        if (throughput > 0)
        {
            grown = Math.Min(grown, (long)(MaxOverThroughput * throughput) + OverThroughputMargin);
        }

        Bitrate = Math.Max(Bitrate, grown);
    }

    private void Shrink(long throughput, long rttUs, MediaTime now)
    {
        // Each cut takes a round trip to show, but for what arrives telling plainly that it was not enough.
        var interval = Math.Clamp(rttUs, 10_000, 200_000);
        if (_lastDecrease != MediaTime.Never && now.UsSince(_lastDecrease) < interval && throughput >= Bitrate / 2)
        {
            return;
        }

        var measured = throughput > 0 ? throughput : Bitrate;
        var next = (long)(Decrease * measured);
        if (next > Bitrate && _capacity.IsKnown)
        {
            next = (long)(Decrease * _capacity.Mean);
        }

        if (_capacity.IsKnown && measured < _capacity.Lower)
        {
            _capacity.Reset();
        }

        _bitrateBefore = Bitrate;
        _capacityBefore = _capacity;
        Bitrate = Math.Max(_floor, Math.Min(Bitrate, next));
        _capacity.OnOveruse(measured);
        _probesAbove = 0;
        _lastDecrease = now;
        _lastChange = now;
    }

    private double AdditivePerSecond(long rttUs)
    {
        var responseSeconds = 2 * (rttUs + 100_000) / 1_000_000.0;
        return Math.Max(Math.Max(MinAdditivePerSecond, AdditiveShare * Bitrate), PacketBits / responseSeconds);
    }
}

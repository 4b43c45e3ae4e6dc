using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// The loss-based bound on the rate. It parts the loss that the path has at any rate, as radio links do, from what a full queue adds: only
/// the latter asks for less. A rate that loses more than usual is cut to what arrives, and the bound then grows slowly again. Media thread
/// only.
/// </summary>
/// <remarks>
/// The share that is taken to be the path's own follows what is seen, at most <see cref="MaxInherent"/>: beyond it no media is worth
/// sending. A window ends when it has lasted 250 ms and has 50 packets, or has lasted a second. Losses that come in runs, as on radio links, make
/// windows differ more than losses one by one: by the root of the length of a run, at most <see cref="MaxRun"/>, since a queue that drops does so in runs too.
/// </remarks>
internal sealed class LossController(long floor)
{
    private const double MaxInherent = 0.12;
    private const double MinExcess = 0.05;
    private const double Deviations = 3;
    private const double MaxRun = 3;
    private const double RunAdaptation = 0.3;
    private const double Adaptation = 0.2;
    private const double SlowAdaptation = 0.04;
    private const double UsualAdaptation = 0.05;
    private const double IncreasePerSecond = 1.08;
    private const double Backoff = 0.95;
    private const double Lifted = 1.5;
    private const int MinPackets = 50;
    private const int FewPackets = 20;
    private const long MinWindowUs = 250_000;
    private const long MaxWindowUs = 1_000_000;
    private const long HoldUs = 500_000;

    private MediaTime _windowStart = MediaTime.Never;
    private MediaTime _lastCut = MediaTime.Never;
    private MediaTime _lastGrowth = MediaTime.Never;
    private int _packets;
    private int _lost;
    private int _runs;
    private double _run = 1;
    private bool _isRunning;
    private bool _learned;

    /// <summary>No more than this may be sent; <see cref="long.MaxValue"/> while loss asks for nothing.</summary>
    public long Bitrate { get; private set; } = long.MaxValue;

    /// <summary>Of the last window.</summary>
    public double LossShare { get; private set; }

    /// <summary>A first window is complete.</summary>
    public bool IsKnown => _learned;

    /// <summary>Loss that the path has at any rate, as it is now.</summary>
    public double Inherent { get; private set; }

    /// <summary>
    /// The same over some twenty windows: where packets are lost in runs, most windows lose none, and <see cref="Inherent"/> has forgotten the last run
    /// when the next one comes.
    /// </summary>
    public double Usual { get; private set; }

    public void Add(in PacketResult packet)
    {
        if (packet.WasReportedLost)
        {
            // It came after all.
            _lost = Math.Max(0, _lost - 1);
            return;
        }

        _packets++;
        if (!packet.IsReceived)
        {
            _lost++;
            _runs += _isRunning ? 0 : 1;
        }

        _isRunning = !packet.IsReceived;
    }

    /// <summary>To be called after each feedback.</summary>
    /// <param name="estimate">The delay-based rate, or this one where it is less.</param>
    /// <param name="throughput">What arrives; 0: not known, or no measure of the path.</param>
    /// <param name="isQueueFull">The delay tells of a queue, and the rate follows it.</param>
    /// <param name="now">Time of the feedback.</param>
    public void Update(long estimate, long throughput, bool isQueueFull, MediaTime now)
    {
        if (_windowStart == MediaTime.Never)
        {
            _windowStart = now;
        }

        Grow(estimate, now);
        var elapsed = now.UsSince(_windowStart);
        if (elapsed < MinWindowUs || (_packets < MinPackets && elapsed < MaxWindowUs))
        {
            return;
        }

        if (_packets >= FewPackets)
        {
            Judge(estimate, throughput, isQueueFull, now);
        }

        _windowStart = now;
        _packets = 0;
        _lost = 0;
        _runs = 0;
    }

    /// <summary>The rate is known to be safe: a probe arrived whole.</summary>
    public void OnProbe(long bitrate)
    {
        if (Bitrate < bitrate)
        {
            Bitrate = bitrate;
        }
    }

    private void Judge(long estimate, long throughput, bool isQueueFull, MediaTime now)
    {
        LossShare = (double)_lost / _packets;
        if (_runs > 0 && !isQueueFull)
        {
            _run += RunAdaptation * (Math.Clamp((double)_lost / _runs, 1, MaxRun) - _run);
        }

        var expected = Math.Max(Inherent, 0.5 / _packets);
        var excess = LossShare - Inherent;
        var noise = Deviations * Math.Sqrt(expected * (1 - expected) * _run / _packets);
        var isExcessive = _learned && excess > Math.Max(MinExcess, noise);
        if (isExcessive && !isQueueFull && (_lastCut == MediaTime.Never || now.UsSince(_lastCut) >= HoldUs))
        {
            var arrives = throughput > 0 ? throughput / (1 - Inherent) : estimate * (1 - excess);
            Bitrate = Math.Max(floor, (long)(Backoff * Math.Min(arrives, estimate)));
            _lastCut = now;
            _lastGrowth = now;
        }

        // While a queue overflows, the loss is not the path's own; should it stay whatever is done, it is.
        var weight = !_learned ? 1 : isExcessive || isQueueFull ? SlowAdaptation : Adaptation;
        Inherent = Math.Min(MaxInherent, Inherent + (weight * (LossShare - Inherent)));

        // Runs of losses look like a queue that overflows, and are what this is for: only what the delay tells of does not count.
        if (!isQueueFull)
        {
            Usual += UsualAdaptation * (Math.Min(MaxInherent, LossShare) - Usual);
        }

        _learned = true;
    }

    private void Grow(long estimate, MediaTime now)
    {
        if (Bitrate == long.MaxValue)
        {
            return;
        }

        var elapsed = now.UsSince(_lastGrowth);
        if (now.UsSince(_lastCut) < HoldUs || elapsed <= 0)
        {
            return;
        }

        _lastGrowth = now;
        Bitrate = (long)(Bitrate * Math.Pow(IncreasePerSecond, Math.Min(elapsed / 1_000_000.0, 1)));
        if (Bitrate > Lifted * estimate)
        {
            // It binds nobody any more.
            Bitrate = long.MaxValue;
        }
    }
}

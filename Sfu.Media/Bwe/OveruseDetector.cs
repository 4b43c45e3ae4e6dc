namespace Sfu.Media.Bwe;

/// <summary>
/// Compares the trend of the delay with a threshold that follows it (draft-ietf-rmcat-gcc-02 §5.4): slowly, so that a queue which builds
/// up is seen, and far enough that a flow of TCP beside us does not starve us. Media thread only.
/// </summary>
internal sealed class OveruseDetector
{
    private const double InitialThreshold = 12.5;
    private const double MinThreshold = 6;
    private const double MaxThreshold = 600;
    private const double GainUp = 0.0087;
    private const double GainDown = 0.039;
    private const double MaxAdaptDistance = 15;
    private const double MaxAdaptMs = 100;
    private const double OveruseMs = 10;

    private double _threshold = InitialThreshold;
    private double _previousTrend;
    private double _overMs = -1;
    private int _overCount;
    private long _lastUpdateUs = -1;

    public NetworkUsage Usage { get; private set; }

    /// <param name="trend">Of <see cref="TrendlineEstimator"/>.</param>
    /// <param name="sendDeltaUs">Time between the groups that it was found from.</param>
    /// <param name="nowUs">Arrival time of the newest.</param>
    public void Update(double trend, long sendDeltaUs, long nowUs)
    {
        if (trend > _threshold)
        {
            var deltaMs = sendDeltaUs / 1000.0;
            _overMs = _overMs < 0 ? deltaMs / 2 : _overMs + deltaMs;
            _overCount++;
            if (_overMs > OveruseMs && _overCount > 1 && trend >= _previousTrend)
            {
                _overMs = 0;
                _overCount = 0;
                Usage = NetworkUsage.Over;
            }
        }
        else
        {
            _overMs = -1;
            _overCount = 0;
            Usage = trend < -_threshold ? NetworkUsage.Under : NetworkUsage.Normal;
        }

        _previousTrend = trend;
        Adapt(Math.Abs(trend), nowUs);
    }

    public void Reset()
    {
        _threshold = InitialThreshold;
        _previousTrend = 0;
        _overMs = -1;
        _overCount = 0;
        _lastUpdateUs = -1;
        Usage = NetworkUsage.Normal;
    }

    private void Adapt(double distance, long nowUs)
    {
        var elapsedMs = _lastUpdateUs < 0 ? 0 : Math.Clamp((nowUs - _lastUpdateUs) / 1000.0, 0, MaxAdaptMs);
        _lastUpdateUs = nowUs;

        // A spike, such as a path that changes, must not make the detector blind.
        if (distance <= _threshold + MaxAdaptDistance)
        {
            var gain = distance < _threshold ? GainDown : GainUp;
            _threshold = Math.Clamp(_threshold + (gain * (distance - _threshold) * elapsedMs), MinThreshold, MaxThreshold);
        }
    }
}

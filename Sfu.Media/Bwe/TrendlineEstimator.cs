using System.Runtime.CompilerServices;

namespace Sfu.Media.Bwe;

/// <summary>
/// Slope of the one-way delay over the last groups of packets (draft-ietf-rmcat-gcc-02 §5, with a least-squares line in place of the Kalman
/// filter): how fast the queue of the path grows. Media thread only.
/// </summary>
internal sealed class TrendlineEstimator
{
    private const int Window = 20;
    private const double Smoothing = 0.9;
    private const double Gain = 4;
    private const int MaxDeltas = 60;

    private Points _points;
    private int _count;
    private int _next;
    private int _deltas;
    private long _firstArrivalUs;
    private double _accumulatedMs;
    private double _smoothedMs;

    /// <summary>The slope in milliseconds, weighed by how much is known: what <see cref="OveruseDetector"/> compares.</summary>
    public double Trend { get; private set; }

    public void Update(long sendDeltaUs, long arrivalDeltaUs, long arrivalUs)
    {
        if (_deltas == 0)
        {
            _firstArrivalUs = arrivalUs;
        }

        _deltas = Math.Min(_deltas + 1, 1000);
        _accumulatedMs += (arrivalDeltaUs - sendDeltaUs) / 1000.0;
        _smoothedMs = (Smoothing * _smoothedMs) + ((1 - Smoothing) * _accumulatedMs);
        _points[_next] = new Point((arrivalUs - _firstArrivalUs) / 1000.0, _smoothedMs);
        _next = (_next + 1) % Window;
        _count = Math.Min(_count + 1, Window);
        if (_count == Window)
        {
            Trend = Math.Min(_deltas, MaxDeltas) * Slope() * Gain;
        }
    }

    public void Reset()
    {
        _count = _next = _deltas = 0;
        _accumulatedMs = _smoothedMs = 0;
        Trend = 0;
    }

    private double Slope()
    {
        double x = 0, y = 0;
        for (var i = 0; i < Window; i++)
        {
            x += _points[i].ArrivalMs;
            y += _points[i].DelayMs;
        }

        x /= Window;
        y /= Window;
        double above = 0, below = 0;
        for (var i = 0; i < Window; i++)
        {
            var distance = _points[i].ArrivalMs - x;
            above += distance * (_points[i].DelayMs - y);
            below += distance * distance;
        }

        return below > 0 ? above / below : 0;
    }

    private readonly record struct Point(double ArrivalMs, double DelayMs);

    [InlineArray(Window)]
    private struct Points
    {
        private Point _first;
    }
}

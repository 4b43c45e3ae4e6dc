namespace Sfu.Media.Bwe;

/// <summary>What the path carried when its queue filled: a mean and how far it scatters. Media thread only.</summary>
internal struct LinkCapacity
{
    private const double Weight = 0.05;
    private const double MinVariance = 0.4;
    private const double MaxVariance = 2.5;

    private double _kbps;
    private double _variance;

    public readonly bool IsKnown => _kbps > 0;

    public readonly long Mean => (long)(_kbps * 1000);

    public readonly long Lower => (long)(Math.Max(0, _kbps - (3 * Deviation)) * 1000);

    public readonly long Upper => (long)((_kbps + (3 * Deviation)) * 1000);

    private readonly double Deviation => Math.Sqrt(_variance * _kbps);

    public void Reset() => this = default;

    public void OnOveruse(long throughput) => Update(throughput / 1000.0, Weight);

    /// <summary>A probe tells more than one moment of overuse.</summary>
    public void OnProbe(long bitrate) => Update(bitrate / 1000.0, 0.5);

    private void Update(double sample, double weight)
    {
        _kbps = IsKnown ? ((1 - weight) * _kbps) + (weight * sample) : sample;

        // Normalized by the mean, so that it serves slow and fast links.
        var error = _kbps - sample;
        _variance = Math.Clamp(((1 - weight) * _variance) + (weight * error * error / Math.Max(_kbps, 1)), MinVariance, MaxVariance);
    }
}

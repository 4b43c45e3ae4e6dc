using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Support.Network;

/// <summary>
/// The bandwidth estimator at one end of a simulated path, and a client that answers with transport-wide feedback at the other. The sender
/// sends as much as it may, evenly, and more when the path is to be probed.
/// </summary>
internal sealed class EstimatorRun
{
    private const int PacketBytes = 1200;
    private const long StepUs = 1000;
    private const long OriginUs = 1_000_000_000;

    private readonly LinkProfile _profile;
    private readonly SimulatedLink<(ushort Sequence, int Bytes)> _down;
    private readonly SimulatedLink<byte[]> _up;
    private readonly TransportCcFeedbackGenerator _client = new();
    private readonly byte[] _buffer = new byte[1500];
    private ushort _sequence;
    private double _budgetBytes;
    private long _nowUs;
    private long _nextTimeUs;
    private long _receivedBytes;
    private long _lastReceivedBytes;

    public EstimatorRun(LinkProfile profile, int seed = 1, long start = 600_000)
    {
        _profile = profile;
        _down = new SimulatedLink<(ushort, int)>(profile, seed);
        _up = new SimulatedLink<byte[]>(new LinkProfile { Rates = [(TimeSpan.Zero, 100_000_000)], OneWay = profile.OneWay }, seed + 1);
        Estimator = new BandwidthEstimator(start) { Desired = 12_000_000 };
    }

    public BandwidthEstimator Estimator { get; }

    /// <summary>What the application has to send, in bit/s; by default all that it may.</summary>
    public Func<long, long> Source { get; set; } = static target => target;

    public List<Sample> Samples { get; } = [];

    public long NowUs => _nowUs;

    public SimulatedLink<(ushort Sequence, int Bytes)> Down => _down;

    public readonly record struct Sample(double Seconds, long Capacity, long Estimate, long Target, long Received, double QueueMs, double Loss);

    public void Run(TimeSpan duration)
    {
        var end = _nowUs + (long)duration.TotalMicroseconds;
        while (_nowUs < end)
        {
            _nowUs += StepUs;
            Step();
            if (_nowUs % 100_000 == 0)
            {
                Samples.Add(new Sample(
                    _nowUs / 1e6,
                    _profile.RateAt(_nowUs),
                    Estimator.Bitrate,
                    Estimator.Target,
                    (_receivedBytes - _lastReceivedBytes) * 80,
                    _down.QueueUs(_nowUs) / 1000.0,
                    Estimator.LossShare));
                _lastReceivedBytes = _receivedBytes;
            }
        }
    }

    private void Step()
    {
        var now = new MediaTime(OriginUs + _nowUs);
        while (_down.TryReceive(_nowUs, out var packet))
        {
            _receivedBytes += packet.Bytes;
            _client.OnPacket(packet.Sequence, now);
        }

        if (_client.NextTimeout <= now)
        {
            while (_client.TryWrite(1, 2, _buffer, out var length))
            {
                _up.Send(_buffer[..length], length, _nowUs);
            }
        }

        while (_up.TryReceive(_nowUs, out var feedback))
        {
            var reader = new RtcpReader(feedback);
            Assert.True(reader.TryNext(out var rtcp));
            Assert.True(TransportCcFeedback.TryParse(rtcp, out var view));
            Estimator.OnFeedback(view, now);
        }

        if (_nowUs >= _nextTimeUs)
        {
            _nextTimeUs = _nowUs + BandwidthEstimator.IntervalUs;
            Estimator.OnTime(now);
        }

        _budgetBytes = Math.Min(_budgetBytes + (Source(Estimator.Target) * StepUs / 8e6), PacketBytes * 10);
        while (_budgetBytes >= PacketBytes || Estimator.ProbeBytesDue(now) > 0)
        {
            _budgetBytes = Math.Max(0, _budgetBytes - PacketBytes);
            Estimator.OnSent(++_sequence, PacketBytes, now);
            _down.Send((_sequence, PacketBytes), PacketBytes, _nowUs);
        }
    }
}

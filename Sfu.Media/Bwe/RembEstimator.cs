using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// How much the path from a publisher carries, estimated at this end from the send times that its packets bear (abs-send-time), for those that
/// take no transport-wide feedback (draft-alvestrand-rmcat-remb-03). Sans-IO, allocates only while its window grows. Media thread only.
/// </summary>
internal sealed class RembEstimator
{
    private const long Start = 300_000;
    private const long UnknownRttUs = 200_000;
    private const int FractionBits = 18;
    private const long UpdateUs = 50_000;
    private const long SendUs = 1_000_000;
    private const long LeastBetweenUs = 200_000;
    private const double Notable = 0.97;

    private readonly ArrivalGroups _groups = new();
    private readonly TrendlineEstimator _trendline = new();
    private readonly OveruseDetector _detector = new();
    private readonly ThroughputEstimator _throughput = new();
    private readonly AimdRateControl _rate = new(Start, BandwidthEstimator.MinBitrate);

    private long _sendTime;
    private bool _started;
    private MediaTime _updatedAt = MediaTime.Zero;
    private MediaTime _sentAt = MediaTime.Zero;
    private long _sent;

    public long Bitrate => _rate.Bitrate;

    /// <summary>A packet came.</summary>
    /// <param name="absSendTime">24 bits, 6.18 fixed-point seconds; wraps every 64 s.</param>
    /// <param name="bytes">As on the wire above UDP.</param>
    /// <param name="rttUs">Round-trip time; 0: unknown.</param>
    /// <param name="now">Arrival time.</param>
    public void OnPacket(uint absSendTime, int bytes, long rttUs, MediaTime now)
    {
        var step = (int)((absSendTime - (uint)_sendTime) << 8) >> 8;
        _sendTime = _started ? _sendTime + step : absSendTime;
        _started = true;
        var packet = new PacketResult((_sendTime * 1_000_000) >> FractionBits, now.Us, bytes, 0, false);
        _throughput.Add(packet);
        if (_groups.TryAdd(packet, out var sendDelta, out var arrivalDelta))
        {
            _trendline.Update(sendDelta, arrivalDelta, packet.ArrivalUs);
            _detector.Update(_trendline.Trend, sendDelta, packet.ArrivalUs);
        }

        if (now.UsSince(_updatedAt) >= UpdateUs)
        {
            _updatedAt = now;
            _throughput.Update();
            _rate.Update(_detector.Usage, _throughput.BitsPerSecond, rttUs > 0 ? rttUs : UnknownRttUs, now);
        }
    }

    /// <summary>Whether the publisher is to be told now: once a second, and sooner when it is less.</summary>
    public bool IsDue(MediaTime now)
    {
        var elapsed = now.UsSince(_sentAt);
        if (elapsed < SendUs && (elapsed < LeastBetweenUs || Bitrate > Notable * _sent))
        {
            return false;
        }

        _sentAt = now;
        _sent = Bitrate;
        return true;
    }
}

using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// One probe of the path: for a moment everything leaves at a higher rate, and the distance at which it arrives tells what the path can
/// carry. Media thread only.
/// </summary>
internal sealed class Probe
{
    private const int MinPackets = 5;
    private const long MinDurationUs = 20_000;
    private const long MaxDurationUs = 120_000;

    // A probe that is short beside the jitter is flattered by it, or belittled.
    private const int DurationOverJitter = 3;
    private const long MaxSendingUs = 250_000;
    private const long MaxWaitUs = 1_000_000;
    private const double MinReceivedShare = 0.8;
    private const double Saturated = 0.9;
    private const double SaturatedUse = 0.95;

    private byte _lastCluster;
    private int _minBytes;
    private MediaTime _startedAt;
    private int _sentPackets;
    private int _sentBytes;
    private int _resolvedPackets;
    private int _receivedPackets;
    private long _bytesBehindFirst;
    private long _firstSendUs;
    private long _broughtBytes;
    private long _takenUs;

    /// <summary>Begun and not concluded.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Packets that leave now belong to it.</summary>
    public bool IsSending { get; private set; }

    /// <summary>What it tries, in bit/s.</summary>
    public long Bitrate { get; private set; }

    /// <summary>Its number while it is sent, else 0.</summary>
    public byte ClusterToSend => IsSending ? _lastCluster : (byte)0;

    /// <param name="bitrate">What to try, in bit/s.</param>
    /// <param name="jitterUs">How far the delay of packets scatters: the probe has to last longer than that to tell anything.</param>
    /// <param name="longestUs">No longer than this: what the path does not carry of it stands in its queue.</param>
    /// <param name="now">Call time.</param>
    public void Start(long bitrate, long jitterUs, long longestUs, MediaTime now)
    {
        _lastCluster = _lastCluster == byte.MaxValue ? (byte)1 : (byte)(_lastCluster + 1);
        Bitrate = bitrate;
        var longest = Math.Clamp(longestUs, MinDurationUs, MaxDurationUs);
        _minBytes = (int)Math.Min(bitrate * Math.Clamp(DurationOverJitter * jitterUs, MinDurationUs, longest) / 8_000_000, int.MaxValue);
        _startedAt = now;
        _sentPackets = _sentBytes = _resolvedPackets = _receivedPackets = 0;
        _bytesBehindFirst = _broughtBytes = _takenUs = 0;
        IsRunning = IsSending = true;
    }

    /// <summary>How many bytes may leave to stay at the probe's rate; 0 or less: none.</summary>
    public long BytesDue(MediaTime now)
    {
        if (!IsSending)
        {
            return 0;
        }

        // The first packet leaves at once.
        return Math.Max(1, Bitrate * now.UsSince(_startedAt) / 8_000_000) - _sentBytes;
    }

    public void OnSent(int bytes, MediaTime now)
    {
        _sentPackets++;
        _sentBytes += bytes;
        if ((_sentBytes >= _minBytes && _sentPackets >= MinPackets) || now.UsSince(_startedAt) > MaxSendingUs)
        {
            IsSending = false;
        }
    }

    public void OnTime(MediaTime now)
    {
        if (IsSending && now.UsSince(_startedAt) > MaxSendingUs)
        {
            // Nobody has enough to send.
            IsSending = false;
        }
    }

    /// <summary>Feedback tells of a packet, in the order of sending.</summary>
    /// <remarks>
    /// Where the path carries less than the probe's rate, its packets wait ever longer: what the second half of them brought, over the time
    /// since the first left and that growth, is what the path carries. Unlike the distances at which they arrive this survives jitter.
    /// </remarks>
    /// <param name="packet">Received or lost.</param>
    /// <param name="usualDelayUs">One-way delay of the packets before the probe.</param>
    public void Add(in PacketResult packet, long usualDelayUs)
    {
        if (!IsRunning || packet.ProbeCluster != _lastCluster || packet.WasReportedLost)
        {
            return;
        }

        if (_resolvedPackets++ == 0)
        {
            _firstSendUs = packet.SendUs;
            _receivedPackets += packet.IsReceived ? 1 : 0;
            return;
        }

        if (!packet.IsReceived)
        {
            return;
        }

        _receivedPackets++;
        _bytesBehindFirst += packet.Size;
        if (_bytesBehindFirst * 2 >= _minBytes)
        {
            _takenUs += packet.SendUs - _firstSendUs + (packet.ArrivalUs - packet.SendUs - usualDelayUs);
            _broughtBytes += _bytesBehindFirst;
        }
    }

    /// <summary>True once when it is over.</summary>
    /// <param name="now">Time of the feedback, or of a timer.</param>
    /// <param name="bitrate">What the path was seen to carry; 0 when it could not be told.</param>
    public bool TryConclude(MediaTime now, out long bitrate)
    {
        bitrate = 0;
        if (!IsRunning || IsSending || (_resolvedPackets < _sentPackets && now.UsSince(_startedAt) < MaxWaitUs))
        {
            return false;
        }

        IsRunning = false;
        var carried = _takenUs > 0 ? _broughtBytes * 8_000_000 / _takenUs : 0;
        carried = carried < Saturated * Bitrate ? (long)(SaturatedUse * carried) : Math.Min(carried, Bitrate);
        bitrate = _receivedPackets >= MinReceivedShare * MinPackets ? carried : 0;
        return true;
    }
}

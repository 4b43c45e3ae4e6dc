using System.Buffers.Binary;
using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Support.Network;

/// <summary>
/// What a browser does with the video that it gets: transport-wide feedback, requests for what is missing, and frames that can be shown once they
/// are whole and what they build on was shown, after a fixed delay.
/// </summary>
internal sealed class ClientReceiver
{
    /// <summary>Frames are shown this long after they could be at the earliest: what comes late, or again, still comes in time.</summary>
    public const int BufferMs = 200;

    private readonly LoopbackPeer _peer;
    private readonly ICamera _camera;
    private readonly TransportCcFeedbackGenerator _feedback = new() { IntervalUs = TransportCcFeedbackGenerator.MinIntervalUs };
    private readonly NackGenerator _nack = new() { RttUs = 210_000 };
    private readonly SortedDictionary<long, (bool First, bool Last, bool Key, uint Timestamp)> _packets = [];
    private readonly byte[] _buffer = new byte[2048];
    private long _highest;
    private long _nextToShow = -1;
    private MediaTime _shownAt = MediaTime.Never;
    private MediaTime _askedAt = MediaTime.Zero;
    private MediaTime _shownFirst = MediaTime.Never;
    private uint _firstTimestamp;
    private int _seen;

    public ClientReceiver(LoopbackPeer peer, ICamera camera)
    {
        _peer = peer;
        _camera = camera;
    }

    /// <summary>Between two frames that could be shown, where it is more than two frames.</summary>
    public List<(long AtUs, double Ms)> Gaps { get; } = [];

    /// <summary>The last frame counts as followed by one now.</summary>
    public void Finish(MediaTime now)
    {
        if (_shownAt != MediaTime.Never && now.UsSince(_shownAt) > 2 * ICamera.FrameMs * 1000)
        {
            Gaps.Add((_shownAt.Us, now.UsSince(_shownAt) / 1000.0));
        }
    }

    public double LongestFreezeMs => Gaps.Select(static gap => gap.Ms).DefaultIfEmpty().Max();

    public long FramesShown { get; private set; }

    public double SinceLastFrameMs(MediaTime now) => _shownAt == MediaTime.Never ? 0 : now.UsSince(_shownAt) / 1000.0;

    public void OnDatagram(byte[] datagram, MediaTime now)
    {
        _peer.OnDatagram(datagram, now);
        for (; _seen < _peer.Rtp.Count; _seen++)
        {
            OnRtp(_peer.Rtp[_seen], now);
        }

        if (_seen > 10_000)
        {
            _peer.Rtp.Clear();
            _peer.Rtcp.Clear();
            _seen = 0;
        }
    }

    public void OnTime(MediaTime now)
    {
        Show(now);
        if (_feedback.NextTimeout <= now)
        {
            while (_feedback.TryWrite(1, TestMedia.ConsumerSsrc, _buffer, out var length))
            {
                _peer.SendRtcp(_buffer.AsSpan(0, length));
            }
        }

        Span<ushort> missing = stackalloc ushort[64];
        int count;
        while (_nack.NextTimeout <= now && (count = _nack.TakeDue(now, missing)) > 0)
        {
            var writer = new RtcpWriter(_buffer);
            Assert.True(writer.TryAddNack(1, TestMedia.ConsumerSsrc, missing[..count], out _));
            _peer.SendRtcp(writer.Written);
        }

        if (_nack.TakeKeyFrameRequest() || (_shownAt != MediaTime.Never && now.UsSince(_shownAt) > 300_000 && now.UsSince(_askedAt) > 300_000))
        {
            _askedAt = now;
            var writer = new RtcpWriter(_buffer);
            Assert.True(writer.TryAddPictureLossIndication(1, TestMedia.ConsumerSsrc));
            _peer.SendRtcp(writer.Written);
        }
    }

    private void OnRtp(byte[] bytes, MediaTime now)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        if (packet.TryFindExtension(TestMedia.ConsumerTwccId, out var extension) && HeaderExtensionValues.TryReadTransportSequence(extension.Data, out var transportSequence))
        {
            _feedback.OnPacket(transportSequence, now);
        }

        var isRtx = packet.Ssrc != TestMedia.ConsumerSsrc;
        var sequence = isRtx ? BinaryPrimitives.ReadUInt16BigEndian(packet.Payload) : packet.SequenceNumber;
        var payload = isRtx ? packet.Payload[2..] : packet.Payload;
        var extended = _highest == 0 ? sequence + 0x10000L : Serial.Unwrap(sequence, _highest);
        _highest = Math.Max(_highest, extended);
        var (isFirst, isKey) = _camera.Read(payload);
        _nack.OnPacket(sequence, isKey, isRtx, now);
        if (extended >= _nextToShow)
        {
            _packets[extended] = (isFirst, packet.Marker, isKey, packet.Timestamp);
        }

        Show(now);
    }

    /// <summary>
    /// Frames in order, each whole; after a gap that stays, from the next key frame on. That is taken when it is to be shown and not as soon as
    /// it is there: until then what is missing before it may come, as in libwebrtc's FrameBuffer.
    /// </summary>
    private void Show(MediaTime now)
    {
        while (_packets.Count > 0)
        {
            var isNext = TryFindWhole(_nextToShow, out var end);
            if (!isNext)
            {
                end = _packets.Where(static p => p.Value.Key && p.Value.First).Select(p => TryFindWhole(p.Key, out var last) ? last : -1).FirstOrDefault(static last => last >= 0, -1);
                if (end < 0)
                {
                    return;
                }
            }

            var timestamp = _packets[end - 1].Timestamp;
            if (_shownFirst == MediaTime.Never)
            {
                _shownFirst = now.PlusMs(BufferMs);
                _firstTimestamp = timestamp;
            }

            var due = _shownFirst.PlusUs(Serial.Distance(timestamp, _firstTimestamp) * 1000L / 90);
            if (!isNext && _nextToShow >= 0 && due > now)
            {
                return;
            }

            foreach (var old in _packets.Keys.TakeWhile(sequence => sequence < end).ToArray())
            {
                _packets.Remove(old);
            }

            _nextToShow = end;
            FramesShown++;
            var shownAt = due > now ? due : now;
            if (_shownAt != MediaTime.Never && shownAt.UsSince(_shownAt) > 2 * ICamera.FrameMs * 1000)
            {
                Gaps.Add((_shownAt.Us, shownAt.UsSince(_shownAt) / 1000.0));
            }

            _shownAt = shownAt;
        }
    }

    private bool TryFindWhole(long from, out long end)
    {
        end = from;
        if (!_packets.TryGetValue(from, out var packet) || !packet.First)
        {
            return false;
        }

        for (; _packets.TryGetValue(end, out packet); end++)
        {
            if (packet.Last)
            {
                end++;
                return true;
            }
        }

        return false;
    }
}

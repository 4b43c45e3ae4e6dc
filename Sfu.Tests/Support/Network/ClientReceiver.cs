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

    private readonly IMediaPeer _peer;
    private readonly ICamera _camera;
    private readonly ReceivedStream _stream;
    private readonly TransportCcFeedbackGenerator _feedback = new() { IntervalUs = TransportCcFeedbackGenerator.MinIntervalUs };
    private readonly NackGenerator _nack;
    private readonly SortedDictionary<long, Waiting> _packets = [];
    private readonly byte[] _buffer = new byte[2048];
    private long _highest;
    private long _nextToShow = -1;
    private MediaTime _shownAt = MediaTime.Never;
    private MediaTime _askedAt = MediaTime.Zero;
    private MediaTime _shownFirst = MediaTime.Never;
    private uint _firstTimestamp;

    /// <param name="peer">Who receives.</param>
    /// <param name="camera">What is received.</param>
    /// <param name="stream">The numbers of it; null: those of the tests' Consumers.</param>
    /// <param name="rttUs">What the client takes the round trip for.</param>
    public ClientReceiver(IMediaPeer peer, ICamera camera, ReceivedStream? stream = null, long rttUs = 210_000)
    {
        _nack = new NackGenerator { RttUs = rttUs };
        _peer = peer;
        _camera = camera;
        _stream = stream ?? ReceivedStream.OfTests;
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

    /// <summary>Of the latest frame that could be shown; −1: there was none.</summary>
    public int SpatialShown { get; private set; } = -1;

    /// <summary>RTP bytes of what came, repairs and probes included.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>RTP bytes of the frames that could be shown, each packet once.</summary>
    public long BytesShown { get; private set; }

    public StreamTally Tally { get; } = new();

    public double SinceLastFrameMs(MediaTime now) => _shownAt == MediaTime.Never ? 0 : now.UsSince(_shownAt) / 1000.0;

    public void OnTime(MediaTime now)
    {
        Show(now);
        if (_feedback.NextTimeout <= now)
        {
            while (_feedback.TryWrite(1, _stream.Ssrc, _buffer, out var length))
            {
                _peer.SendRtcp(_buffer.AsSpan(0, length));
            }
        }

        Span<ushort> missing = stackalloc ushort[64];
        int count;
        while (_nack.NextTimeout <= now && (count = _nack.TakeDue(now, missing)) > 0)
        {
            var writer = new RtcpWriter(_buffer);
            Assert.True(writer.TryAddNack(1, _stream.Ssrc, missing[..count], out _));
            _peer.SendRtcp(writer.Written);
        }

        if (_nack.TakeKeyFrameRequest() || (_shownAt != MediaTime.Never && now.UsSince(_shownAt) > 300_000 && now.UsSince(_askedAt) > 300_000))
        {
            _askedAt = now;
            var writer = new RtcpWriter(_buffer);
            Assert.True(writer.TryAddPictureLossIndication(1, _stream.Ssrc));
            _peer.SendRtcp(writer.Written);
        }
    }

    /// <summary>A packet has come.</summary>
    public void OnRtp(byte[] bytes, MediaTime now)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        if (packet.TryFindExtension(_stream.TransportSequenceId, out var extension) && HeaderExtensionValues.TryReadTransportSequence(extension.Data, out var transportSequence))
        {
            _feedback.OnPacket(transportSequence, now);
        }

        BytesReceived += bytes.Length;
        var isRtx = packet.Ssrc == _stream.RtxSsrc;
        if ((!isRtx && packet.Ssrc != _stream.Ssrc) || packet.Payload.Length <= Rtx.OsnLength)
        {
            // A probe, or padding.
            return;
        }

        var sequence = isRtx ? BinaryPrimitives.ReadUInt16BigEndian(packet.Payload) : packet.SequenceNumber;
        var payload = isRtx ? packet.Payload[2..] : packet.Payload;
        var extended = _highest == 0 ? sequence + 0x10000L : Serial.Unwrap(sequence, _highest);
        _highest = Math.Max(_highest, extended);
        var part = _camera.Read(payload);
        _nack.OnPacket(sequence, part.IsKeyStart, isRtx, now);
        Tally.OnPacket(extended, isRtx);
        if (extended >= _nextToShow)
        {
            _packets[extended] = new Waiting(part.IsFirst, packet.Marker, part.IsKeyStart, packet.Timestamp, part.Spatial, bytes.Length);
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
            var begin = _nextToShow;
            var isNext = TryFindWhole(begin, out var end);
            if (!isNext)
            {
                begin = _packets.Where(static p => p.Value.Key && p.Value.First).Select(static p => p.Key).FirstOrDefault(key => TryFindWhole(key, out _), -1);
                if (begin < 0 || !TryFindWhole(begin, out end))
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

            SpatialShown = -1;
            foreach (var old in _packets.Keys.TakeWhile(sequence => sequence < end).ToArray())
            {
                if (old >= begin)
                {
                    SpatialShown = Math.Max(SpatialShown, _packets[old].Spatial);
                    BytesShown += _packets[old].Bytes;
                }

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

        // A frame that was cut short, since another layer takes its place, never becomes whole.
        var timestamp = packet.Timestamp;
        for (; _packets.TryGetValue(end, out packet) && packet.Timestamp == timestamp; end++)
        {
            if (packet.Last)
            {
                end++;
                return true;
            }
        }

        return false;
    }

    private readonly record struct Waiting(bool First, bool Last, bool Key, uint Timestamp, int Spatial, int Bytes);
}

using System.Buffers.Binary;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Support.Loopback;

/// <summary>
/// A camera that a client sends as VP8 in several encodings of three temporal layers each (L1T3), as browsers do: own SSRCs, sequence
/// numbers, timestamps and picture ids, key frames on request.
/// </summary>
internal sealed class SimulcastSource
{
    public const int FrameMs = 40;
    public const int TicksPerFrame = 90 * FrameMs;

    // T0 T2 T1 T2.
    private static readonly int[] Temporal = [0, 2, 1, 2];

    private readonly LoopbackWorld _world;
    private readonly LoopbackPeer _peer;
    private readonly Encoding[] _encodings;
    private int _frame;
    private ushort _rtxSequence;

    public SimulcastSource(LoopbackWorld world, LoopbackPeer peer, int encodings = 3)
    {
        _world = world;
        _peer = peer;
        _encodings = [.. Enumerable.Range(0, encodings).Select(static i => new Encoding(i))];
        Producer = peer.Produce(Settings(encodings));
        peer.OnRtcp += OnRtcp;
    }

    public ProducerHandle Producer { get; }

    /// <summary>Encodings that are sent at present.</summary>
    public HashSet<int> Active { get; } = [0, 1, 2];

    /// <summary>Requests for key frames, by encoding.</summary>
    public int[] KeyFrameRequests { get; } = new int[3];

    /// <summary>Packets of a frame of each encoding, and bytes of a packet.</summary>
    public (int Packets, int Bytes)[] FrameSize { get; set; } = [(1, 200), (1, 500), (2, 900)];

    public static uint SsrcOf(int encoding) => 1000u + (1000u * (uint)encoding);

    public static ProducerSettings Settings(int encodings) => TestMedia.Video() with
    {
        RtpParameters = TestMedia.Video().RtpParameters with
        {
            Encodings =
            [
                .. Enumerable.Range(0, encodings).Select(static i => new RtpEncodingParameters
                {
                    Ssrc = SsrcOf(i),
                    Rtx = new RtpRtxParameters(SsrcOf(i) + 1),
                    ScalabilityMode = "L1T3",
                }),
            ],
        },
    };

    public static ConsumerSettings Consumer(ConsumerLayers? preferred = null, uint ssrc = TestMedia.ConsumerSsrc) =>
        TestMedia.VideoConsumer(ssrc: ssrc, rtxSsrc: ssrc + 1) with { Type = ConsumerType.Simulcast, PreferredLayers = preferred };

    /// <summary>As the Router has it, in its numbers.</summary>
    public static RtpParameters Consumable => Consumer().RtpParameters with
    {
        Mid = null,
        Encodings = [.. Enumerable.Range(0, 3).Select(static _ => new RtpEncodingParameters { ScalabilityMode = "L1T3" })],
    };

    /// <summary>Sends frames of all active encodings, forty milliseconds each.</summary>
    public void Send(int frames, bool answerRequests = true)
    {
        for (var i = 0; i < frames; i++)
        {
            SendOne(answerRequests);
            _world.Run(TimeSpan.FromMilliseconds(FrameMs));
        }
    }

    /// <summary>Sends one frame of all active encodings. No time passes.</summary>
    public void SendOne(bool answerRequests = true)
    {
        if (_frame % 25 == 0)
        {
            SendReports();
        }

        foreach (var packet in NextFrame(answerRequests))
        {
            _peer.SendRtp(packet);
        }
    }

    /// <summary>The packets of one frame in all active encodings, for who sends them otherwise.</summary>
    public List<byte[]> NextFrame(bool answerRequests = true)
    {
        var packets = new List<byte[]>();
        foreach (var encoding in _encodings.Where(encoding => Active.Contains(encoding.Index)))
        {
            packets.AddRange(encoding.Frame(_frame, Temporal[_frame % 4], answerRequests && encoding.KeyFrameWanted, FrameSize[encoding.Index]));
        }

        _frame++;
        return packets;
    }

    public void RequestKeyFrames(params int[] encodings) => Array.ForEach(encodings, encoding => _encodings[encoding].KeyFrameWanted = true);

    /// <summary>The encoding and the number of the frame that a forwarded packet carries.</summary>
    public static (int Encoding, int Frame, bool Key) Identify(ReadOnlySpan<byte> payload)
    {
        var descriptor = 6;
        return (payload[descriptor + 10], BinaryPrimitives.ReadInt32BigEndian(payload[(descriptor + 11)..]), (payload[descriptor] & 1) == 0);
    }

    private void SendReports()
    {
        Span<byte> compound = stackalloc byte[RtcpWriter.MaxCompoundBytes];
        var writer = new RtcpWriter(compound);
        foreach (var encoding in _encodings)
        {
            // The report speaks of the present frame.
            var ntp = NtpTime.FromUnixMicroseconds(1_700_000_000_000_000 + _world.Now.Us);
            Assert.True(writer.TryAddSenderReport(new SenderInfo(SsrcOf(encoding.Index), ntp, encoding.TimestampOf(_frame), 1, 1), []));
        }

        _peer.SendRtcp(writer.Written);
    }

    private void OnRtcp(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.TryNext(out var packet))
        {
            if (PictureLossIndication.TryParse(packet, out var pli))
            {
                var encoding = Array.FindIndex(_encodings, e => SsrcOf(e.Index) == pli.MediaSsrc);
                _encodings[encoding].KeyFrameWanted = true;
                KeyFrameRequests[encoding]++;
            }
            else if (GenericNack.TryParse(packet, out var nack))
            {
                SendAgain(nack);
            }
        }
    }

    private void SendAgain(GenericNack nack)
    {
        while (nack.TryNext(out var sequence))
        {
            if (_peer.Sent.TryGetValue((nack.MediaSsrc, sequence), out var lost))
            {
                Assert.True(RtpPacket.TryParseHeader(lost, out var view));
                var packet = new byte[lost.Length + Rtx.OsnLength];
                var length = Rtx.Wrap(lost, view.HeaderLength, nack.MediaSsrc + 1, TestMedia.ProducerRtx, _rtxSequence++, packet);
                _peer.SendRtp(packet.AsSpan(0, length));
            }
        }
    }

    private sealed class Encoding(int index)
    {
        private readonly uint _timestampOffset = 0xF000_0000u + (0x1234_5678u * (uint)index);
        private ushort _sequence = (ushort)(65_000 + (index * 200));
        private ushort _picture = (ushort)(32_700 - (index * 7));
        private byte _tl0 = (byte)(250 - index);

        public int Index => index;

        public bool KeyFrameWanted { get; set; }

        public uint TimestampOf(int frame) => _timestampOffset + (uint)(frame * TicksPerFrame);

        public IEnumerable<byte[]> Frame(int frame, int temporal, bool key, (int Packets, int Bytes) size)
        {
            KeyFrameWanted &= !key;
            temporal = key ? 0 : temporal;
            _tl0 += (byte)(temporal == 0 ? 1 : 0);
            for (var i = 0; i < size.Packets; i++)
            {
                yield return Packet(frame, temporal, key, first: i == 0, last: i == size.Packets - 1, size.Bytes);
                _sequence++;
            }

            _picture = (ushort)((_picture + 1) & 0x7FFF);
        }

        private byte[] Packet(int frame, int temporal, bool key, bool first, bool last, int bytes)
        {
            var packet = new byte[12 + bytes];
            packet[0] = 0x80;
            packet[1] = (byte)((last ? 0x80 : 0) | TestMedia.ProducerVp8);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _sequence);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), TimestampOf(frame));
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), SsrcOf(index));
            var payload = packet.AsSpan(12);

            // RFC 7741 §4.2: X, S | I L T | 15-bit picture id | TL0PICIDX | TID, Y.
            payload[0] = (byte)(0x80 | (first ? 0x10 : 0));
            payload[1] = 0xE0;
            BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)(0x8000 | _picture));
            payload[4] = _tl0;
            payload[5] = (byte)((temporal << 6) | (temporal > 0 ? 0x20 : 0));
            payload[6] = first ? (byte)(key ? 0 : 1) : (byte)1;
            payload[16] = (byte)index;
            BinaryPrimitives.WriteInt32BigEndian(payload[17..], frame);
            return packet;
        }
    }
}

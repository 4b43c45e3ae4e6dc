using System.Buffers.Binary;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Unit.Codecs;

namespace Sfu.Tests.Support.Loopback;

/// <summary>
/// A camera that a client sends in several encodings of three temporal layers each (L1T3), as browsers do: own SSRCs, sequence numbers,
/// timestamps and picture ids, key frames on request. VP8, H264 (which does not tell its temporal layers), or AV1 with dependency descriptors
/// and a payload that nobody can read. The others may have dependency descriptors too: then VP8 frames are encrypted end to end.
/// </summary>
internal sealed class SimulcastSource : ICamera
{
    public const int FrameMs = ICamera.FrameMs;
    public const int TicksPerFrame = 90 * FrameMs;

    // T0 T2 T1 T2.
    private static readonly int[] Temporal = [0, 2, 1, 2];

    private readonly LoopbackWorld? _world;
    private readonly IMediaPeer _peer;
    private readonly Encoding[] _encodings;
    private readonly CodecKind _codec;
    private readonly bool _describes;
    private int _frame;
    private ushort _rtxSequence;

    public SimulcastSource(LoopbackWorld world, LoopbackPeer peer, int encodings = 3, CodecKind codec = CodecKind.Vp8, bool describes = false)
        : this(peer, encodings, codec, describes)
    {
        _world = world;
        Producer = peer.Produce(Settings(encodings, codec, _describes));
    }

    /// <summary>A camera of a client whose Producer is made by others.</summary>
    public SimulcastSource(IMediaPeer peer, int encodings = 3, CodecKind codec = CodecKind.Vp8, bool describes = false)
    {
        _codec = codec;
        _describes = describes || codec == CodecKind.Av1;
        _peer = peer;
        _encodings = [.. Enumerable.Range(0, encodings).Select(i => new Encoding(i, codec, _describes))];
        peer.OnRtcp += OnRtcp;
    }

    public ProducerHandle Producer { get; }

    public RtpParameters SendParameters
    {
        get
        {
            var parameters = Settings(_encodings.Length, _codec, _describes).RtpParameters;
            return parameters with
            {
                HeaderExtensions = [.. parameters.HeaderExtensions.Where(extension => extension.Uri switch
                {
                    RtpHeaderExtensionUri.DependencyDescriptor => true,
                    RtpHeaderExtensionUri.AbsCaptureTime => CaptureTimes is not null,
                    _ => false,
                })],
            };
        }
    }

    /// <summary>Encodings that are sent at present.</summary>
    public HashSet<int> Active { get; } = [0, 1, 2];

    /// <summary>Requests for key frames, by encoding.</summary>
    public int[] KeyFrameRequests { get; } = new int[3];

    /// <summary>Packets of a frame of each encoding, and bytes of a packet.</summary>
    public (int Packets, int Bytes)[] FrameSize { get; set; } = [(1, 200), (1, 500), (2, 900)];

    /// <summary>The header extension that tells when a frame was captured (abs-capture-time).</summary>
    public const byte CaptureTimeId = 11;

    /// <summary>What its wall clock, by which it reports and captures, shows at <see cref="MediaTime.Zero"/>, in microseconds since 1970.</summary>
    public const long ClockOriginUs = 1_700_000_000_000_000;

    /// <summary>When a frame was captured, told in each of its packets; null: it is not told. Not beside dependency descriptors.</summary>
    public Func<int, NtpTime>? CaptureTimes { get; set; }

    /// <summary>What the clock of the capture time is ahead of its own, in 2⁻³² s; null: it is not told, and the two are one.</summary>
    public long? CaptureOffset { get; set; }

    /// <summary>How many times the packets of another frame a key frame has.</summary>
    public int KeyFrameFactor { get; set; } = 1;

    public static uint SsrcOf(int encoding) => 1000u + (1000u * (uint)encoding);

    /// <param name="preferred">The layers that are wanted.</param>
    /// <param name="ssrc">And the one behind it for RTX.</param>
    /// <param name="codec">The source's.</param>
    /// <param name="describes">The client is sent dependency descriptors.</param>
    public static ConsumerSettings Consumer(
        ConsumerLayers? preferred = null, uint ssrc = TestMedia.ConsumerSsrc, CodecKind codec = CodecKind.Vp8, bool describes = false)
    {
        var vp8 = TestMedia.VideoConsumer(ssrc: ssrc, rtxSsrc: ssrc + 1) with { Type = ConsumerType.Simulcast, PreferredLayers = preferred };
        return vp8 with { RtpParameters = WithCodec(vp8.RtpParameters, codec, Descriptors.ConsumerId, describes) };
    }

    public ConsumerSettings RepairingConsumer() => Consumer(codec: _codec, describes: _describes && _codec != CodecKind.Vp8);

    public void SendOne() => SendOne(answerRequests: true);

    public CameraPacket Read(ReadOnlySpan<byte> payload) => CameraPacket.FromByte(payload[21], payload[16]);

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
            _world!.Run(TimeSpan.FromMilliseconds(FrameMs));
        }
    }

    /// <summary>Sends one frame of all active encodings. No time passes.</summary>
    public void SendOne(bool answerRequests)
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
        AbsCaptureTime? captured = CaptureTimes is { } times ? new AbsCaptureTime(times(_frame), CaptureOffset) : null;
        foreach (var encoding in _encodings.Where(encoding => Active.Contains(encoding.Index)))
        {
            var key = answerRequests && encoding.KeyFrameWanted;
            var (count, bytes) = FrameSize[encoding.Index];
            packets.AddRange(encoding.Frame(_frame, Temporal[_frame % 4], key, (key ? count * KeyFrameFactor : count, bytes), captured));
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

    private static ProducerSettings Settings(int encodings, CodecKind codec, bool describes)
    {
        var video = TestMedia.Video();
        return video with
        {
            RtpParameters = WithCodec(video.RtpParameters, codec, Descriptors.ProducerId, describes) with
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
    }

    private static RtpParameters WithCodec(RtpParameters vp8, CodecKind codec, byte descriptorId, bool describes) => vp8 with
    {
        Codecs = [vp8.Codecs[0] with { MimeType = codec switch { CodecKind.H264 => "video/H264", CodecKind.Av1 => "video/AV1", _ => "video/VP8" } }, .. vp8.Codecs.Skip(1)],
        HeaderExtensions = describes || codec == CodecKind.Av1
            ? [.. vp8.HeaderExtensions, TestMedia.Extension(RtpHeaderExtensionUri.DependencyDescriptor, descriptorId)]
            : [.. vp8.HeaderExtensions, TestMedia.Extension(RtpHeaderExtensionUri.AbsCaptureTime, CaptureTimeId)],
    };

    private void SendReports()
    {
        Span<byte> compound = stackalloc byte[RtcpWriter.MaxCompoundBytes];
        var writer = new RtcpWriter(compound);
        foreach (var encoding in _encodings)
        {
            // The report speaks of the present frame.
            var ntp = NtpTime.FromUnixMicroseconds(ClockOriginUs + _peer.Now.Us);
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
            if (_peer.FindSent(nack.MediaSsrc, sequence) is { } lost)
            {
                Assert.True(RtpPacket.TryParseHeader(lost, out var view));
                var packet = new byte[lost.Length + Rtx.OsnLength];
                var length = Rtx.Wrap(lost, view.HeaderLength, nack.MediaSsrc + 1, TestMedia.ProducerRtx, _rtxSequence++, packet);
                _peer.SendRtp(packet.AsSpan(0, length));
            }
        }
    }

    private sealed class Encoding(int index, CodecKind codec, bool describes)
    {
        // The templates of T0 T2 T1 T2; a key frame is of the first.
        private static readonly int[] s_templates = [1, 3, 2, 4];

        private readonly uint _timestampOffset = 0xF000_0000u + (0x1234_5678u * (uint)index);
        private readonly DescriptorStructure _structure = DescriptorStructure.L1T3(idOffset: 20 * index);
        private ushort _sequence = (ushort)(65_000 + (index * 200));
        private ushort _picture = (ushort)(32_700 - (index * 7));
        private byte _tl0 = (byte)(250 - index);
        private byte _keyIndex = (byte)(30 - (index * 3));
        private int _number = 65_500 - (index * 1000);

        public int Index => index;

        public bool KeyFrameWanted { get; set; }

        public uint TimestampOf(int frame) => _timestampOffset + (uint)(frame * TicksPerFrame);

        public IEnumerable<byte[]> Frame(int frame, int temporal, bool key, (int Packets, int Bytes) size, AbsCaptureTime? captured)
        {
            KeyFrameWanted &= !key;
            temporal = key ? 0 : temporal;
            _tl0 += (byte)(temporal == 0 ? 1 : 0);
            _keyIndex += (byte)(key ? 1 : 0);
            for (var i = 0; i < size.Packets; i++)
            {
                yield return Packet(frame, temporal, key, first: i == 0, last: i == size.Packets - 1, size.Bytes, captured);
                _sequence++;
            }

            _picture = (ushort)((_picture + 1) & 0x7FFF);
            _number++;
        }

        private byte[] Packet(int frame, int temporal, bool key, bool first, bool last, int bytes, AbsCaptureTime? captured)
        {
            var packet = new byte[200 + bytes];
            packet[0] = 0x80;
            packet[1] = (byte)((last ? 0x80 : 0) | TestMedia.ProducerVp8);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _sequence);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), TimestampOf(frame));
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), SsrcOf(index));
            var header = 12;
            if (describes)
            {
                var template = key ? 0 : s_templates[frame % 4];
                header += Descriptors.Write(packet, _structure.Frame(template, _number, first, last, structure: key && first));
            }
            else if (captured is { } capture)
            {
                packet[0] |= 0x10;
                Span<byte> value = stackalloc byte[capture.Length];
                HeaderExtensionValues.WriteAbsCaptureTime(value, capture);
                header += HeaderExtensionWriter.Write([ExtensionItem.FromValue(CaptureTimeId, value)], default, packet.AsSpan(12));
            }

            var payload = packet.AsSpan(header, bytes);
            WriteStart(payload, temporal, key, first, last);
            payload[16] = (byte)index;
            BinaryPrimitives.WriteInt32BigEndian(payload[17..], frame);
            payload[21] = new CameraPacket(first, first && key).ToByte();
            return packet[..(header + bytes)];
        }

        private void WriteStart(Span<byte> payload, int temporal, bool key, bool first, bool last)
        {
            switch (codec)
            {
                case CodecKind.H264:
                    // RFC 6184 §5.8: FU-A of an IDR or another slice.
                    payload[0] = 0x7C;
                    payload[1] = (byte)((first ? 0x80 : 0) | (last ? 0x40 : 0) | (key ? 5 : 1));
                    break;
                case CodecKind.Av1:
                    // Encrypted: it may look like a key frame.
                    payload[0] = 0x18;
                    payload[1] = 0x0A;
                    break;
                default:
                    // RFC 7741 §4.2: X, S | I L T | 15-bit picture id | TL0PICIDX | TID, Y.
                    payload[0] = (byte)(0x80 | (first ? 0x10 : 0));
                    payload[1] = 0xE0;
                    BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)(0x8000 | _picture));
                    payload[4] = _tl0;
                    payload[5] = (byte)((temporal << 6) | (temporal > 0 ? 0x20 : 0));
                    payload[6] = first ? (byte)(key ? 0 : 1) : (byte)1;
                    if (describes)
                    {
                        // K and KEYIDX; behind it no key frame shows.
                        payload[1] |= 0x10;
                        payload[5] |= (byte)(_keyIndex & 0x1F);
                        payload[6] = 1;
                    }

                    break;
            }
        }
    }
}

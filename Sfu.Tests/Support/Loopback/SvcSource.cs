using System.Buffers.Binary;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Unit.Codecs;

namespace Sfu.Tests.Support.Loopback;

/// <summary>
/// A camera that a client sends as one stream of three spatial and three temporal layers (L3T3_KEY or L3T3), as browsers do: as VP9, whose payload
/// tells the layers, or as AV1 that is encrypted end to end, where only the dependency descriptor does.
/// </summary>
internal sealed class SvcSource : ICamera
{
    public const uint Ssrc = 4000;
    public const int FrameMs = 40;

    private const byte PayloadType = 98;
    private const byte RouterPayloadType = 103;
    private const byte Rtx = 99;
    private const byte RouterRtx = 104;

    // T0 T2 T1 T2, and the templates of those pictures for the lowest spatial layer; five templates further each next one.
    private static readonly int[] Temporal = [0, 2, 1, 2];
    private static readonly int[] Template = [1, 3, 2, 4];

    private readonly LoopbackWorld? _world;
    private readonly IMediaPeer _peer;
    private readonly bool _encrypted;
    private readonly bool _full;
    private readonly DescriptorStructure _structure;
    private readonly Dictionary<(int Picture, int Spatial), (int Picture, int Spatial)[]> _references = [];
    private readonly SeededRandom _random = new(7);
    private ushort _sequence = 65_000;
    private int _picture;
    private int _sinceKey;
    private int _frame;

    /// <param name="world">Where.</param>
    /// <param name="peer">Who publishes.</param>
    /// <param name="encrypted">AV1 that nobody can look into; otherwise VP9.</param>
    /// <param name="full">Spatial layers build on one another in each picture; otherwise in key pictures only.</param>
    public SvcSource(LoopbackWorld world, LoopbackPeer peer, bool encrypted, bool full = false)
        : this(peer, encrypted, full)
    {
        _world = world;
        Producer = peer.Produce(Settings());
    }

    /// <summary>A camera of a client whose Producer is made by others.</summary>
    public SvcSource(IMediaPeer peer, bool encrypted, bool full = false)
    {
        _full = full;
        _structure = full ? DescriptorStructure.L3T3() : DescriptorStructure.L3T3Key();
        _peer = peer;
        _encrypted = encrypted;
        peer.OnRtcp += OnRtcp;
    }

    public ProducerHandle Producer { get; }

    public RtpParameters SendParameters => Settings().RtpParameters;

    public int KeyFrameRequests { get; private set; }

    /// <summary>Pictures sent so far.</summary>
    public int Pictures => _picture;

    public bool KeyFrameWanted { get; set; } = true;

    /// <summary>Whether it sends Sender Reports, as browsers do: one every 25 pictures.</summary>
    public bool Reports { get; set; }

    /// <summary>Spatial layers that are sent.</summary>
    public int Layers { get; set; } = 3;

    /// <summary>Packets of a frame of each spatial layer, and bytes of a packet.</summary>
    public (int Packets, int Bytes)[] FrameSize { get; set; } = [(1, 300), (1, 300), (1, 300)];

    /// <summary>How many times the packets of another picture a key picture has.</summary>
    public int KeyFrameFactor { get; set; } = 1;

    /// <summary>The frames that a frame cannot be decoded without, by picture and spatial layer.</summary>
    public (int Picture, int Spatial)[] ReferencesOf(int picture, int spatial) => _references[(picture, spatial)];

    private string Mode => _full ? "L3T3" : "L3T3_KEY";

    private string MimeType => _encrypted ? "video/AV1" : "video/VP9";

    public ConsumerSettings Consumer(ConsumerLayers? preferred = null) => new(
        "svc",
        MediaKind.Video,
        new RtpParameters
        {
            Mid = "5",
            Codecs = [Codec(RouterPayloadType)],
            Encodings = [new RtpEncodingParameters { Ssrc = TestMedia.ConsumerSsrc, ScalabilityMode = Mode }],
            Rtcp = new RtcpParameters { Cname = "svc" },
        },
        Paused: false,
        ConsumerType.Svc,
        preferred);

    public ConsumerSettings RepairingConsumer()
    {
        var plain = Consumer();
        return plain with
        {
            RtpParameters = plain.RtpParameters with
            {
                Codecs = [Codec(RouterPayloadType), TestMedia.Rtx(RouterRtx, RouterPayloadType)],
                HeaderExtensions =
                [
                    TestMedia.Extension(RtpHeaderExtensionUri.TransportWideCc01, TestMedia.ConsumerTwccId),
                    TestMedia.Extension(RtpHeaderExtensionUri.DependencyDescriptor, Descriptors.ConsumerId),
                ],
                Encodings = [plain.RtpParameters.Encodings[0] with { Rtx = new RtpRtxParameters(TestMedia.ConsumerRtxSsrc) }],
            },
        };
    }

    public CameraPacket Read(ReadOnlySpan<byte> payload) => CameraPacket.FromByte(payload[26], payload[24]);

    /// <summary>The picture and the layers that a forwarded packet carries.</summary>
    public static (int Picture, int Spatial, int Temporal) Identify(ReadOnlySpan<byte> payload) =>
        (BinaryPrimitives.ReadInt32BigEndian(payload[20..]), payload[24], payload[25]);

    public void Send(int pictures)
    {
        for (var i = 0; i < pictures; i++)
        {
            SendOne();
            _world!.Run(TimeSpan.FromMilliseconds(FrameMs));
        }
    }

    public void SendOne()
    {
        if (Reports && _picture % 25 == 0)
        {
            SendReport();
        }

        NextPicture().ForEach(packet => _peer.SendRtp(packet));
    }

    /// <summary>The packets of one picture, for who sends them otherwise.</summary>
    public List<byte[]> NextPicture()
    {
        var sent = new List<byte[]>();
        var key = KeyFrameWanted;
        KeyFrameWanted = false;
        _sinceKey = key ? 0 : _sinceKey + 1;
        for (var spatial = 0; spatial < Layers; spatial++)
        {
            _references.Add((_picture, spatial), [.. References(spatial, key)]);
            var (packets, bytes) = FrameSize[spatial];
            packets *= key ? KeyFrameFactor : 1;
            for (var i = 0; i < packets; i++)
            {
                sent.Add(Packet(spatial, key, i == 0, i == packets - 1, bytes));
                _sequence++;
            }

            _frame++;
        }

        _picture++;
        return sent;
    }

    private IEnumerable<(int Picture, int Spatial)> References(int spatial, bool key)
    {
        if (!key)
        {
            // T0 refers to T0, T1 to T0, T2 to the picture before it.
            yield return (_picture - (Temporal[_sinceKey % 4] switch { 0 => 4, 1 => 2, _ => 1 }), spatial);
        }

        if (spatial > 0 && (key || _full))
        {
            yield return (_picture, spatial - 1);
        }
    }

    private ProducerSettings Settings() => new(
        "svc",
        MediaKind.Video,
        new RtpParameters
        {
            Mid = "s",
            Codecs = [Codec(PayloadType), TestMedia.Rtx(Rtx, PayloadType)],
            HeaderExtensions = _encrypted ? [TestMedia.Extension(RtpHeaderExtensionUri.DependencyDescriptor, Descriptors.ProducerId)] : [],
            Encodings = [new RtpEncodingParameters { Ssrc = Ssrc, ScalabilityMode = Mode }],
            Rtcp = new RtcpParameters { Cname = "svc" },
        },
        new RtpMapping { Codecs = [new RtpCodecMapping(PayloadType, RouterPayloadType), new RtpCodecMapping(Rtx, RouterRtx)] },
        new RtpParameters(),
        Paused: false,
        KeyFrameRequestDelayMs: 0);

    private RtpCodecParameters Codec(byte payloadType) => new()
    {
        MimeType = MimeType,
        PayloadType = payloadType,
        ClockRate = 90_000,
        RtcpFeedback = [new RtcpFeedback("nack", ""), new RtcpFeedback("nack", "pli"), new RtcpFeedback("transport-cc", "")],
    };

    private void OnRtcp(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.TryNext(out var packet))
        {
            if (PictureLossIndication.TryParse(packet, out _))
            {
                KeyFrameRequests++;
                KeyFrameWanted = true;
            }
        }
    }

    private void SendReport()
    {
        Span<byte> compound = stackalloc byte[RtcpWriter.MaxCompoundBytes];
        var writer = new RtcpWriter(compound);
        var ntp = NtpTime.FromUnixMicroseconds(1_700_000_000_000_000 + _peer.Now.Us);
        Assert.True(writer.TryAddSenderReport(new SenderInfo(Ssrc, ntp, (uint)(_picture * 90 * FrameMs), 1, 1), []));
        _peer.SendRtcp(writer.Written);
    }

    private bool IsReferredFromAbove(int spatial, bool key) => _full ? spatial < 2 : key;

    private byte[] Packet(int spatial, bool key, bool first, bool last, int bytes)
    {
        var temporal = Temporal[_sinceKey % 4];
        var packet = new byte[300 + bytes];
        packet[0] = 0x80;
        packet[1] = (byte)((last && spatial == Layers - 1 ? 0x80 : 0) | PayloadType);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)(_picture * 90 * FrameMs));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), Ssrc);
        var header = 12;
        if (_encrypted)
        {
            var template = key ? 5 * spatial : (5 * spatial) + Template[_sinceKey % 4];
            header += Descriptors.Write(packet, _structure.Frame(template, _frame, first, last, structure: key && spatial == 0 && first));
        }

        var payload = packet.AsSpan(header, bytes);
        if (_encrypted)
        {
            // Whatever it looks like, a key frame among others.
            for (var i = 0; i < payload.Length; i++)
            {
                payload[i] = (byte)_random.Next(256);
            }

            payload[0] = (byte)(_random.Next(2) == 0 ? 0x18 : payload[0]);
            payload[1] = 0x0A;
        }
        else
        {
            // RFC 9628 §4.2: I, P, L, F, B, E, Z | 15-bit picture id | TID, U, SID, D | P_DIFF.
            var at = 0;
            payload[at++] = (byte)(0x80 | (key ? 0 : 0x40) | 0x20 | 0x10 | (first ? 0x08 : 0) | (last ? 0x04 : 0) | (IsReferredFromAbove(spatial, key) ? 0 : 0x01));
            BinaryPrimitives.WriteUInt16BigEndian(payload[at..], (ushort)(0x8000 | (_picture & 0x7FFF)));
            at += 2;
            payload[at++] = (byte)((temporal << 5) | (temporal > 0 ? 0x10 : 0) | (spatial << 1) | ((key || _full) && spatial > 0 ? 1 : 0));
            if (!key)
            {
                payload[at] = 1 << 1;
            }
        }

        BinaryPrimitives.WriteInt32BigEndian(payload[20..], _picture);
        payload[24] = (byte)spatial;
        payload[25] = (byte)temporal;
        payload[26] = new CameraPacket(first, first && key && spatial == 0).ToByte();
        return packet[..(header + bytes)];
    }
}

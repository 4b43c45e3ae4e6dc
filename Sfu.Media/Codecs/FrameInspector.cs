using Sfu.Media.Ortc;
using Sfu.Media.Rtp;

namespace Sfu.Media.Codecs;

/// <summary>
/// Tells the place of each packet's frame among the layers of its stream, from the dependency descriptor where there is one, else from the
/// payload. One instance per SSRC that is received, fed in the order of arrival; packets may come late. Media thread only.
/// </summary>
internal sealed class FrameInspector
{
    private readonly CodecKind _codec;
    private readonly ScalabilityMode _mode;
    private readonly LayerTargets _layers;

    private DependencyStructureCache? _structures;
    private PacketEnds _ends;
    private Av1Layers _av1;

    /// <param name="codec">What the stream carries, RTX unwrapped.</param>
    /// <param name="mode">As negotiated; one layer of each when nothing was: all frames are then for everybody.</param>
    public FrameInspector(CodecKind codec, ScalabilityMode mode)
    {
        _codec = codec;
        _mode = mode;
        _layers = new LayerTargets(mode);
    }

    /// <summary>
    /// The decode targets that the sender produces at present: those of the mode, unless dependency descriptors tell less.
    /// </summary>
    public ushort ActiveTargets => _structures is { ActiveTargets: not 0 } known ? known.ActiveTargets : _layers.All;

    /// <summary>The stream starts anew: its sequence numbers jumped.</summary>
    public void Reset()
    {
        _structures?.Reset();
        _ends = default;
        _av1 = default;
    }

    /// <summary>Looks into one packet.</summary>
    /// <param name="packet">Unprotected, RTX unwrapped.</param>
    /// <param name="dependencyDescriptor">Data of that header extension; empty when the packet has none.</param>
    public FrameLayers Inspect(in RtpPacket packet, ReadOnlySpan<byte> dependencyDescriptor)
    {
        if (!_codec.IsVideo())
        {
            return FrameLayers.Single(FrameFlags.FrameStart | FrameFlags.FrameEnd | FrameFlags.PictureStart | FrameFlags.Independent);
        }

        var startsPicture = _ends.OnPacket(packet.SequenceNumber, packet.Marker);
        return dependencyDescriptor.IsEmpty
            ? FromPayload(packet, startsPicture)
            : FromDescriptor(packet, dependencyDescriptor, startsPicture);
    }

    private FrameLayers FromDescriptor(in RtpPacket packet, ReadOnlySpan<byte> data, bool startsPicture)
    {
        _structures ??= new DependencyStructureCache(_mode);
        _structures.Read(packet.SequenceNumber, data, out var view, out var structure);
        if (structure is null)
        {
            return WithoutStructure(packet, startsPicture);
        }

        var flags = FrameFlags.None;
        if (view.IsFrameStart)
        {
            flags |= FrameFlags.FrameStart;
            flags |= view.SpatialLayer == 0 || startsPicture ? FrameFlags.PictureStart : 0;
            flags |= view.HasStructure ? FrameFlags.KeyFrame : 0;
        }

        flags |= view.IsFrameEnd ? FrameFlags.FrameEnd : 0;
        flags |= view.HasStructure || view.ReferenceCount == 0 ? FrameFlags.Independent : 0;

        int targets = 0, switches = 0;
        var discardable = true;
        for (var target = 0; target < structure.TargetCount; target++)
        {
            var indication = (view.Indications >> (2 * target)) & 3;
            if (indication == DecodeTargetIndication.NotPresent || ((view.ActiveTargets >> target) & 1) == 0)
            {
                continue;
            }

            discardable &= indication == DecodeTargetIndication.Discardable;
            targets |= 1 << structure.GetBit(target);
            if (indication == DecodeTargetIndication.Switch || view.HasStructure)
            {
                switches |= 1 << structure.GetBit(target);
            }
        }

        flags |= discardable && targets != 0 ? FrameFlags.Discardable : 0;
        return new FrameLayers(
            view.SpatialLayer,
            Math.Min(view.TemporalLayer, (byte)(FrameLayers.MaxTemporalLayers - 1)),
            (ushort)targets,
            view.IsFrameStart ? (ushort)switches : (ushort)0,
            flags);
    }

    /// <summary>
    /// The descriptor is of no use until a structure comes, with the next key frame or a retransmission. What starts a key frame carries
    /// one, so this packet does not, whatever its payload, which may be encrypted, looks like.
    /// </summary>
    private FrameLayers WithoutStructure(in RtpPacket packet, bool startsPicture)
    {
        var layers = _codec is CodecKind.Vp8 or CodecKind.Vp9
            ? FromPayload(packet, startsPicture)
            : new FrameLayers(0, 0, _layers.All, 0, packet.Marker ? FrameFlags.FrameEnd : 0);
        return layers with { Switches = 0, Flags = layers.Flags & ~(FrameFlags.KeyFrame | FrameFlags.Independent | FrameFlags.LayerSync) };
    }

    private FrameLayers FromPayload(in RtpPacket packet, bool startsPicture) => _codec switch
    {
        CodecKind.Vp8 => Vp8Layers.Of(packet, _layers),
        CodecKind.Vp9 => Vp9Layers.Of(packet, _mode, _layers, startsPicture),
        CodecKind.Av1 => _av1.Of(packet, _mode, _layers, startsPicture),
        _ => H264Layers(packet, startsPicture),
    };

    private static FrameLayers H264Layers(in RtpPacket packet, bool startsPicture)
    {
        var flags = packet.Marker ? FrameFlags.FrameEnd : FrameFlags.None;
        if (H264Payload.IsKeyFrameStart(packet.Payload))
        {
            // Where the packet before is missing, parameter sets or an IDR slice tell a beginning too.
            flags |= FrameFlags.KeyFrame | FrameFlags.Independent | FrameFlags.FrameStart | FrameFlags.PictureStart;
        }

        flags |= startsPicture ? FrameFlags.FrameStart | FrameFlags.PictureStart : 0;
        return FrameLayers.Single(flags);
    }
}

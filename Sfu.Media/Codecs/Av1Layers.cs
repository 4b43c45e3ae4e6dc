using Sfu.Media.Ortc;
using Sfu.Media.Rtp;

namespace Sfu.Media.Codecs;

/// <summary>
/// The layers of AV1 packets without a dependency descriptor: from the extension of the OBU headers (AV1 §5.3.3), where there is one. A
/// packet that continues an OBU has those of the packet before it.
/// </summary>
internal struct Av1Layers
{
    private byte _spatial;
    private byte _temporal;
    private bool _hasKeyPicture;
    private uint _keyTimestamp;

    public FrameLayers Of(in RtpPacket packet, ScalabilityMode mode, LayerTargets layers, bool startsPicture)
    {
        if (Av1Payload.TryReadLayers(packet.Payload, out var temporal, out var spatial))
        {
            _temporal = (byte)temporal;
            _spatial = (byte)spatial;
        }

        var isKey = Av1Payload.IsKeyFrameStart(packet.Payload);
        if (isKey)
        {
            _hasKeyPicture = true;
            _keyTimestamp = packet.Timestamp;
        }

        var inKeyPicture = _hasKeyPicture && packet.Timestamp == _keyTimestamp;
        var inherits = !mode.Independent && (!mode.Ksvc || inKeyPicture);
        var targets = inherits ? layers.AndAbove(_spatial, _temporal) : layers.InTime(_spatial, _temporal);

        // The end of a spatial layer's frame does not show; that of the picture does.
        var flags = packet.Marker ? FrameFlags.FrameEnd : FrameFlags.None;
        flags |= startsPicture || isKey ? FrameFlags.FrameStart | FrameFlags.PictureStart : 0;
        flags |= isKey ? FrameFlags.KeyFrame | FrameFlags.Independent : 0;
        var temporalLayer = (byte)Math.Min((int)_temporal, FrameLayers.MaxTemporalLayers - 1);
        return new FrameLayers(_spatial, temporalLayer, targets, isKey ? targets : (ushort)0, flags);
    }
}

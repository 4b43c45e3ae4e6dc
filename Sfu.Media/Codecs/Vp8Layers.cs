using Sfu.Media.Rtp;

namespace Sfu.Media.Codecs;

/// <summary>The layers of a VP8 packet (RFC 7741): temporal ones. Any thread.</summary>
internal static class Vp8Layers
{
    public static FrameLayers Of(in RtpPacket packet, LayerTargets layers)
    {
        var flags = packet.Marker ? FrameFlags.FrameEnd : FrameFlags.None;
        if (!Vp8PayloadDescriptor.TryParse(packet.Payload, out var view))
        {
            return new FrameLayers(0, 0, layers.InTime(0, 0), 0, flags);
        }

        var temporal = Math.Max(view.TemporalLayer, 0);
        var switches = 0;
        flags |= view.IsNonReference ? FrameFlags.Discardable : 0;
        if (view.IsFrameStart)
        {
            flags |= FrameFlags.FrameStart | FrameFlags.PictureStart;
            if (view.IsKeyFrameStart)
            {
                flags |= FrameFlags.KeyFrame | FrameFlags.Independent;
                switches = layers.InTime(0, temporal);
            }
            else if (view.IsLayerSync)
            {
                flags |= FrameFlags.LayerSync;
                switches = layers.InTime(0, temporal);
            }
            else if (temporal == 0)
            {
                switches = layers.One(0, 0);
            }
        }

        return new FrameLayers(0, (byte)temporal, layers.InTime(0, temporal), (ushort)switches, flags);
    }
}

using Sfu.Media.Ortc;
using Sfu.Media.Rtp;

namespace Sfu.Media.Codecs;

/// <summary>The layers of a VP9 packet (RFC 9628). Any thread.</summary>
internal static class Vp9Layers
{
    public static FrameLayers Of(in RtpPacket packet, ScalabilityMode mode, LayerTargets layers, bool startsPicture)
    {
        if (!Vp9PayloadDescriptor.TryParse(packet.Payload, out var view))
        {
            return new FrameLayers(0, 0, layers.All, 0, FrameFlags.None);
        }

        var spatial = Math.Max(view.SpatialLayer, 0);
        var temporal = Math.Max(view.TemporalLayer, 0);
        var inherits = !mode.Independent && !view.IsNotReferredFromAbove && !(mode.Ksvc && view.IsInterPicturePredicted);
        var targets = inherits ? layers.AndAbove(spatial, temporal) : layers.InTime(spatial, temporal);
        var flags = view.IsFrameEnd ? FrameFlags.FrameEnd : FrameFlags.None;
        var switches = 0;
        if (view.IsFrameStart)
        {
            flags |= FrameFlags.FrameStart;
            flags |= spatial == 0 || startsPicture ? FrameFlags.PictureStart : 0;
            flags |= view.IsKeyFrameStart ? FrameFlags.KeyFrame : 0;
            flags |= !view.IsInterPicturePredicted && !view.IsInterLayerPredicted ? FrameFlags.Independent : 0;
            switches = Switches(view, layers, spatial, temporal, targets);
        }

        return new FrameLayers(
            (byte)Math.Min(spatial, FrameLayers.MaxSpatialLayers - 1),
            (byte)Math.Min(temporal, FrameLayers.MaxTemporalLayers - 1),
            targets,
            (ushort)switches,
            flags);
    }

    /// <summary>
    /// Without inter-picture prediction the frame's layer starts anew, and so do those above it, which refer to nothing else. Otherwise
    /// the U bit says that the temporal layers above the frame's start anew behind it, in its spatial layer: upper ones that refer to this
    /// frame refer to their own earlier ones as well. Of the frame's own temporal layer it says nothing, and encoders set it on each frame
    /// of the highest one; the lowest goes on by itself.
    /// </summary>
    private static int Switches(in Vp9PayloadDescriptor view, LayerTargets layers, int spatial, int temporal, int targets)
    {
        if (!view.IsInterPicturePredicted)
        {
            return targets;
        }

        return (temporal == 0 ? layers.One(spatial, 0) : 0) | (view.IsSwitchingUpPoint ? layers.AboveInTime(spatial, temporal) : 0);
    }
}

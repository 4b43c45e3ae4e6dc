using Sfu.Media.Codecs;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Support.Network;

/// <summary>The cameras that send through corridors, and how much.</summary>
internal static class CorridorCameras
{
    // About 140, 480 and 1900 kbit/s: the whole of the highest layer just fits 2 Mbit/s, and fewer of its frames do well.
    private static readonly (int Packets, int Bytes)[] s_frame = [(1, 700), (3, 800), (9, 1050)];

    // About 140, 480 and 1500 kbit/s, where nobody can choose fewer frames, or a picture is more than its highest layer.
    private static readonly (int Packets, int Bytes)[] s_lesserFrame = [(1, 700), (3, 800), (7, 1050)];

    /// <summary>In virtual time, with its Producer.</summary>
    public static ICamera Create(CameraKind kind, LoopbackWorld world, LoopbackPeer peer, int keyFrameFactor = 1) => Size(
        kind,
        kind is CameraKind.Vp9Svc or CameraKind.Av1Svc
            ? new SvcSource(world, peer, encrypted: kind == CameraKind.Av1Svc) { KeyFrameFactor = keyFrameFactor }
            : new SimulcastSource(world, peer, codec: CodecOf(kind)) { KeyFrameFactor = keyFrameFactor });

    /// <summary>Of a client whose Producer is made by others.</summary>
    public static ICamera Create(CameraKind kind, IMediaPeer peer) => Size(
        kind,
        kind is CameraKind.Vp9Svc or CameraKind.Av1Svc
            ? new SvcSource(peer, encrypted: kind == CameraKind.Av1Svc) { Reports = true }
            : new SimulcastSource(peer, codec: CodecOf(kind)));

    private static CodecKind CodecOf(CameraKind kind) => kind switch
    {
        CameraKind.H264Simulcast => CodecKind.H264,
        CameraKind.Av1Simulcast => CodecKind.Av1,
        _ => CodecKind.Vp8,
    };

    private static ICamera Size(CameraKind kind, ICamera camera)
    {
        camera.FrameSize = kind is CameraKind.Vp8Simulcast or CameraKind.Av1Simulcast ? s_frame : s_lesserFrame;
        return camera;
    }
}

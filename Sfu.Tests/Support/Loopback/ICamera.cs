using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Support.Loopback;

/// <summary>A layered video that a client publishes, and what a client that gets it can tell of its packets.</summary>
internal interface ICamera
{
    /// <summary>Between two frames.</summary>
    const int FrameMs = 40;

    /// <summary>Where the camera made it itself.</summary>
    ProducerHandle Producer { get; }

    /// <summary>What it publishes, as signalling tells it: with the header extensions that it writes, and no others.</summary>
    RtpParameters SendParameters { get; }

    /// <summary>Packets of a frame of each layer, and bytes of a packet.</summary>
    (int Packets, int Bytes)[] FrameSize { get; set; }

    /// <summary>A consumer whose client repairs by RTX and gives transport-wide feedback.</summary>
    ConsumerSettings RepairingConsumer();

    /// <summary>Sends one frame in all layers. No time passes.</summary>
    void SendOne();

    /// <summary>What the payload of a forwarded packet is, RTX unwrapped.</summary>
    CameraPacket Read(ReadOnlySpan<byte> payload);
}

/// <param name="IsFirst">Its layer's frame begins with it.</param>
/// <param name="IsKeyStart">A key picture begins with it.</param>
/// <param name="Spatial">The encoding or spatial layer that it is of.</param>
internal readonly record struct CameraPacket(bool IsFirst, bool IsKeyStart, int Spatial = 0)
{
    private const int First = 1;
    private const int Key = 2;

    public static CameraPacket FromByte(byte flags, int spatial) => new((flags & First) != 0, (flags & Key) != 0, spatial);

    public byte ToByte() => (byte)((IsFirst ? First : 0) | (IsKeyStart ? Key : 0));
}

/// <summary>What browsers publish.</summary>
internal enum CameraKind
{
    Vp8Simulcast,
    H264Simulcast,
    Av1Simulcast,
    Vp9Svc,
    Av1Svc,
}

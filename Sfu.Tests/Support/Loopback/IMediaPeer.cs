using Sfu.Media.Wire;

namespace Sfu.Tests.Support.Loopback;

/// <summary>A client whose path is up, in virtual time or over a socket: what cameras and receivers need of it.</summary>
internal interface IMediaPeer
{
    MediaTime Now { get; }

    /// <summary>Hears each plain compound RTCP packet that comes.</summary>
    Action<byte[]>? OnRtcp { get; set; }

    /// <param name="packet">Plain.</param>
    void SendRtp(ReadOnlySpan<byte> packet);

    /// <param name="compound">Plain.</param>
    void SendRtcp(ReadOnlySpan<byte> compound);

    /// <summary>A packet that was sent, plain, for sending it again; null: it is not kept.</summary>
    byte[]? FindSent(uint ssrc, ushort sequence);
}

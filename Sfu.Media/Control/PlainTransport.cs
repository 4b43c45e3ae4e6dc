using Sfu.Media.Ortc;
using Sfu.Media.Srtp;

namespace Sfu.Media.Control;

/// <summary>
/// What a transport without ICE and DTLS needs of the media plane: a PlainTransport, or the end of a pipe to another Router. It has UDP
/// sockets of its own, which close with it.
/// </summary>
/// <param name="Rtp">
/// Where RTP arrives, and RTCP with it by default: UDP, one address, a port, a range of ports or any. The announced address is what
/// the answer names instead.
/// </param>
public sealed record PlainTransportSettings(ListenInfo Rtp)
{
    /// <summary>RTCP comes to the port of RTP (RFC 5761).</summary>
    public bool RtcpMux { get; init; } = true;

    /// <summary>Where RTCP arrives without <see cref="RtcpMux"/>; null: as <see cref="Rtp"/>, on any port of its own.</summary>
    public ListenInfo? Rtcp { get; init; }

    /// <summary>
    /// The remote address is learned from what arrives: with SRTP from each authentic packet, so that it follows a peer that moves; without,
    /// from the first RTP packet of one of the transport's producers, or the first RTCP packet, for good.
    /// </summary>
    public bool Comedia { get; init; }

    /// <summary>What media is protected with; <see cref="SrtpProfile.None"/>: it is not.</summary>
    public SrtpProfile Srtp { get; init; } = SrtpProfile.None;

    /// <summary>What this side sends is protected with this key; null: a new one. Its suite is <see cref="Srtp"/>.</summary>
    public SrtpParameters? LocalKey { get; init; }

    /// <summary>It is an end of a pipe: its statistics and dumps say so.</summary>
    public bool IsPipe { get; init; }
}

/// <summary>Where a plain transport is reached: the announced address where there is one.</summary>
public sealed record LocalAddress(string Address, ushort Port);

/// <summary>What the other side of a plain transport has to know.</summary>
/// <param name="Rtp">Where RTP is sent to.</param>
/// <param name="Rtcp">Where RTCP is sent to; null: to the same port.</param>
/// <param name="Srtp">The key that this side protects with; null: media is not protected.</param>
public sealed record PlainTransportParameters(LocalAddress Rtp, LocalAddress? Rtcp, SrtpParameters? Srtp);

/// <summary>The other side of a plain transport.</summary>
/// <param name="Ip">Its address, IPv4 or IPv6, in text; null with comedia, which learns it.</param>
/// <param name="Port">Its port for RTP; 0 with comedia.</param>
/// <param name="RtcpPort">Its port for RTCP where that does not go to the same port; null: the same.</param>
/// <param name="Srtp">The key that it protects with; null where media is not protected.</param>
public sealed record PlainRemote(string? Ip, ushort Port, ushort? RtcpPort = null, SrtpParameters? Srtp = null);

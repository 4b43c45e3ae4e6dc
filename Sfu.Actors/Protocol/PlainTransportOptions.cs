using Sfu.Media.Control;

namespace Sfu.Actors.Protocol;

/// <summary>What a PlainTransport is created with, in mediasoup's names.</summary>
/// <param name="ListenInfo">Where RTP arrives: UDP, one address, a port, a range of ports, or any port. The announced address is what the answer names.</param>
public sealed record PlainTransportOptions(ListenInfo ListenInfo)
{
    /// <summary>mediasoup's default <c>srtpCryptoSuite</c>.</summary>
    public const string DefaultSrtpCryptoSuite = "AES_CM_128_HMAC_SHA1_80";

    /// <summary>Where RTCP arrives without <see cref="RtcpMux"/>; null: as <see cref="ListenInfo"/>, on any port of its own.</summary>
    public ListenInfo? RtcpListenInfo { get; init; }

    /// <summary>RTCP comes to the port of RTP (RFC 5761).</summary>
    public bool RtcpMux { get; init; } = true;

    /// <summary>
    /// The remote address is learned from what arrives. Without SRTP there is then nothing to connect: whoever first sends RTP of one of the
    /// transport's Producers, or RTCP, is the peer.
    /// </summary>
    public bool Comedia { get; init; }

    /// <summary>Media is protected with keys that both sides tell each other.</summary>
    public bool EnableSrtp { get; init; }

    /// <summary>
    /// With <see cref="EnableSrtp"/>: <c>AEAD_AES_256_GCM</c>, <c>AEAD_AES_128_GCM</c>, <c>AES_CM_128_HMAC_SHA1_80</c> or
    /// <c>AES_CM_128_HMAC_SHA1_32</c> (RFC 4568 §6.2, RFC 7714 §14.1).
    /// </summary>
    public string SrtpCryptoSuite { get; init; } = DefaultSrtpCryptoSuite;

    /// <summary>Kept with the transport.</summary>
    public JsonText AppData { get; init; } = JsonText.EmptyObject;
}

using Sfu.Media.Control;

namespace Sfu.Actors.Protocol;

/// <summary>What one end of a pipe between two Routers is created with, in mediasoup's names.</summary>
/// <param name="ListenInfo">
/// Where media of the other end arrives: UDP, one address, a port, a range of ports, or any port. Null: where the transport's node has its
/// pipes (<c>sfu.pipe</c>).
/// </param>
public sealed record PipeTransportOptions(ListenInfo? ListenInfo = null)
{
    /// <summary>What is lost between the ends is sent again (RFC 4588). Both ends the same.</summary>
    public bool EnableRtx { get; init; }

    /// <summary>Media is protected with AEAD_AES_256_GCM. Both ends the same.</summary>
    public bool EnableSrtp { get; init; }

    /// <summary>Kept with the transport.</summary>
    public JsonText AppData { get; init; } = JsonText.EmptyObject;
}

namespace Sfu.Media.Ice;

/// <summary>A bound socket as candidates are made from it.</summary>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="Ip">The address the socket is bound to.</param>
/// <param name="Port">Host order.</param>
/// <param name="AnnouncedAddress">The address or host name that clients reach it by, when it is another.</param>
/// <param name="ExposeInternalIp">With an announced address: offer <paramref name="Ip"/> too, at a lower priority.</param>
public sealed record IceListenAddress(
    TransportProtocol Protocol, string Ip, ushort Port, string? AnnouncedAddress = null, bool ExposeInternalIp = false);

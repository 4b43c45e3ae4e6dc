using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>A Consumer of this session.</summary>
/// <param name="TransportId">What carries it.</param>
/// <param name="Announcement">What the client is, or has been, told in <c>newConsumer</c>.</param>
/// <param name="Accepted">The client has said yes and the Consumer runs.</param>
internal sealed record SessionConsumer(TransportId TransportId, Consumed Announcement, bool Accepted);

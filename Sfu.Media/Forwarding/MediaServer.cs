using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Media.Forwarding;

/// <summary>The media twin of a WebRtcServer: bound sockets, and the law that they close last. Media thread only.</summary>
internal sealed class MediaServer(ServerHandle handle, ImmutableArray<BoundSocket> sockets, IServerEvents events)
{
    public ServerHandle Handle { get; } = handle;

    public ImmutableArray<BoundSocket> Sockets { get; } = sockets;

    public IServerEvents Events { get; } = events;

    /// <summary>Transports that have not left yet, those that are saying good-bye included.</summary>
    public int Transports { get; set; }

    public bool Closing { get; set; }

    /// <summary>A socket closes when it is closing and its last transport has left.</summary>
    public bool MayClose => Closing && Transports == 0;

    public ImmutableArray<ListenInfo> ListenInfos =>
        [.. Sockets.Select(static s => new ListenInfo(
            s.Protocol, s.Local.ToIPAddress().ToString(), s.AnnouncedAddress, s.Local.Port, s.ExposeInternalIp))];
}

using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Media.Forwarding;

/// <summary>The media twin of a WebRtcServer: bound sockets, and the law that they close last. Any media thread.</summary>
internal sealed class MediaServer(ServerHandle handle, ImmutableArray<BoundSocket> sockets, int engines, IServerEvents events)
{
    private const int ClosingBit = 1;
    private const int OneTransport = 2;

    // Transports that have not left yet, those that are saying good-bye included, and whether the server closes: one word, so that
    // exactly one thread sees the server closing and empty.
    private int _state;
    private int _open = engines;

    // By the four switches that decide. Whoever comes first fills a place; to fill it twice does no harm.
    private readonly ImmutableArray<IceCandidate>[] _candidates = new ImmutableArray<IceCandidate>[16];

    public ServerHandle Handle { get; } = handle;

    public ImmutableArray<BoundSocket> Sockets { get; } = sockets;

    public IServerEvents Events { get; } = events;

    public int Transports => Volatile.Read(ref _state) / OneTransport;

    public bool Closing => (Volatile.Read(ref _state) & ClosingBit) != 0;

    public ImmutableArray<ListenInfo> ListenInfos =>
        [.. Sockets.Select(static s => new ListenInfo(
            s.Protocol, s.Local.ToIPAddress().ToString(), s.AnnouncedAddress, s.Local.Port, s.ExposeInternalIp))];

    /// <summary>The candidates of a transport behind these sockets: the same for all that want the same.</summary>
    public ImmutableArray<IceCandidate> CandidatesFor(TransportSettings settings)
    {
        ref var candidates = ref _candidates[
            (settings.EnableUdp ? 1 : 0) | (settings.EnableTcp ? 2 : 0) | (settings.PreferUdp ? 4 : 0) | (settings.PreferTcp ? 8 : 0)];
        if (candidates.IsDefault)
        {
            candidates =
            [
                .. IceCandidates.Create(
                    [.. Sockets
                        .Where(socket => socket.Protocol == TransportProtocol.Udp ? settings.EnableUdp : settings.EnableTcp)
                        .Select(static s => new IceListenAddress(
                            s.Protocol, s.Local.ToIPAddress().ToString(), s.Local.Port, s.AnnouncedAddress, s.ExposeInternalIp))],
                    settings.PreferUdp,
                    settings.PreferTcp),
            ];
        }

        return candidates;
    }

    /// <summary>What candidates carry instead of a path's local address; null: the address.</summary>
    public string? AnnouncedAddressOf(in TransportTuple tuple)
    {
        // A TCP connection has a number of its own, and the address of the socket that took it.
        foreach (var socket in Sockets)
        {
            if (socket.Protocol == tuple.Protocol && socket.Local == tuple.Local)
            {
                return socket.AnnouncedAddress;
            }
        }

        return null;
    }

    /// <summary>One more transport. False: the server closes.</summary>
    public bool TryEnter()
    {
        int state;
        do
        {
            state = Volatile.Read(ref _state);
            if ((state & ClosingBit) != 0)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _state, state + OneTransport, state) != state);

        return true;
    }

    /// <summary>A transport has left. True: it was the last of a server that closes, and its sockets close now.</summary>
    public bool Leave() => Interlocked.Add(ref _state, -OneTransport) == ClosingBit;

    /// <summary>No transport enters any more. True: there was none, and the sockets close now. A second call gives false.</summary>
    public bool BeginClosing() => Interlocked.Or(ref _state, ClosingBit) == 0;

    /// <summary>One thread has closed its sockets. True: it was the last.</summary>
    public bool SocketsClosed() => Interlocked.Decrement(ref _open) == 0;
}

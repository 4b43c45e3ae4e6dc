using System.Net;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Ice;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Binds the addresses of servers, one socket per media thread behind each, and hands every thread its own. One per thread; that media
/// thread only.
/// </summary>
internal sealed class ListenSockets(MediaThread own, MediaThread[] threads, IRandomSource random, Func<long> nextSocketId) : IListenSockets
{
    public int ConnectionCount => own.Tcp.Count;

    public bool TryOpen(ListenInfo info, List<BoundSocket> bound, out MediaError? error, int engine = IListenSockets.EveryEngine)
    {
        error = null;
        var receiving = engine == IListenSockets.EveryEngine ? threads : [threads[engine]];
        if (!ListenAddresses.TryResolve(info.Ip, out var addresses) || addresses.Count == 0)
        {
            error = new MediaError(MediaErrorCode.InvalidParameters, $"'{info.Ip}' is not an IP address to listen on.");
            return false;
        }

        if (info.PortRange is not { } range)
        {
            return TryOpen(info, addresses, info.Port, receiving, bound, out error, out _);
        }

        if (!range.IsValid || info.Port != 0)
        {
            error = new MediaError(MediaErrorCode.InvalidParameters, $"The ports {range} are no range from 1 up, or port {info.Port} is asked for as well.");
            return false;
        }

        // From a random start, so that two nodes on a machine seldom try the same ports; then each of the others once.
        var start = (int)(random.NextUInt32() % (uint)range.Count);
        for (var i = 0; i < range.Count; i++)
        {
            if (TryOpen(info, addresses, range.Min + ((start + i) % range.Count), receiving, bound, out error, out var inUse))
            {
                return true;
            }

            if (!inUse)
            {
                return false;
            }
        }

        error = new MediaError(
            MediaErrorCode.System, $"no more available ports: all of {range} are in use for {(info.Protocol == TransportProtocol.Tcp ? "tcp" : "udp")} at {info.Ip}.");
        return false;
    }

    public void Close(long socketId) => own.Close(socketId);

    public void MoveConnection(long connectionId, int engine, byte[] frame) => own.MoveConnection(connectionId, engine, frame);

    /// <summary>Binds all addresses to one port, or none.</summary>
    private bool TryOpen(
        ListenInfo info, IReadOnlyList<IPAddress> addresses, int port, MediaThread[] receiving, List<BoundSocket> bound, out MediaError? error, out bool inUse)
    {
        error = null;
        inUse = false;
        var opened = new List<ISocketGroup>();
        try
        {
            foreach (var address in addresses)
            {
                var local = IpEndpoint.From(address, port);
                opened.Add(info.Protocol == TransportProtocol.Tcp
                    ? new SocketGroup<TcpListenSocket>(TcpListenSocket.Bind(local, nextSocketId(), receiving.Length), static (thread, socket) => thread.Tcp.Add(socket))
                    : new SocketGroup<UdpSocket>(UdpSocket.Bind(local, nextSocketId(), receiving.Length), static (thread, socket) => thread.Add(socket)));

                // A free port chosen for the first address is everybody's.
                port = opened[^1].Local.Port;
            }
        }
        catch (SystemCallException e)
        {
            opened.ForEach(static group => group.Dispose());
            inUse = e.Error == LibC.EADDRINUSE;
            error = new MediaError(MediaErrorCode.System, e.Message);
            return false;
        }

        foreach (var group in opened)
        {
            group.HandOut(own, receiving);
            bound.Add(new BoundSocket(group.Id, info.Protocol, group.Local, info.AnnouncedAddress, info.ExposeInternalIp));
        }

        return true;
    }

    /// <summary>The sockets of all threads behind one address.</summary>
    private interface ISocketGroup : IDisposable
    {
        long Id { get; }

        IpEndpoint Local { get; }

        void HandOut(MediaThread own, MediaThread[] threads);
    }

    private sealed class SocketGroup<T>(T[] sockets, Action<MediaThread, T> add) : ISocketGroup
        where T : IListenSocket
    {
        public long Id => sockets[0].Id;

        public IpEndpoint Local => sockets[0].Local;

        public void HandOut(MediaThread own, MediaThread[] threads)
        {
            for (var i = 0; i < threads.Length; i++)
            {
                var thread = threads[i];
                var socket = sockets[i];
                if (thread == own)
                {
                    add(thread, socket);
                }
                else
                {
                    thread.Post(_ => add(thread, socket));
                }
            }
        }

        public void Dispose() => Array.ForEach(sockets, static socket => socket.Dispose());
    }
}

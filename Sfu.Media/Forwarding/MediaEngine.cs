using System.Collections.Immutable;
using Sfu.Media.Buffers;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Rtcp;
using Sfu.Media.Srtp;
using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Everything that one media thread holds, without its sockets and clocks: servers, transports, producers, consumers, the tables
/// that find them and the timers that drive them. Datagrams, commands and time go in; datagrams and events come out.
/// Media thread only.
/// </summary>
public sealed class MediaEngine : IDisposable
{
    // Given.
    private readonly EngineParts _parts;

    // Owned.
    private readonly SlotTable<MediaServer> _servers = new();
    private readonly SlotTable<MediaTransport> _transports = new();
    private readonly SlotTable<MediaProducer> _producers = new();
    private readonly SlotTable<MediaConsumer> _consumers = new();
    private readonly UfragDirectory<MediaTransport> _ufrags = new();
    private readonly Dictionary<TransportTuple, MediaTransport> _tuples = [];
    private readonly byte[] _stunResponse = new byte[512];

    // State.
    private MediaTransport? _current;

    public MediaEngine(EngineParts parts, MediaTime now)
    {
        _parts = parts;
        Now = now;
        Timers = new TimerWheel(now);
    }

    /// <summary>The time of the datagram, command or timer at hand.</summary>
    public MediaTime Now { get; private set; }

    /// <summary>When <see cref="OnTime"/> has something to do.</summary>
    public MediaTime NextTimeout => Timers.NextTurn();

    internal EngineParts Parts => _parts;

    internal TimerWheel Timers { get; }

    internal PacketPool Pool { get; } = new();

    /// <summary>SRTP contexts alive: a transport with keys holds two.</summary>
    internal int SrtpSessions { get; set; }

    /// <summary>DTLS associations that the runner has not reported as ended.</summary>
    internal int DtlsSessions { get; set; }

    /// <summary>Carries out a command. What it throws is a fault of the transport that it concerns, or of nobody.</summary>
    public void Run(Action<MediaEngine> command, MediaTime now)
    {
        ArgumentNullException.ThrowIfNull(command);
        Now = now;
        _current = null;
        try
        {
            command(this);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fault(e);
        }
    }

    /// <summary>A datagram arrived. Its bytes are the engine's to change until the call returns.</summary>
    public void OnDatagram(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        Now = now;
        _current = null;
        try
        {
            Demultiplex(tuple, datagram, now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fault(e);
        }
    }

    /// <summary>A TCP connection is gone, and with it the path that it was.</summary>
    public void OnConnectionClosed(in TransportTuple tuple) => Find(tuple)?.LoseTuple(tuple, TupleRemovalReason.Closed);

    /// <summary>A TCP connection has begun to drop packets for a reader that is slow. May come while the engine sends.</summary>
    public void OnSendQueueOverflow(in TransportTuple tuple, long droppedFrames)
    {
        if (_tuples.TryGetValue(tuple, out var transport))
        {
            transport.Events.TupleSendQueueOverflowed(tuple, droppedFrames);
        }
    }

    /// <summary>Whether the path leads to a transport: somebody has authenticated on it.</summary>
    public bool HasTuple(in TransportTuple tuple) => _tuples.ContainsKey(tuple);

    /// <summary>Time has passed: fires the timers that are due.</summary>
    public void OnTime(MediaTime now)
    {
        Now = now;
        Timers.Turn(now);
    }

    public void OpenServer(ServerHandle handle, ServerSettings settings, IServerEvents events)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(events);
        var bound = new List<BoundSocket>();
        foreach (var info in settings.ListenInfos)
        {
            if (!_parts.Sockets.TryOpen(info, bound, out var error))
            {
                bound.ForEach(socket => _parts.Sockets.Close(socket.Id));
                _parts.Handles.Servers.Free(handle.Slot, handle.Generation);
                events.ServerClosed(error);
                return;
            }
        }

        var server = new MediaServer(handle, [.. bound], events);
        _servers.Set(handle.Slot, handle.Generation, server);
        events.ServerOpened(server.ListenInfos);
    }

    public void CloseServer(ServerHandle handle)
    {
        if (_servers[handle.Slot, handle.Generation] is { } server)
        {
            server.Closing = true;
            CloseIfLeft(server);
        }
    }

    public void OpenTransport(TransportHandle handle, ServerHandle serverHandle, TransportSettings settings, ITransportEvents events)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(events);
        var server = _servers[serverHandle.Slot, serverHandle.Generation];
        if (server is null || server.Closing)
        {
            _parts.Handles.Transports.Free(handle.Slot, handle.Generation);
            events.TransportClosed(new MediaError(MediaErrorCode.Closed, "The WebRtcServer is closed."));
            return;
        }

        MediaTransport transport;
        try
        {
            transport = new MediaTransport(this, handle, server, settings, events);
        }
        catch (ArgumentException e)
        {
            _parts.Handles.Transports.Free(handle.Slot, handle.Generation);
            events.TransportClosed(new MediaError(MediaErrorCode.InvalidParameters, e.Message));
            return;
        }

        _current = transport;
        server.Transports++;
        _transports.Set(handle.Slot, handle.Generation, transport);
        transport.Open();
    }

    public void CloseProducer(ProducerHandle handle) => Producer(handle)?.Close();

    public void CloseConsumer(ConsumerHandle handle) => Consumer(handle)?.Close();

    /// <summary>The DTLS runner has a datagram to send.</summary>
    public void OnDtlsDatagram(TransportHandle handle, ReadOnlySpan<byte> datagram) => Transport(handle)?.SendDtls(datagram);

    /// <summary>The handshake is done and the fingerprint verified. Takes over the keys.</summary>
    public void OnDtlsConnected(TransportHandle handle, SrtpKeys keys, string? remoteCertificatePem)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (Transport(handle) is { } transport)
        {
            transport.OnDtlsConnected(keys, remoteCertificatePem);
        }

        keys.Clear();
    }

    /// <summary>The association is over; <paramref name="failure"/> is null when one side closed it.</summary>
    public void OnDtlsEnded(TransportHandle handle, string? failure)
    {
        DtlsSessions--;
        Transport(handle)?.OnDtlsEnded(failure);
    }

    public void Dump(long requestId, IMediaPlaneEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        events.DumpReady(requestId, new MediaPlaneDump(
            Servers: [.. _servers.Items.Select(static s => new ServerDump(s.Handle, s.ListenInfos, s.Transports, s.Closing))],
            Transports: [.. _transports.Items.Select(static t => t.Dump())],
            Ufrags: _ufrags.Count,
            Tuples: _tuples.Count,
            TcpConnections: _parts.Sockets.ConnectionCount,
            DtlsSessions: DtlsSessions,
            SrtpSessions: SrtpSessions,
            BuffersInUse: Pool.InUse,
            Timers: Timers.Count));
    }

    public void Dispose()
    {
        foreach (var transport in _transports.Items)
        {
            transport.Dispose();
        }

        Pool.Dispose();
    }

    internal MediaTransport? Transport(TransportHandle handle) => _current = _transports[handle.Slot, handle.Generation];

    internal MediaProducer? Producer(ProducerHandle handle)
    {
        var producer = _producers[handle.Slot, handle.Generation];
        _current = producer?.Transport;
        return producer;
    }

    internal MediaConsumer? Consumer(ConsumerHandle handle)
    {
        var consumer = _consumers[handle.Slot, handle.Generation];
        _current = consumer?.Transport;
        return consumer;
    }

    internal void Add(MediaProducer producer) => _producers.Set(producer.Handle.Slot, producer.Handle.Generation, producer);

    internal void Remove(MediaProducer producer)
    {
        _producers.Remove(producer.Handle.Slot, producer.Handle.Generation);
        _parts.Handles.Producers.Free(producer.Handle.Slot, producer.Handle.Generation);
    }

    internal void Add(MediaConsumer consumer) => _consumers.Set(consumer.Handle.Slot, consumer.Handle.Generation, consumer);

    internal void Remove(MediaConsumer consumer)
    {
        _consumers.Remove(consumer.Handle.Slot, consumer.Handle.Generation);
        _parts.Handles.Consumers.Free(consumer.Handle.Slot, consumer.Handle.Generation);
    }

    internal bool AddUfrag(string ufrag, MediaTransport transport) => _ufrags.TryAdd(ufrag, transport);

    internal void RemoveUfrag(string ufrag) => _ufrags.Remove(ufrag);

    /// <summary>The tuple leads to this transport from now on, also if it led to another: a client may use a port again.</summary>
    internal void BindTuple(in TransportTuple tuple, MediaTransport transport)
    {
        _tuples.TryGetValue(tuple, out var former);
        _tuples[tuple] = transport;
        if (former is not null && former != transport)
        {
            former.LoseTuple(tuple, TupleRemovalReason.TakenOver);
        }
    }

    internal void UnbindTuple(in TransportTuple tuple, MediaTransport transport)
    {
        if (_tuples.TryGetValue(tuple, out var bound) && bound == transport)
        {
            _tuples.Remove(tuple);
            if (tuple.Protocol == TransportProtocol.Tcp)
            {
                // The connection is the path. Closing one that is closed already does nothing.
                _parts.Sockets.Close(tuple.LocalSocket);
            }
        }
    }

    /// <summary>The transport has said good-bye and holds nothing any more.</summary>
    internal void Leave(MediaTransport transport)
    {
        _transports.Remove(transport.Handle.Slot, transport.Handle.Generation);
        _parts.Handles.Transports.Free(transport.Handle.Slot, transport.Handle.Generation);
        transport.Server.Transports--;
        CloseIfLeft(transport.Server);
    }

    /// <summary>Runs a timer's work so that what it throws is a fault of that transport alone.</summary>
    internal void Guard(MediaTransport transport, Action<MediaTransport, MediaTime> work, MediaTime now)
    {
        _current = transport;
        try
        {
            work(transport, now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fault(e);
        }
    }

    private void Demultiplex(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        // RFC 7983 §7, narrowed to what a WebRTC peer sends.
        if (datagram.Length == 0)
        {
            return;
        }

        switch (datagram[0])
        {
            case < 4:
                OnStun(tuple, datagram, now);
                break;
            case >= 20 and <= 63:
                if (Find(tuple) is { } dtls)
                {
                    dtls.OnDtls(tuple, datagram, now);
                }

                break;
            case >= 128 and <= 191:
                if (Find(tuple) is { } media)
                {
                    if (RtcpPacket.IsRtcp(datagram))
                    {
                        media.OnSrtcp(datagram, now);
                    }
                    else
                    {
                        media.OnSrtp(tuple, datagram, now);
                    }
                }

                break;
        }
    }

    private MediaTransport? Find(in TransportTuple tuple) => _tuples.TryGetValue(tuple, out var transport) ? _current = transport : null;

    private void OnStun(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        // The ufrag names the transport, not the tuple: a client may come from a port that another one used before.
        if (!StunMessage.TryGetLocalUfrag(datagram, out var ufrag) || !_ufrags.TryGet(ufrag, out var transport))
        {
            return;
        }

        _current = transport;
        var length = transport.OnStun(datagram, tuple, now, _stunResponse);
        if (length > 0)
        {
            var room = _parts.Sink.Begin(tuple);
            if (room.Length >= length)
            {
                _stunResponse.AsSpan(0, length).CopyTo(room);
                _parts.Sink.Commit(tuple, length);
            }
        }
    }

    private void CloseIfLeft(MediaServer server)
    {
        if (!server.MayClose)
        {
            return;
        }

        _servers.Remove(server.Handle.Slot, server.Handle.Generation);
        _parts.Handles.Servers.Free(server.Handle.Slot, server.Handle.Generation);
        foreach (var socket in server.Sockets)
        {
            _parts.Sockets.Close(socket.Id);
        }

        server.Events.ServerClosed(null);
    }

    private void Fault(Exception exception)
    {
        var transport = _current;
        _parts.Warn($"A fault while serving {(transport is null ? "no transport" : $"transport {transport.Handle.Slot}")}: {exception}");
        if (transport is null)
        {
            return;
        }

        try
        {
            transport.Close(new MediaError(MediaErrorCode.Fault, exception.Message));
        }
        catch (Exception second) when (second is not OutOfMemoryException)
        {
            _parts.Warn($"Closing the faulty transport failed too: {second}");
        }
    }
}

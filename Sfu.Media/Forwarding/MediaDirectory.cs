using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Srtp;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The front engine's book of everything by handle. All commands enter here, in one order, and go on to the engine that a transport lives
/// on; since the way there is always the same, they keep their order wherever it lives. A transport lives on the front engine until the
/// first engine that receives an authentic check for it adopts it, once. Front engine's thread only.
/// </summary>
internal sealed class MediaDirectory(MediaEngine front)
{
    private readonly MediaHandles _handles = front.Parts.Commons.Handles;
    private readonly SlotTable<MediaServer> _servers = new();
    private readonly SlotTable<MediaTransport> _transports = new();
    private readonly SlotTable<MediaProducer> _producers = new();
    private readonly SlotTable<MediaConsumer> _consumers = new();
    private int _nextPlainHome;

    public IEnumerable<MediaServer> Servers => _servers.Items;

    public void OpenServer(ServerHandle handle, ServerSettings settings, IServerEvents events)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(events);
        var bound = new List<BoundSocket>();
        foreach (var info in settings.ListenInfos)
        {
            if (!front.Parts.Sockets.TryOpen(info, bound, out var error))
            {
                bound.ForEach(socket => front.OnAllEngines(engine => engine.Parts.Sockets.Close(socket.Id)));
                _handles.Servers.Free(handle.Slot, handle.Generation);
                events.ServerClosed(error);
                return;
            }
        }

        var server = new MediaServer(handle, [.. bound], front.Parts.EngineCount, events);
        _servers.Set(handle.Slot, handle.Generation, server);
        events.ServerOpened(server.ListenInfos);
    }

    public void CloseServer(ServerHandle handle)
    {
        if (_servers[handle.Slot, handle.Generation] is { } server && server.BeginClosing())
        {
            front.CloseSockets(server);
        }
    }

    public void Forget(MediaServer server)
    {
        _servers.Remove(server.Handle.Slot, server.Handle.Generation);
        _handles.Servers.Free(server.Handle.Slot, server.Handle.Generation);
        server.Events.ServerClosed(null);
    }

    public void OpenTransport(TransportHandle handle, ServerHandle serverHandle, TransportSettings settings, ITransportEvents events)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(events);
        var server = _servers[serverHandle.Slot, serverHandle.Generation];
        if (server is null || !server.TryEnter())
        {
            _handles.Transports.Free(handle.Slot, handle.Generation);
            events.TransportClosed(new MediaError(MediaErrorCode.Closed, "The WebRtcServer is closed."));
            return;
        }

        WebRtcMediaTransport transport;
        try
        {
            transport = new WebRtcMediaTransport(front, handle, server, settings, events);
        }
        catch (ArgumentException e)
        {
            front.LeaveServer(server);
            _handles.Transports.Free(handle.Slot, handle.Generation);
            events.TransportClosed(new MediaError(MediaErrorCode.InvalidParameters, e.Message));
            return;
        }

        _transports.Set(handle.Slot, handle.Generation, transport);
        front.Serve(transport, static opened => opened.Open());
    }

    public void OpenPlainTransport(TransportHandle handle, PlainTransportSettings settings, ITransportEvents events)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(events);
        var home = _nextPlainHome++ % front.Parts.EngineCount;
        var rtp = new List<BoundSocket>();
        var rtcp = new List<BoundSocket>();
        var error = PlainMediaTransport.Check(settings) is { } reason ? new MediaError(MediaErrorCode.InvalidParameters, reason) : null;
        if (error is not null || !front.Parts.Sockets.TryOpen(settings.Rtp, rtp, out error, home) ||
            (!settings.RtcpMux && !front.Parts.Sockets.TryOpen(settings.Rtcp ?? settings.Rtp with { Port = 0 }, rtcp, out error, home)))
        {
            rtp.ForEach(socket => front.On(home, engine => engine.Parts.Sockets.Close(socket.Id)));
            _handles.Transports.Free(handle.Slot, handle.Generation);
            events.TransportClosed(error);
            return;
        }

        var transport = new PlainMediaTransport(front, handle, home, settings, [.. rtp], [.. rtcp], events);
        _transports.Set(handle.Slot, handle.Generation, transport);
        front.On(home, engine => engine.Serve(transport, opened =>
        {
            opened.EnterHome(engine);
            opened.Open();
        }));
    }

    /// <summary>Has the transport carry out a command where it lives. What the handle no longer names is passed over.</summary>
    public void Transport(TransportHandle handle, Action<MediaTransport> command)
    {
        if (_transports[handle.Slot, handle.Generation] is { } transport)
        {
            front.Route(transport, home => Unless(home.HasLeft, command, home));
        }
    }

    public void CloseTransport(TransportHandle handle)
    {
        if (_transports[handle.Slot, handle.Generation] is { } transport)
        {
            front.Route(transport, static home =>
            {
                if (!home.HasLeft)
                {
                    home.Close(null);
                }
            });
        }
    }

    public void AddProducer(TransportHandle transportHandle, long requestId, ProducerHandle handle, ProducerSettings settings)
    {
        if (_transports[transportHandle.Slot, transportHandle.Generation] is not { } transport)
        {
            _handles.Producers.Free(handle.Slot, handle.Generation);
            return;
        }

        var producer = new MediaProducer(transport, handle, settings);
        _producers.Set(handle.Slot, handle.Generation, producer);
        front.Route(transport, home => home.Add(requestId, producer));
    }

    public void Producer(ProducerHandle handle, Action<MediaProducer> command)
    {
        if (_producers[handle.Slot, handle.Generation] is { } producer)
        {
            front.Route(producer.Transport, _ => Unless(producer.IsClosed, command, producer));
        }
    }

    public void AddConsumer(
        TransportHandle transportHandle, long requestId, ConsumerHandle handle, ProducerHandle producerHandle, ConsumerSettings settings)
    {
        var producer = _producers[producerHandle.Slot, producerHandle.Generation];
        if (_transports[transportHandle.Slot, transportHandle.Generation] is not { } transport || producer is null)
        {
            _handles.Consumers.Free(handle.Slot, handle.Generation);
            Transport(transportHandle, home => home.RefuseConsumer(requestId));
            return;
        }

        var consumer = new MediaConsumer(transport, handle, producer, settings);
        _consumers.Set(handle.Slot, handle.Generation, consumer);
        front.Route(transport, home => home.Add(requestId, consumer));
    }

    public void Consumer(ConsumerHandle handle, Action<MediaConsumer> command)
    {
        if (_consumers[handle.Slot, handle.Generation] is { } consumer)
        {
            front.Route(consumer.Transport, _ => Unless(consumer.IsClosed, command, consumer));
        }
    }

    public void GetProducerStats(TransportHandle transport, long requestId, ProducerHandle handle)
    {
        var producer = _producers[handle.Slot, handle.Generation];
        Transport(transport, home => home.ReportStats(requestId, producer));
    }

    public void GetConsumerStats(TransportHandle transport, long requestId, ConsumerHandle handle)
    {
        var consumer = _consumers[handle.Slot, handle.Generation];
        Transport(transport, home => home.ReportStats(requestId, consumer));
    }

    /// <summary>
    /// Another engine received an authentic check for a transport that nobody had adopted, as far as it knew. The check is served where the
    /// transport lives from now on.
    /// </summary>
    public void Adopt(WebRtcMediaTransport transport, int engine, TransportTuple tuple, byte[] check)
    {
        if (transport.HasLeft)
        {
            return;
        }

        if (transport.Route == MediaEngine.FrontIndex && !transport.IsAdopted)
        {
            transport.LeaveFront(engine);
            front.Parts.Links.Post(engine, home => home.Serve(transport, entering => entering.EnterHome(home)));
        }

        if (tuple.Protocol == TransportProtocol.Udp || transport.Route == engine)
        {
            front.Checks.Pass(transport.Route, transport, engine, tuple, check);
        }
        else
        {
            // A check on another engine was first. Once more, and the connection goes where the transport went.
            front.Parts.Links.Post(engine, entrance => entrance.OnDatagram(tuple, check, entrance.Now));
        }
    }

    /// <summary>The DTLS runner has a datagram to send.</summary>
    public void OnDtlsDatagram(TransportHandle handle, byte[] datagram) => WebRtc(handle, home => home.SendDtls(datagram));

    /// <summary>The handshake is done and the fingerprint verified. Takes over the keys.</summary>
    public void OnDtlsConnected(TransportHandle handle, SrtpKeys keys, string? remoteCertificatePem)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (_transports[handle.Slot, handle.Generation] is not WebRtcMediaTransport transport)
        {
            keys.Clear();
            return;
        }

        front.Route(transport, _ =>
        {
            if (!transport.HasLeft)
            {
                transport.OnDtlsConnected(keys, remoteCertificatePem);
            }

            keys.Clear();
        });
    }

    /// <summary>The association is over; <paramref name="failure"/> is null when one side closed it.</summary>
    public void OnDtlsEnded(TransportHandle handle, string? failure)
    {
        front.DtlsSessions--;
        WebRtc(handle, home => home.OnDtlsEnded(failure));
    }

    /// <summary>Every engine describes what it holds; the last one reports.</summary>
    public void Dump(long requestId, IMediaPlaneEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var parts = new MediaPlaneDump[front.Parts.EngineCount];
        var missing = parts.Length;
        front.OnAllEngines(engine =>
        {
            parts[engine.Index] = engine.Dump();
            if (Interlocked.Decrement(ref missing) == 0)
            {
                events.DumpReady(requestId, MediaPlaneDump.Sum(parts));
            }
        });
    }

    /// <summary>Every engine adds what it has done; the last one reports.</summary>
    public void MeasureLoad(long requestId, IMediaPlaneEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var engines = front.Parts.EngineCount;
        var missing = engines;
        long packets = 0;
        long cpuUs = 0;
        var transports = 0;
        front.OnAllEngines(engine =>
        {
            var part = engine.MeasureLoad();
            Interlocked.Add(ref packets, part.Packets);
            Interlocked.Add(ref cpuUs, part.CpuTimeUs);
            Interlocked.Add(ref transports, part.Transports);
            if (Interlocked.Decrement(ref missing) == 0)
            {
                var sum = new MediaLoad(Interlocked.Read(ref packets), Interlocked.Read(ref cpuUs), engines, Volatile.Read(ref transports), engine.Now);
                events.LoadMeasured(requestId, sum);
            }
        });
    }

    public void Forget(MediaTransport transport)
    {
        _transports.Remove(transport.Handle.Slot, transport.Handle.Generation);
        _handles.Transports.Free(transport.Handle.Slot, transport.Handle.Generation);
    }

    public void Forget(MediaProducer producer)
    {
        _producers.Remove(producer.Handle.Slot, producer.Handle.Generation);
        _handles.Producers.Free(producer.Handle.Slot, producer.Handle.Generation);
    }

    public void Forget(MediaConsumer consumer)
    {
        _consumers.Remove(consumer.Handle.Slot, consumer.Handle.Generation);
        _handles.Consumers.Free(consumer.Handle.Slot, consumer.Handle.Generation);
    }

    /// <summary>What only this kind of transport can have been asked for.</summary>
    private void WebRtc(TransportHandle handle, Action<WebRtcMediaTransport> command) => Transport(handle, home => command((WebRtcMediaTransport)home));

    private static void Unless<T>(bool closed, Action<T> command, T item)
    {
        if (!closed)
        {
            command(item);
        }
    }
}

using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Tests.Support;

/// <summary>
/// What there is in a <see cref="FakeMediaPlane"/>, and how it ends: what is in something ends with it, each end is told once, and a closing
/// server's sockets close behind its last transport. The fake's thread only, but for the journal.
/// </summary>
internal sealed class FakeMediaBooks
{
    private readonly List<string> _journal = [];

    public Dictionary<ServerHandle, Server> Servers { get; } = [];

    public Dictionary<TransportHandle, Transport> Transports { get; } = [];

    public Dictionary<ProducerHandle, Producer> Producers { get; } = [];

    public Dictionary<ConsumerHandle, Consumer> Consumers { get; } = [];

    /// <summary>What happened to sockets and transports, in order. Any thread.</summary>
    public ImmutableArray<string> Journal
    {
        get
        {
            lock (_journal)
            {
                return [.. _journal];
            }
        }
    }

    public void Note(string entry)
    {
        lock (_journal)
        {
            _journal.Add(entry);
        }
    }

    public void SetPaused(ProducerHandle handle, bool paused)
    {
        if (Producers.TryGetValue(handle, out var producer))
        {
            producer.Paused = paused;
        }
    }

    public void SetPaused(ConsumerHandle handle, bool paused)
    {
        if (Consumers.TryGetValue(handle, out var consumer))
        {
            consumer.Paused = paused;
        }
    }

    /// <summary>Ends the producer, and its consumers, which are told of it.</summary>
    public void EndProducer(ProducerHandle handle)
    {
        if (!Producers.Remove(handle))
        {
            return;
        }

        foreach (var (consumerHandle, consumer) in Consumers.Where(entry => entry.Value.Producer == handle).ToArray())
        {
            Consumers.Remove(consumerHandle);
            if (Transports.TryGetValue(consumer.Transport, out var transport))
            {
                transport.Events.ConsumerClosed(consumerHandle, null);
            }
        }
    }

    /// <summary>Ends the transport, and what it carries without a word of that.</summary>
    public void End(TransportHandle handle, MediaError? error)
    {
        if (!Transports.Remove(handle, out var transport))
        {
            return;
        }

        Note($"close_notify {handle.Slot}");
        foreach (var consumer in Consumers.Where(entry => entry.Value.Transport == handle).Select(entry => entry.Key).ToArray())
        {
            Consumers.Remove(consumer);
        }

        foreach (var producer in Producers.Where(entry => entry.Value.Transport == handle).Select(entry => entry.Key).ToArray())
        {
            EndProducer(producer);
        }

        // Who has asked for it knows.
        if (error is not null)
        {
            SayGoodbye(transport);
        }

        transport.Events.TransportClosed(error);
        if (transport.Server is { } server)
        {
            Servers[server].Transports--;
            CloseSocketsWhenDrained(server);
        }
    }

    public void CloseSocketsWhenDrained(ServerHandle handle)
    {
        if (Servers.TryGetValue(handle, out var server) && server is { Closing: true, Transports: 0 })
        {
            Servers.Remove(handle);
            Note("sockets closed");
            server.Events.ServerClosed(null);
        }
    }

    /// <summary>What is open at present. What ought to have ended with something else counts as buffers in use.</summary>
    public MediaPlaneDump Describe() => new(
        [.. Servers.Select(entry => new ServerDump(entry.Key, entry.Value.Bound, entry.Value.Transports, entry.Value.Closing))],
        [
            .. Transports.Select(entry => new TransportDump(
                entry.Key,
                entry.Value.Server is null ? "plain" : "new",
                entry.Value.Connected ? "connecting" : "new",
                null,
                [],
                [
                    .. Producers.Where(producer => producer.Value.Transport == entry.Key).Select(producer => new ProducerDump(
                        producer.Key,
                        producer.Value.Settings.Id,
                        "audio",
                        producer.Value.Paused,
                        [],
                        Consumers.Count(consumer => consumer.Value.Producer == producer.Key))),
                ],
                [
                    .. Consumers.Where(consumer => consumer.Value.Transport == entry.Key).Select(consumer => new ConsumerDump(
                        consumer.Key, consumer.Value.Settings.Id, consumer.Value.Producer, "audio", consumer.Value.Paused, 0)),
                ])),
        ],
        Ufrags: Transports.Count(entry => entry.Value.Server is not null),
        Tuples: 0,
        TcpConnections: 0,
        DtlsSessions: Transports.Count(entry => entry.Value is { Connected: true, Server: not null }),
        SrtpSessions: 0,
        BuffersInUse: Producers.Count(entry => !Transports.ContainsKey(entry.Value.Transport)) + Consumers.Count(entry => !Transports.ContainsKey(entry.Value.Transport)),
        Timers: 0);

    private static void SayGoodbye(Transport transport)
    {
        foreach (var ufrag in transport.Ufrags)
        {
            transport.Events.LocalUfragRemoved(ufrag);
        }

        if (transport.Server is not null)
        {
            transport.Events.IceStateChanged(IceState.Closed);
        }
    }

    internal sealed class Server(ImmutableArray<ListenInfo> bound, IServerEvents events)
    {
        public ImmutableArray<ListenInfo> Bound { get; } = bound;

        public IServerEvents Events { get; } = events;

        public int Transports { get; set; }

        public bool Closing { get; set; }
    }

    internal sealed class Transport(ServerHandle? server, ITransportEvents events)
    {
        /// <summary>Null: it has sockets of its own.</summary>
        public ServerHandle? Server { get; } = server;

        public ITransportEvents Events { get; } = events;

        public List<string> Ufrags { get; } = [];

        public bool Connected { get; set; }
    }

    internal sealed class Producer(TransportHandle transport, ProducerSettings settings)
    {
        public TransportHandle Transport { get; } = transport;

        public ProducerSettings Settings { get; } = settings;

        public bool Paused { get; set; }
    }

    internal sealed class Consumer(TransportHandle transport, ProducerHandle producer, ConsumerSettings settings)
    {
        public TransportHandle Transport { get; } = transport;

        public ProducerHandle Producer { get; } = producer;

        public ConsumerSettings Settings { get; } = settings;

        public bool Paused { get; set; }
    }
}

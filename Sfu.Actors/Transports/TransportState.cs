using System.Globalization;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>
/// What a transport's control plane knows and decides: what it carries, what the media plane still owes an answer for, and what may be
/// asked when. Does nothing itself.
/// </summary>
internal sealed class TransportState
{
    private const int MaxMids = 100_000_000; // A MID has at most 8 characters.

    private readonly Dictionary<ProducerId, ProducerState> _producers = [];
    private readonly Dictionary<ConsumerId, ConsumerState> _consumers = [];
    private readonly Dictionary<long, PendingRequest> _pending = [];
    private long _nextMediaRequest;
    private int _nextMid;

    /// <summary>The media twin listens.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>A connect was accepted, or is being checked.</summary>
    public bool IsConnectRequested { get; private set; }

    public DtlsTransportState DtlsState { get; set; } = DtlsTransportState.New;

    /// <summary>Set once, by the first cause.</summary>
    public CloseReason? CloseReason { get; private set; }

    public IReadOnlyCollection<ProducerState> Producers => _producers.Values;

    public IReadOnlyCollection<ConsumerState> Consumers => _consumers.Values;

    public IReadOnlyCollection<PendingRequest> Pending => _pending.Values;

    public void Opened() => IsOpen = true;

    /// <summary>Keeps the first reason. False when there was one.</summary>
    public bool TryClose(CloseReason reason)
    {
        if (CloseReason is not null)
        {
            return false;
        }

        CloseReason = reason;
        return true;
    }

    /// <summary>Notes that the media plane is asked, and gives the number to ask with.</summary>
    public long Expect(PendingRequest request)
    {
        var id = ++_nextMediaRequest;
        _pending.Add(id, request);
        return id;
    }

    /// <summary>The request that the media plane answers now; null when it was given up meanwhile.</summary>
    public PendingRequest? Take(long mediaRequestId) => _pending.Remove(mediaRequestId, out var request) ? request : null;

    public SfuError? TryConnect()
    {
        if (IsConnectRequested)
        {
            return new SfuError(SfuErrorCode.InvalidState, "The transport is already connected.");
        }

        IsConnectRequested = true;
        return null;
    }

    /// <summary>The media plane refused the parameters: the client may try again with better ones.</summary>
    public void ConnectFailed() => IsConnectRequested = false;

    public SfuError? MayProduce(ProducerId id)
    {
        if (!IsConnectRequested)
        {
            return new SfuError(SfuErrorCode.InvalidState, "Connect the transport before producing on it.");
        }

        return _producers.ContainsKey(id) ? new SfuError(SfuErrorCode.AlreadyExists, $"A Producer {id} exists.") : null;
    }

    public SfuError? MayConsume(ConsumerId id) =>
        _consumers.ContainsKey(id) ? new SfuError(SfuErrorCode.AlreadyExists, $"A Consumer {id} exists.") : null;

    /// <summary>The next MID among the Consumers of this transport. Never reused while the transport lives, short of a hundred million.</summary>
    public string NextMid()
    {
        var mid = _nextMid.ToString(CultureInfo.InvariantCulture);
        _nextMid = (_nextMid + 1) % MaxMids;
        return mid;
    }

    public void Put(ProducerState producer) => _producers[producer.Record.ProducerId] = producer;

    public void Put(ConsumerState consumer) => _consumers[consumer.Id] = consumer;

    public ProducerState? Producer(ProducerId id) => _producers.GetValueOrDefault(id);

    public ConsumerState? Consumer(ConsumerId id) => _consumers.GetValueOrDefault(id);

    public ProducerState? Producer(ProducerHandle handle) => _producers.Values.FirstOrDefault(producer => producer.Handle == handle);

    public ConsumerState? Consumer(ConsumerHandle handle) => _consumers.Values.FirstOrDefault(consumer => consumer.Handle == handle);

    public ProducerState? RemoveProducer(ProducerId id) => _producers.Remove(id, out var producer) ? producer : null;

    public ConsumerState? RemoveConsumer(ConsumerId id) => _consumers.Remove(id, out var consumer) ? consumer : null;

    public ConsumerState[] ConsumersOf(ProducerId id) => [.. _consumers.Values.Where(consumer => consumer.Record.ProducerId == id)];
}

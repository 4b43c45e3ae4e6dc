using Sfu.Bench.Load;
using Sfu.Bench.Node;
using Sfu.Bench.Signaling;

namespace Sfu.Bench.Scenarios;

/// <summary>A room on a node and the clients in it.</summary>
internal sealed class Room : IAsyncDisposable
{
    private const int JoinsAtOnce = 16;

    // Given.
    private readonly NodeProcess _node;
    private readonly LoadPeer _load;
    private readonly string _name;

    // Owned.
    private readonly Publications _publications = new();
    private readonly List<Participant> _participants = [];

    // State.
    private ClientCapabilities? _capabilities;
    private int _names;

    public Room(NodeProcess node, LoadPeer load, string name)
    {
        _node = node;
        _load = load;
        _name = name;
    }

    public Publications Publications => _publications;

    /// <summary>A client that has joined and not done anything else.</summary>
    /// <param name="consuming">Whether it gets what others publish.</param>
    /// <param name="load">Where its transports live; null: the room's own.</param>
    public async Task<Participant> EnterAsync(bool consuming, LoadPeer? load = null)
    {
        var name = $"peer{Interlocked.Increment(ref _names)}";
        var participant = await Participant.EnterAsync(_node.Signaling(_name, name), load ?? _load, _publications, _capabilities);
        _capabilities = participant.Capabilities;
        lock (_participants)
        {
            _participants.Add(participant);
        }

        await participant.JoinAsync(consuming);
        return participant;
    }

    public async Task AddPublisherAsync(Func<ClientCapabilities, IReadOnlyList<SourceSettings>> encodings, bool tcp = false)
    {
        var participant = await EnterAsync(consuming: false);
        await PublishAsync(participant, encodings, tcp);
    }

    public Task AddPublisherAsync(Func<ClientCapabilities, SourceSettings> encoding, bool tcp = false) =>
        AddPublisherAsync(capabilities => (IReadOnlyList<SourceSettings>)[encoding(capabilities)], tcp);

    public async Task AddSubscribersAsync(int count, bool tcp = false)
    {
        var added = new List<Participant>();
        for (var done = 0; done < count; done += JoinsAtOnce)
        {
            added.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(JoinsAtOnce, count - done)).Select(_ => SubscribeAsync(tcp))));
        }

        await WhenConsumingAsync(added, consumers: 1);
    }

    /// <summary>Somebody who publishes and gets what the others publish.</summary>
    public async Task<Participant> AddConverserAsync(Func<ClientCapabilities, SourceSettings> encoding)
    {
        var participant = await EnterAsync(consuming: true);
        await participant.CreateTransportAsync(consuming: true);
        await PublishAsync(participant, capabilities => [encoding(capabilities)], tcp: false);
        return participant;
    }

    /// <summary>Awaits that everybody has at least so many Consumers.</summary>
    public Task WhenAllConsumeAsync(int consumers) => WhenConsumingAsync(_participants, consumers);

    /// <summary>Awaits that each has at least so many Consumers.</summary>
    public static async Task WhenConsumingAsync(IEnumerable<Participant> participants, int consumers)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        foreach (var participant in participants)
        {
            while (participant.ConsumerCount < consumers)
            {
                if (DateTime.UtcNow > deadline)
                {
                    throw new TimeoutException($"A subscriber has {participant.ConsumerCount} Consumers, not {consumers}.");
                }

                await Task.Delay(10);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_participants.Select(static participant => participant.DisposeAsync().AsTask()));
    }

    private static async Task PublishAsync(Participant participant, Func<ClientCapabilities, IReadOnlyList<SourceSettings>> encodings, bool tcp)
    {
        var (transport, id) = await participant.CreateTransportAsync(producing: true, tcp: tcp);
        await participant.PublishAsync(transport, id, encodings(participant.Capabilities));
    }

    private async Task<Participant> SubscribeAsync(bool tcp)
    {
        var participant = await EnterAsync(consuming: true);
        await participant.CreateTransportAsync(consuming: true, tcp: tcp);
        return participant;
    }
}

namespace Sfu.Media.Control;

/// <summary>Where handles of all kinds come from and go back to. Any thread.</summary>
/// <param name="elsewhere">Who is told of what goes back of a kind, where others hand handles out; null: it is handed out here.</param>
internal sealed class MediaHandles(Func<HandleKind, Action<int, uint>>? elsewhere = null)
{
    public HandleAllocator Servers { get; } = Make(HandleKind.Server, elsewhere);

    public HandleAllocator Transports { get; } = Make(HandleKind.Transport, elsewhere);

    public HandleAllocator Producers { get; } = Make(HandleKind.Producer, elsewhere);

    public HandleAllocator Consumers { get; } = Make(HandleKind.Consumer, elsewhere);

    public ServerHandle NewServer()
    {
        var (slot, generation) = Servers.Allocate();
        return new ServerHandle(slot, generation);
    }

    public TransportHandle NewTransport()
    {
        var (slot, generation) = Transports.Allocate();
        return new TransportHandle(slot, generation);
    }

    public ProducerHandle NewProducer()
    {
        var (slot, generation) = Producers.Allocate();
        return new ProducerHandle(slot, generation);
    }

    public ConsumerHandle NewConsumer()
    {
        var (slot, generation) = Consumers.Allocate();
        return new ConsumerHandle(slot, generation);
    }

    public void Free(HandleKind kind, int slot, uint generation) => Of(kind).Free(slot, generation);

    private HandleAllocator Of(HandleKind kind) => kind switch
    {
        HandleKind.Server => Servers,
        HandleKind.Transport => Transports,
        HandleKind.Producer => Producers,
        _ => Consumers,
    };

    private static HandleAllocator Make(HandleKind kind, Func<HandleKind, Action<int, uint>>? elsewhere) => new(elsewhere?.Invoke(kind));
}

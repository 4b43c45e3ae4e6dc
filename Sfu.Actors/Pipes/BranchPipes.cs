using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Pipes;

/// <summary>
/// The pipes of one Router that end on this node: one inlet for each node whose Producers are consumed here, one outlet for each node that
/// consumes Producers of this one. A Producer crosses once, however many Consumers it has here: the first has it fetched, those that come
/// meanwhile wait with it, and when the last one is gone it lingers. Part of the branch's actor, whose children the ends are.
/// </summary>
internal sealed class BranchPipes(RouterId routerId, NodeContext node, BranchState state, IUntypedActorContext context, ITimerScheduler timers)
{
    private readonly Dictionary<Address, IActorRef> _inlets = [];
    private readonly Dictionary<ProducerId, Incoming> _incoming = [];
    private readonly Dictionary<IActorRef, Outlet> _outlets = []; // By their inlets.

    /// <summary>The handle by which this node's media plane knows a Producer of another node.</summary>
    public bool TryGetHandle(ProducerId id, out ProducerHandle handle)
    {
        handle = _incoming.TryGetValue(id, out var incoming) && incoming.Handle is { } there ? there : default;
        return handle != default;
    }

    /// <summary>A Consumer of it waits until its Producer has crossed.</summary>
    public bool IsAwaited(ConsumerId id) => Awaited.Contains(id);

    /// <summary>The Consumers that wait for their Producers to cross.</summary>
    public IEnumerable<ConsumerId> Awaited => _incoming.Values.SelectMany(incoming => incoming.Waiting.Select(waiting => waiting.Add.ConsumerId));

    /// <summary>A Consumer of a Producer of another node: it waits until that has crossed.</summary>
    /// <param name="add">With the way to the Producer's node.</param>
    /// <param name="asker">Who is answered.</param>
    public void Await(BranchProtocol.AddConsumer add, IActorRef asker)
    {
        var id = add.Producer.ProducerId;
        timers.Cancel(id);
        if (!_incoming.TryGetValue(id, out var incoming))
        {
            var inlet = InletFrom(add.Source!);
            incoming = new Incoming(inlet, add.Producer.PeerId);
            _incoming.Add(id, incoming);
            inlet.Tell(new PipeCommands.Want(add.Producer));
        }

        incoming.Waiting.Add(new Waiting(add, asker));
    }

    /// <summary>Nobody knows of these Consumers any more.</summary>
    /// <returns>Those that have waited.</returns>
    public ImmutableArray<Waiting> Refuse(ImmutableArray<ConsumerId> consumers)
    {
        ImmutableArray<Waiting> refused = [.. _incoming.Values.SelectMany(incoming => incoming.Waiting).Where(waiting => consumers.Contains(waiting.Add.ConsumerId))];
        foreach (var waiting in refused)
        {
            _incoming[waiting.Add.Producer.ProducerId].Waiting.Remove(waiting);
            Release(waiting.Add.Producer.ProducerId);
        }

        return refused;
    }

    /// <summary>A Consumer was added: its Producer does not linger any more.</summary>
    public void Use(ProducerId id) => timers.Cancel(id);

    /// <summary>A Consumer ended. Does nothing about a Producer of this node.</summary>
    public void Release(ProducerId id)
    {
        if (_incoming.TryGetValue(id, out var incoming) && incoming.Waiting.Count == 0 && !state.IsConsumed(id))
        {
            timers.StartSingleTimer(id, new LingerOver(id), node.Options.Pipe.Linger);
        }
    }

    public void OnLingerOver(LingerOver over)
    {
        if (_incoming.TryGetValue(over.ProducerId, out var incoming) && incoming.Waiting.Count == 0 && !state.IsConsumed(over.ProducerId))
        {
            Drop(over.ProducerId, incoming);
        }
    }

    /// <summary>It has crossed.</summary>
    /// <returns>Who has waited for it.</returns>
    public ImmutableArray<Waiting> Arrived(PipeCommands.Arrived arrived)
    {
        if (!_incoming.TryGetValue(arrived.ProducerId, out var incoming) || !incoming.Inlet.Equals(arrived.Inlet))
        {
            return [];
        }

        incoming.Handle = arrived.Handle;
        return incoming.TakeWaiting();
    }

    /// <summary>It does not cross, or not any more.</summary>
    /// <returns>Who has waited for it.</returns>
    public ImmutableArray<Waiting> Lost(PipeCommands.Lost lost)
    {
        if (!_incoming.TryGetValue(lost.ProducerId, out var incoming) || !incoming.Inlet.Equals(lost.Inlet))
        {
            return [];
        }

        Forget(lost.ProducerId, incoming);
        return incoming.TakeWaiting();
    }

    /// <summary>The Router says that it is gone.</summary>
    /// <returns>Who has waited for it.</returns>
    public ImmutableArray<Waiting> ProducerGone(ProducerId id)
    {
        if (!_incoming.TryGetValue(id, out var incoming))
        {
            return [];
        }

        Drop(id, incoming);
        return incoming.TakeWaiting();
    }

    /// <summary>It was paused or resumed. Does nothing about a Producer of this node.</summary>
    public void SetPaused(ProducerId id, bool paused)
    {
        if (_incoming.TryGetValue(id, out var incoming))
        {
            incoming.Inlet.Tell(new PipeCommands.SetPaused(id, paused));
        }
    }

    /// <summary>An end of a pipe is gone, with all that crossed.</summary>
    /// <returns>Who has waited for that.</returns>
    public ImmutableArray<Waiting> Ended(IActorRef end)
    {
        foreach (var (inlet, outlet) in _outlets)
        {
            if (outlet.Actor.Equals(end))
            {
                _outlets.Remove(inlet);
                return [];
            }
        }

        Unlist(end);
        var lost = _incoming.Where(entry => entry.Value.Inlet.Equals(end)).ToArray();
        foreach (var (id, _) in lost)
        {
            timers.Cancel(id);
            _incoming.Remove(id);
        }

        return [.. lost.SelectMany(entry => entry.Value.TakeWaiting())];
    }

    /// <summary>The inlet of another node asks for an outlet.</summary>
    public void Open(PipeProtocol.OpenPipe open)
    {
        if (_outlets.TryGetValue(open.Inlet, out var outlet))
        {
            outlet.Actor.Tell(PipeCommands.OpenAgain.Instance);
        }
        else
        {
            _outlets.Add(open.Inlet, new Outlet(context.Watch(context.ActorOf(PipeOutletActor.Props(node, open)))));
        }
    }

    /// <summary>The inlet of another node says what it wants. Its outlet may be gone: then it hears so by its watch.</summary>
    public void Follow(PipeProtocol.WantProducers wanted)
    {
        if (!_outlets.TryGetValue(wanted.Inlet, out var outlet))
        {
            return;
        }

        var sources = ImmutableDictionary.CreateBuilder<ProducerId, PipeCommands.Source>();
        foreach (var want in wanted.Wants)
        {
            if (state.Producer(want.ProducerId) is { } producer && state.TryGetHandle(want.ProducerId, out var handle))
            {
                sources[want.ProducerId] = new PipeCommands.Source(producer, handle);
            }
        }

        outlet.Wanted = [.. wanted.Wants.Select(want => new PipedProducer(want.ProducerId, state.Producer(want.ProducerId)?.PeerId))];
        outlet.Actor.Tell(new PipeCommands.Follow(wanted, sources.ToImmutable()));
    }

    public ImmutableArray<NodeProtocol.NodePipeDump> Dump() =>
    [
        .. _inlets.Select(inlet => new NodeProtocol.NodePipeDump(
            inlet.Key.ToString(),
            IsInlet: true,
            [.. _incoming.Where(incoming => incoming.Value.Inlet.Equals(inlet.Value)).Select(incoming => new PipedProducer(incoming.Key, incoming.Value.PeerId))])),
        .. _outlets.Select(outlet => new NodeProtocol.NodePipeDump(outlet.Key.Path.Address.ToString(), IsInlet: false, outlet.Value.Wanted)),
    ];

    private IActorRef InletFrom(IActorRef source)
    {
        var address = source.Path.Address;
        if (!_inlets.TryGetValue(address, out var inlet))
        {
            inlet = context.Watch(context.ActorOf(PipeInletActor.Props(routerId, node, source)));
            _inlets.Add(address, inlet);
        }

        return inlet;
    }

    private void Drop(ProducerId id, Incoming incoming)
    {
        incoming.Inlet.Tell(new PipeCommands.Drop(id));
        Forget(id, incoming);
    }

    /// <summary>A pipe by which nothing comes any more is closed.</summary>
    private void Forget(ProducerId id, Incoming incoming)
    {
        timers.Cancel(id);
        _incoming.Remove(id);
        if (!_incoming.Values.Any(other => other.Inlet.Equals(incoming.Inlet)))
        {
            Unlist(incoming.Inlet);
            context.Stop(incoming.Inlet);
        }
    }

    private void Unlist(IActorRef inlet)
    {
        foreach (var (address, listed) in _inlets)
        {
            if (listed.Equals(inlet))
            {
                _inlets.Remove(address);
                return;
            }
        }
    }

    /// <summary>A request that waits for its Producer to cross.</summary>
    internal sealed record Waiting(BranchProtocol.AddConsumer Add, IActorRef Asker);

    /// <summary>Nobody may have wanted the Producer for a while.</summary>
    internal sealed record LingerOver(ProducerId ProducerId) : INoSerializationVerificationNeeded;

    private sealed class Incoming(IActorRef inlet, PeerId? peerId)
    {
        public IActorRef Inlet { get; } = inlet;

        public PeerId? PeerId { get; } = peerId;

        public ProducerHandle? Handle { get; set; }

        public List<Waiting> Waiting { get; } = [];

        public ImmutableArray<Waiting> TakeWaiting()
        {
            var waiting = Waiting.ToImmutableArray();
            Waiting.Clear();
            return waiting;
        }
    }

    private sealed class Outlet(IActorRef actor)
    {
        public IActorRef Actor { get; } = actor;

        public ImmutableArray<PipedProducer> Wanted { get; set; } = [];
    }
}

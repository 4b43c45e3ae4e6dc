using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Transports;

namespace Sfu.Actors.Node;

/// <summary>The book of a node's transports with sockets of their own, which are children of the node itself. Does nothing itself.</summary>
internal sealed class NodeTransports(NodeContext node)
{
    private readonly Dictionary<IActorRef, TransportId> _transports = [];
    private readonly ClosingSignal _closing = new();

    public bool IsEmpty => _transports.Count == 0;

    public IReadOnlyCollection<IActorRef> Actors => [.. _transports.Keys];

    public ImmutableArray<TransportId> Ids => [.. _transports.Values];

    /// <summary>What the actor is made of.</summary>
    /// <param name="create">For a PlainTransport or an end of a pipe.</param>
    /// <param name="asker">Who is answered.</param>
    /// <param name="props">Of the child to be.</param>
    /// <param name="refusal">What is wrong with the options.</param>
    public bool TryPrepare(
        TransportCommands.CreateTransport create,
        IActorRef asker,
        [NotNullWhen(true)] out Props? props,
        [NotNullWhen(false)] out SfuError? refusal)
    {
        props = null;
        refusal = new SfuError(SfuErrorCode.InvalidParameters, "The transport has neither options of a PlainTransport nor of a pipe.");
        var open = create.Open;
        var seed = new TransportSeed(
            node.Media, node.Ortc, open, asker, create.Branch, _closing, create.RouterClosing, node.Options.PathReportInterval);
        if (open.Plain is { } plain && RtpTransportSettings.TryResolve(plain, out var settings, out refusal))
        {
            props = PlainTransportActor.Props(seed, settings);
        }
        else if (open.Pipe is { } pipe && RtpTransportSettings.TryResolve(pipe, node.Options.Pipe.ListenInfo, out settings, out refusal))
        {
            props = PipeTransportActor.Props(seed, settings, pipe.EnableRtx);
        }

        return props is not null;
    }

    public void Add(IActorRef actor, TransportId id) => _transports.Add(actor, id);

    /// <summary>False when it was none of them.</summary>
    public bool Remove(IActorRef actor) => _transports.Remove(actor);

    /// <summary>All are about to close: none takes the end of another for its Producers'.</summary>
    public void AnnounceClosing() => _closing.Raise();
}

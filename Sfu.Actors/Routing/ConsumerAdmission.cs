using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Pipes;
using Sfu.Actors.Protocol;
using Sfu.Actors.Transports;
using Sfu.Media.Control;

namespace Sfu.Actors.Routing;

/// <summary>
/// How Consumers come to a branch's transports: at once where this node's media plane knows their Producer, and else when that has crossed by
/// a pipe. Of one that cannot come the asker is told, and the Router, which has booked it. Part of the branch's actor.
/// </summary>
internal sealed class ConsumerAdmission(RouterId routerId, BranchState state, BranchPipes pipes, RouterLink router)
{
    /// <param name="add">What is asked for.</param>
    /// <param name="asker">Who is answered, by the transport or from here.</param>
    /// <param name="isClosing">Nothing more is fetched from other nodes.</param>
    public void Admit(BranchProtocol.AddConsumer add, IActorRef asker, bool isClosing)
    {
        var id = add.Producer.ProducerId;
        if (state.TryGetHandle(id, out var handle))
        {
            Admit(add, handle, asker);
        }
        else if (pipes.TryGetHandle(id, out handle))
        {
            pipes.Use(id);
            Admit(add, handle, asker);
        }
        else if (add.Source is not null && !isClosing)
        {
            pipes.Await(add, asker);
        }
        else
        {
            Refuse([new BranchPipes.Waiting(add, asker)], Closed($"The Producer {id} is not on this node any more."));
        }
    }

    /// <summary>A Producer has crossed.</summary>
    public void Arrived(PipeCommands.Arrived arrived)
    {
        foreach (var (add, asker) in pipes.Arrived(arrived))
        {
            Admit(add, arrived.Handle, asker);
        }
    }

    /// <summary>A Producer does not cross, or not any more.</summary>
    public void Lost(PipeCommands.Lost lost) => Refuse(pipes.Lost(lost), lost.Error);

    /// <summary>An end of a pipe is gone, with all that crossed.</summary>
    public void Ended(IActorRef end, SfuError error) => Refuse(pipes.Ended(end), error);

    /// <summary>The Router says that a Producer is gone.</summary>
    public void ProducerGone(ProducerId id) => Refuse(pipes.ProducerGone(id), Closed($"The Producer {id} is closed."));

    /// <summary>The Router does not know of these Consumers.</summary>
    public void EndUnknown(ImmutableArray<ConsumerId> consumers) => Refuse(pipes.Refuse(consumers), Closed($"The Router {routerId} does not know of it any more."));

    private void Admit(BranchProtocol.AddConsumer add, ProducerHandle producer, IActorRef asker)
    {
        if (state.Transport(add.TransportId) is { } transport)
        {
            state.Put(ConsumerRecord.OfNew(add));
            transport.Tell(new TransportCommands.AddConsumer(add, producer), asker);
        }
        else
        {
            asker.Tell(new Rejected(add.RequestId, SfuErrorCode.Closed, "The transport closed meanwhile."));
            pipes.Release(add.Producer.ProducerId);
        }
    }

    private void Refuse(ImmutableArray<BranchPipes.Waiting> refused, SfuError error)
    {
        foreach (var (add, asker) in refused)
        {
            asker.Tell(new Rejected(add.RequestId, error));
            router.Tell(new BranchProtocol.ConsumerEnded(routerId, add.ConsumerId));
        }
    }

    private static SfuError Closed(string reason) => new(SfuErrorCode.Closed, reason);
}

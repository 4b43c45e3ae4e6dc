using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Actors.Transports;

/// <summary>What one end of a pipe tells the other of what is told here. Does nothing itself.</summary>
internal sealed class PipeMirror
{
    private readonly Dictionary<ConsumerId, ProducerId> _leaving = [];
    private readonly Dictionary<ProducerId, ConsumerId> _coming = [];

    /// <summary>Null until the ends are joined: then nothing is told.</summary>
    public IActorRef? OtherEnd { get; set; }

    public void Tie(ConsumerId consumer, ProducerId piped) => _leaving[consumer] = piped;

    public void Tie(ProducerId piped, ConsumerId consumer) => _coming[piped] = consumer;

    /// <summary>The other end says that its Consumer is gone: it need not hear of the Producer's end.</summary>
    public void Untie(ProducerId piped) => _coming.Remove(piped);

    /// <summary>The other end says that its Producer is gone.</summary>
    public void Untie(ConsumerId consumer) => _leaving.Remove(consumer);

    /// <summary>Null: nothing that concerns the other end.</summary>
    public Letter? Of(ISessionEvent news) => OtherEnd is { } end && Message(news) is { } message ? new Letter(end, message) : null;

    private IWireMessage? Message(ISessionEvent news)
    {
        switch (news)
        {
            case SessionEvents.ConsumerClosed closed when _leaving.Remove(closed.ConsumerId, out var piped):
                return new PipeEndProtocol.SourceClosed(piped);
            case SessionEvents.ConsumerPaused paused when _leaving.TryGetValue(paused.ConsumerId, out var piped):
                return new PipeEndProtocol.SourcePauseChanged(piped, Paused: true);
            case SessionEvents.ConsumerResumed resumed when _leaving.TryGetValue(resumed.ConsumerId, out var piped):
                return new PipeEndProtocol.SourcePauseChanged(piped, Paused: false);
            case SessionEvents.ProducerClosed closed when _coming.Remove(closed.ProducerId, out var consumer):
                return new PipeEndProtocol.PipedClosed(consumer);
            default:
                return null;
        }
    }
}

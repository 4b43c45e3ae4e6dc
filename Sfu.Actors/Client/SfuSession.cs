using System.Threading.Channels;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>
/// Somebody who owns and subscribes, outside of actors: <see cref="Actor"/> goes into requests as owner, peer session or subscriber, and
/// what it is told is read here. When it is disposed of, the transports that it owns close (<see cref="CloseReason.OwnerClosed"/>) and the
/// peers that it is leave. Any thread; one reader.
/// </summary>
public sealed class SfuSession : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly ChannelReader<IEvent> _events;

    internal SfuSession(ActorSystem system, IActorRef actor, ChannelReader<IEvent> events)
    {
        _system = system;
        _events = events;
        Actor = actor;
    }

    /// <summary>Gets the events, and may be watched.</summary>
    public IActorRef Actor { get; }

    /// <summary>
    /// What it is told, in order, until it is disposed of. A reader that falls behind <see cref="SfuClientOptions.MaxWaitingEvents"/> events
    /// gets those that waited and then an <see cref="SfuRequestException"/> with <see cref="SfuErrorCode.Closed"/>.
    /// </summary>
    public IAsyncEnumerable<IEvent> ReadAllAsync(CancellationToken cancellation = default) => _events.ReadAllAsync(cancellation);

    /// <summary>The next event of this kind; others before it are passed over.</summary>
    /// <exception cref="SfuRequestException">The session ended first.</exception>
    public async Task<TEvent> NextAsync<TEvent>(CancellationToken cancellation = default)
        where TEvent : IEvent
    {
        await foreach (var news in ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            if (news is TEvent wanted)
            {
                return wanted;
            }
        }

        throw new SfuRequestException(new SfuError(SfuErrorCode.Closed, $"The session ended without a {typeof(TEvent).Name}."));
    }

    public ValueTask DisposeAsync()
    {
        _system.Stop(Actor);
        return ValueTask.CompletedTask;
    }
}

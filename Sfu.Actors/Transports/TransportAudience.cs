using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Actors.Transports;

/// <summary>Who is told what happens to a transport: its owner, and whoever has subscribed. Does nothing itself.</summary>
internal sealed class TransportAudience(TransportSeed seed)
{
    private List<IActorRef>? _subscribers;
    private readonly ReportedPaths _paths = new(seed.RouterId, seed.TransportId, seed.Open.Kind);

    /// <summary>What the subscriber is told first. The owner, who hears of everything anyway, gets nothing twice by it.</summary>
    public Letter Subscribe(IActorRef subscriber)
    {
        if (!subscriber.Equals(seed.Open.Owner) && _subscribers?.Contains(subscriber) != true)
        {
            (_subscribers ??= []).Add(subscriber);
        }

        return new Letter(subscriber, _paths.State);
    }

    /// <summary>Of an end of a pipe: what the other end is told.</summary>
    public PipeMirror? Mirror { get; set; }

    /// <summary>The paths as last told.</summary>
    public SessionEvents.TransportState Paths => _paths.State;

    /// <summary>False when it was none.</summary>
    public bool Unsubscribe(IActorRef subscriber) => _subscribers?.Remove(subscriber) == true;

    /// <summary>Somebody is told what happens.</summary>
    public bool IsListening => seed.Open.Owner is not null || _subscribers is { Count: > 0 };

    public ImmutableArray<Letter> Notice(ISessionEvent news)
    {
        _paths.Note(news);
        if (Mirror is null && _subscribers is not { Count: > 0 })
        {
            return seed.Open.Owner is { } one ? [new Letter(one, news)] : [];
        }

        var letters = ImmutableArray.CreateBuilder<Letter>();
        if (Mirror?.Of(news) is { } mirrored)
        {
            letters.Add(mirrored);
        }

        if (seed.Open.Owner is { } owner)
        {
            letters.Add(new Letter(owner, news));
        }

        letters.AddRange((_subscribers ?? []).Select(subscriber => new Letter(subscriber, news)));
        return letters.DrainToImmutable();
    }

    /// <summary>What is still told of the paths when the transport ends.</summary>
    public ImmutableArray<Letter> LastWords() => [.. _paths.LastWords().SelectMany(news => Notice(news))];
}

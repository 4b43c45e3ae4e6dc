using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>
/// The Producers of one transport: decides what is asked of them, has the media plane follow, and says who is told what, the asker
/// included. Sends nothing itself. Actor only.
/// </summary>
internal sealed class TransportProducers(TransportSeed seed, TransportAudience audience, TransportHandle transport, PendingRequests pending)
{
    // A transport has few Producers: a client publishes what it has, camera, microphone, screen.
    private readonly List<ProducerState> _producers = new(capacity: 1);

    /// <param name="add">What to add.</param>
    /// <param name="asker">Hears now that it is refused, or later of the media plane's answer.</param>
    /// <param name="connected">Whether the transport has been asked to connect.</param>
    public ImmutableArray<Letter> Add(BranchProtocol.AddProducer add, IActorRef asker, bool connected)
    {
        var record = add.Producer;
        var id = record.ProducerId;
        var held = Find(id) is not null;
        if (!connected || held)
        {
            var refusal = connected
                ? Letter.Refusal(add, asker, SfuErrorCode.AlreadyExists, $"A Producer {id} exists.")
                : Letter.Refusal(add, asker, SfuErrorCode.InvalidState, "Connect the transport before producing on it.");
            return held ? [refusal] : [refusal, Ended(id, CloseReason.Requested)];
        }

        var handle = seed.Media.NewProducerHandle();
        _producers.Add(new ProducerState(record, handle));
        var settings = new ProducerSettings(
            id.Value, record.Kind, add.RtpParameters, add.RtpMapping, record.Consumable, record.Paused, add.KeyFrameRequestDelayMs);
        pending.Begin(add, asker, number => seed.Media.AddProducer(transport, number, handle, settings), producer: id);
        return [];
    }

    /// <summary>The media plane has it.</summary>
    public ImmutableArray<Letter> Added(PendingRequest request)
    {
        if (request.Producer is not { } id || Find(id) is not { } producer)
        {
            return [new Letter(request.Asker, new Rejected(request.RequestId, SfuErrorCode.Closed, "The Producer closed meanwhile."))];
        }

        producer = producer with { Record = producer.Record with { Open = true } };
        Put(producer);
        return
        [
            seed.Report(new TransportCommands.ProducerAdded(producer.Record, producer.Handle)),
            new Letter(request.Asker, new Produced(request.RequestId, id, producer.Record.Type)),
            .. News(producer).SelectMany(news => audience.Notice(news)),
        ];
    }

    /// <summary>The media plane refused it.</summary>
    public Letter NotAdded(ProducerId id)
    {
        Remove(id);
        return Ended(id, CloseReason.Requested);
    }

    public ImmutableArray<Letter> Decide(IProducerRequest request, IActorRef asker)
    {
        if (Find(request.ProducerId) is not { } producer)
        {
            // The Router, which passed it on, knew it.
            return [Letter.Gone(request, asker, $"The Producer {request.ProducerId} closed meanwhile.")];
        }

        if (!producer.Record.Open)
        {
            return [Letter.Refusal(request, asker, SfuErrorCode.NotFound, $"The Producer {request.ProducerId} is not there yet.")];
        }

        var done = new Letter(asker, new Done(request.RequestId));
        switch (request)
        {
            case RouterProtocol.PauseProducer:
                return [.. SetPaused(producer, true), done];
            case RouterProtocol.ResumeProducer:
                return [.. SetPaused(producer, false), done];
            case RouterProtocol.CloseProducer:
                return [.. Close(producer, CloseReason.Requested), done];
            case RouterProtocol.EnableProducerTrace trace when TraceTypes.Check(trace.Types, TraceTypes.OfStreams) is { } error:
                return [Letter.Refusal(request, asker, error)];
            case RouterProtocol.EnableProducerTrace trace:
                seed.Media.TraceProducer(producer.Handle, trace.Types);
                Put(producer with { Quality = producer.Known with { Traced = trace.Types } });
                return [done];
            case RouterProtocol.GetProducerStats:
                pending.Begin(request, asker, number => seed.Media.GetProducerStats(transport, number, producer.Handle));
                return [];
            default:
                return [Letter.Refusal(request, asker, SfuErrorCode.Unsupported, $"A Producer does not answer {request.GetType().Name}.")];
        }
    }

    /// <summary>The media plane has it, and it is not closed.</summary>
    public bool IsOpen(ProducerId id) => Find(id) is { Record.Open: true };

    /// <summary>One that has closed meanwhile is passed over.</summary>
    public ImmutableArray<Letter> SetPaused(ProducerId id, bool paused) => Find(id) is { } producer ? SetPaused(producer, paused) : [];

    /// <summary>One that has closed meanwhile is passed over.</summary>
    public ImmutableArray<Letter> Close(ProducerId id, CloseReason reason) => Find(id) is { } producer ? Close(producer, reason) : [];

    /// <summary>The media plane gave it up.</summary>
    public ImmutableArray<Letter> Closed(ProducerHandle handle) => Find(handle) is { } producer ? End(producer, CloseReason.MediaFault) : [];

    public ImmutableArray<Letter> ScoresChanged(ProducerHandle handle, ImmutableArray<EncodingScore> scores)
    {
        if (Find(handle) is not { } producer || producer.Known.Scores.AsSpan().SequenceEqual(scores.AsSpan()))
        {
            return [];
        }

        Put(producer with { Quality = producer.Known with { Scores = scores } });
        return producer.Record.Open ? audience.Notice(new SessionEvents.ProducerScoresChanged(seed.RouterId, producer.Id, scores)) : [];
    }

    public ImmutableArray<Letter> OrientationChanged(ProducerHandle handle, VideoOrientation orientation)
    {
        if (Find(handle) is not { } producer || producer.Known.Orientation == orientation)
        {
            return [];
        }

        Put(producer with { Quality = producer.Known with { Orientation = orientation } });
        return producer.Record.Open ? audience.Notice(new SessionEvents.ProducerVideoOrientationChanged(seed.RouterId, producer.Id, orientation)) : [];
    }

    public ImmutableArray<Letter> Traced(ProducerHandle handle, MediaTrace trace) => Find(handle) is { Record.Open: true } producer
        ? audience.Notice(new SessionEvents.ProducerTraced(seed.RouterId, producer.Id, trace))
        : [];

    /// <summary>An observer wants to hear how loud the Producer is, or none does any more. One that has closed meanwhile is passed over.</summary>
    public void Measure(ProducerId id, bool measure)
    {
        if (Find(id) is { } producer)
        {
            seed.Media.MeasureAudioLevels(producer.Handle, measure);
        }
    }

    /// <summary>To the branch, which gathers what its transports say.</summary>
    public ImmutableArray<Letter> LevelsMeasured(LevelNews news)
    {
        var levels = ImmutableArray.CreateBuilder<ProducerLevels>(news.Levels.Count);
        foreach (var (handle, heard) in news.Levels)
        {
            if (Find(handle) is { } producer)
            {
                levels.Add(new ProducerLevels(producer.Id, heard));
            }
        }

        return levels.Count == 0 ? [] : [seed.Report(new TransportCommands.AudioLevelsMeasured(levels.DrainToImmutable()))];
    }

    /// <summary>What is known of them, for who has not heard.</summary>
    public IEnumerable<ISessionEvent> State() => _producers.Where(producer => producer.Record.Open).SelectMany(News);

    public ImmutableArray<TransportProducerDump> Dump() => [.. _producers.Select(producer => producer.Dump())];

    /// <summary>What is told when the transport ends.</summary>
    public IEnumerable<Letter> LastWords() => _producers
        .Where(producer => producer.Record.Open)
        .SelectMany(producer => audience.Notice(new SessionEvents.ProducerClosed(seed.RouterId, producer.Record.ProducerId, CloseReason.TransportClosed)));

    private ImmutableArray<Letter> SetPaused(ProducerState producer, bool paused)
    {
        var record = producer.Record;
        if (record.Paused == paused)
        {
            return [];
        }

        if (paused)
        {
            seed.Media.PauseProducer(producer.Handle);
        }
        else
        {
            seed.Media.ResumeProducer(producer.Handle);
        }

        Put(producer with { Record = record with { Paused = paused } });
        return [seed.Report(new BranchProtocol.ProducerPauseDone(seed.RouterId, record.ProducerId, paused))];
    }

    private ImmutableArray<Letter> Close(ProducerState producer, CloseReason reason)
    {
        seed.Media.CloseProducer(producer.Handle);
        return End(producer, reason);
    }

    private ImmutableArray<Letter> End(ProducerState producer, CloseReason reason)
    {
        var id = producer.Record.ProducerId;
        Remove(id);
        return producer.Record.Open
            ? [Ended(id, reason), .. audience.Notice(new SessionEvents.ProducerClosed(seed.RouterId, id, reason))]
            : [Ended(id, reason)];
    }

    private IEnumerable<ISessionEvent> News(ProducerState producer)
    {
        if (producer.Quality is not { } known)
        {
            yield break;
        }

        if (!known.Scores.IsEmpty)
        {
            yield return new SessionEvents.ProducerScoresChanged(seed.RouterId, producer.Id, known.Scores);
        }

        if (known.Orientation is { } orientation)
        {
            yield return new SessionEvents.ProducerVideoOrientationChanged(seed.RouterId, producer.Id, orientation);
        }
    }

    private ProducerState? Find(ProducerId id) => _producers.Find(producer => producer.Id == id);

    private ProducerState? Find(ProducerHandle handle) => _producers.Find(producer => producer.Handle == handle);

    private void Put(ProducerState producer) => _producers[_producers.FindIndex(former => former.Id == producer.Id)] = producer;

    private void Remove(ProducerId id) => _producers.RemoveAll(producer => producer.Id == id);

    private Letter Ended(ProducerId id, CloseReason reason) => seed.Report(new BranchProtocol.ProducerEnded(seed.RouterId, id, reason));
}

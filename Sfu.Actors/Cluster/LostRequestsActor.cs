using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Hosting;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Requests that got lost on their way to a Router, because the node that held it is gone or it was about to move, are sent again until it lives
/// elsewhere, in the order in which they came. Who asks waits for that, instead of hearing that a Router is closed which is not.
/// </summary>
/// <remarks>
/// What surfaces as a dead letter has been read by nobody, so that nothing is done twice. Remoting does not say for whom a letter was: of
/// those, requests that a Router passes on to its transports are not taken, since it may have been the transport that was not reached.
/// </remarks>
internal sealed class LostRequestsActor : UntypedActor, IWithTimers
{
    /// <summary>More are answered at once.</summary>
    private const int Most = 100_000;

    private const string Regions = "/system/sharding/" + SfuNodeHosting.RouterTypeName;
    private const string Anywhere = "/deadLetters";

    /// <summary>Less than sessions wait before they take back what they have not heard of.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(200);

    private readonly IActorRef _region;
    private readonly TimeSpan _patience;
    private readonly List<Lost> _lost = [];
    private readonly ConditionalWeakTable<object, object> _deadlines = []; // Boxed, by the request itself, which comes back where it gets lost again.
    private bool _regionIsGone;

    private LostRequestsActor(IActorRef region, TimeSpan patience)
    {
        _region = region;
        _patience = patience;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="region">This node's way to the Routers.</param>
    /// <param name="patience">How long a request is sent again. Then it is <see cref="SfuErrorCode.Unavailable"/>.</param>
    public static Props Props(IActorRef region, TimeSpan patience) =>
        ActorFactory<LostRequestsActor>.Props(() => new LostRequestsActor(region, patience));

    /// <summary>A request that was on its way to a Router, and is dealt with here.</summary>
    public static bool Takes(AllDeadLetters letter)
    {
        if (letter.Message is not (IRouterMessage and IRequest))
        {
            return false;
        }

        var to = letter.Recipient.IsNobody() ? Anywhere : letter.Recipient.Path.ToStringWithoutAddress();
        return to.StartsWith(Regions, StringComparison.Ordinal) || (to == Anywhere && IsForRouter(letter.Message));
    }

    protected override void PreStart()
    {
        Context.Watch(_region);
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(Dropped)); // By a region that hands a shard over.
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AllDeadLetters letter when Takes(letter):
                OnLost((IRequest)letter.Message, letter.Sender);
                break;
            case AllDeadLetters:
                break;
            case SendAgain:
                SendAll();
                break;
            case Terminated:
                _regionIsGone = true;
                SendAll();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static bool IsForRouter(object request) => request is RouterProtocol.Produce or RouterProtocol.Consume
        || (request is not (ITransportRequest or IProducerRequest or IConsumerRequest)
            && request.GetType().DeclaringType is { } protocol
            && (protocol == typeof(RouterProtocol) || protocol == typeof(PeerProtocol) || protocol == typeof(ObserverProtocol)));

    private void OnLost(IRequest request, IActorRef asker)
    {
        var now = Context.System.Scheduler.MonotonicClock;
        var deadline = (TimeSpan)_deadlines.GetValue(request, _ => now + _patience);
        if (_regionIsGone)
        {
            Answer(asker, ClosedAnswer.To(request, "The node is shutting down."));
        }
        else if (now >= deadline || _lost.Count >= Most)
        {
            Answer(asker, new Rejected(request.RequestId, SfuErrorCode.Unavailable, "The Router cannot be reached."));
        }
        else
        {
            _lost.Add(new Lost(request, asker));
            if (_lost.Count == 1)
            {
                Timers.StartSingleTimer(SendAgain.Key, SendAgain.Instance, _interval);
            }
        }
    }

    private static void Answer(IActorRef asker, IReply reply)
    {
        if (!asker.IsNobody() && !asker.Equals(Context.System.DeadLetters))
        {
            asker.Tell(reply);
        }
    }

    private void SendAll()
    {
        foreach (var (request, asker) in _lost)
        {
            _region.Tell(request, asker);
        }

        _lost.Clear();
    }

    private readonly record struct Lost(IRequest Request, IActorRef Asker);

    private sealed record SendAgain : INoSerializationVerificationNeeded
    {
        public const string Key = "send-again";

        public static readonly SendAgain Instance = new();
    }
}

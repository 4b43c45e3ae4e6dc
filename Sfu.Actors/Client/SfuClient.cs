using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Client;
using Akka.Hosting;
using Sfu.Actors.Cluster;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>
/// Drives Routers, transports, Producers and Consumers, wherever in the cluster they are, by the messages of <c>Sfu.Actors.Protocol</c>.
/// Outside of actors: methods that await the one answer, and <see cref="OpenSession"/> for events. Actors send the messages themselves to
/// <see cref="Routes"/>, and never wait. Any thread.
/// </summary>
/// <remarks>
/// Every method throws <see cref="SfuRequestException"/> when the request is rejected, <see cref="TimeoutException"/> when no answer came
/// in <see cref="SfuClientOptions.Timeout"/> (whether it was done is then not known; the loss of a node is the common cause), and
/// <see cref="OperationCanceledException"/> when the caller gave up.
/// </remarks>
public sealed partial class SfuClient : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly SfuClientOptions _options;
    private readonly IActorRef _requests;
    private long _lastRequestId;
    private volatile bool _disposed;

    private SfuClient(ActorSystem system, IActorRef routes, SfuClientOptions options)
    {
        _system = system;
        _options = options;
        Routes = routes;
        _requests = system.ActorOf(SfuRequestsActor.Props(routes, options.MaxPendingRequests));
    }

    /// <summary>
    /// Takes every request of <see cref="RouterProtocol"/>, <see cref="PeerProtocol"/>, <see cref="ObserverProtocol"/> and
    /// <see cref="ClusterProtocol"/>; the answer goes to the message's sender.
    /// </summary>
    public IActorRef Routes { get; }

    /// <summary>For a member of the cluster: a node of ours, or a service whose system was started with <see cref="SfuClientConfiguration.Member"/>.</summary>
    public static SfuClient Create(ActorSystem system, SfuClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        var region = ActorRegistry.For(system).TryGet<RouterRegion>(out var known)
            ? known
            : ClusterSharding.Get(system).StartProxy(
                SfuNodeHosting.RouterTypeName, SfuClusterOptions.SfuRole, new RouterMessageExtractor(system.Settings.Config.GetInt("sfu.cluster.shards")));
        return new SfuClient(system, system.ActorOf(MemberRoutesActor.Props(region)), options ?? new SfuClientOptions());
    }

    /// <summary>For a system outside of the cluster, started with <see cref="SfuClientConfiguration.Outside"/>.</summary>
    /// <param name="system">Must be reachable for nodes: events come straight from them.</param>
    /// <param name="contacts">Addresses of some nodes, like <c>akka.tcp://sfu@10.0.0.1:4053</c>; the others are found by them.</param>
    /// <param name="options">Null: the defaults.</param>
    public static SfuClient CreateOutside(ActorSystem system, IEnumerable<string> contacts, SfuClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(contacts);
        var settings = ClusterClientSettings.Create(system).WithInitialContacts(
            contacts.Select(contact => ActorPath.Parse($"{contact}/system/receptionist")).ToImmutableHashSet());
        return new SfuClient(system, system.ActorOf(OutsideRoutesActor.Props(settings)), options ?? new SfuClientOptions());
    }

    /// <summary>Somebody who owns transports and hears events.</summary>
    public SfuSession OpenSession()
    {
        var events = Channel.CreateBounded<IEvent>(new BoundedChannelOptions(_options.MaxWaitingEvents) { SingleReader = true, SingleWriter = true });
        return new SfuSession(_system, _system.ActorOf(SfuSessionActor.Props(events.Writer)), events.Reader);
    }

    /// <summary>Sends any request and awaits its answer.</summary>
    /// <typeparam name="TReply">The reply of success, or the interface of all where there are several.</typeparam>
    /// <param name="request">Made with the number that it is given, and no other.</param>
    /// <param name="cancellation">Gives up waiting; what was asked may be done all the same.</param>
    public Task<TReply> SendAsync<TReply>(Func<long, IRequest> request, CancellationToken cancellation = default)
        where TReply : IReply => SendAsync<TReply>(request, _options.Timeout, cancellation);

    private async Task<TReply> SendAsync<TReply>(Func<long, IRequest> request, TimeSpan timeout, CancellationToken cancellation)
        where TReply : IReply
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var asked = request(Interlocked.Increment(ref _lastRequestId));
        var answer = new TaskCompletionSource<IReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Tell(new SfuRequestsActor.Call(asked, answer), ActorRefs.NoSender);
        try
        {
            return await answer.Task.WaitAsync(timeout, cancellation).ConfigureAwait(false) switch
            {
                Rejected rejected => throw new SfuRequestException(rejected.Error),
                TReply reply => reply,
                var other => throw new InvalidOperationException($"{asked.GetType().Name} is not answered by {typeof(TReply).Name} but by {other.GetType().Name}."),
            };
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{asked.GetType().Name} was not answered within {timeout.TotalSeconds:0.###} s.", e);
        }
        finally
        {
            if (!answer.Task.IsCompleted)
            {
                _requests.Tell(new SfuRequestsActor.GiveUp(asked.RequestId), ActorRefs.NoSender);
            }
        }
    }

    /// <summary>Ends what the client itself is made of; requests that wait end with <see cref="SfuErrorCode.Closed"/>. Sessions stay.</summary>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _system.Stop(_requests);
        _system.Stop(Routes);
        return ValueTask.CompletedTask;
    }
}

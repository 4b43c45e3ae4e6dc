using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Dispatch.SysMsg;
using Sfu.Actors.Cluster;
using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>A Router whose node is lost starts anew elsewhere: what is asked of it meanwhile waits for that.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class LostHomeSpecs
{
    private const int Routers = 30;

    /// <summary>New Routers keep the coordinator of sharding at work while the node is removed.</summary>
    [Fact]
    public async Task What_is_asked_of_the_Routers_of_a_lost_node_is_answered_when_they_live_again()
    {
        await using var cluster = await TestCluster.StartAsync("sfu, gateway", "sfu", "sfu", "sfu");
        var (asked, lost) = (cluster.Nodes[0], cluster.Nodes[3]);
        var routers = new List<RouterId>();
        for (var number = 0; number < Routers; number++)
        {
            var router = new RouterId($"old-{number}");
            await asked.Region.Ask<RouterRtpCapabilities>(new RouterProtocol.GetRouterRtpCapabilities(0, router), TestNode.Patience);
            if (await cluster.HolderOfAsync(router) == lost)
            {
                routers.Add(router);
            }
        }

        Assert.NotEmpty(routers);
        var answers = new List<Task<IReply>>();
        await cluster.CrashAsync(lost);
        var agreed = cluster.MustAgreeAsync();
        for (var round = 0; !agreed.IsCompleted; round++)
        {
            answers.Add(AskAsync(new RouterProtocol.GetRouterRtpCapabilities(0, new RouterId($"new-{round}"))));
            answers.AddRange(routers.Select(router => AskAsync(new RouterProtocol.DumpRouter(0, router))));
            await Task.Delay(20);
        }

        await agreed;
        Assert.All(await Task.WhenAll(answers), reply => Assert.True(reply is RouterDump or RouterRtpCapabilities, $"{reply}"));

        Task<IReply> AskAsync(IRouterMessage request) => asked.Region.Ask<IReply>(request, TestNode.Patience);
    }

    /// <summary>
    /// The coordinator's answer is from before the node was removed and comes after; and the watch that begins then is taken for one of those
    /// that the removal has ended. Both are made here, since they are a matter of microseconds.
    /// </summary>
    [Fact]
    public async Task Node_that_hears_late_of_a_home_that_is_lost_finds_the_Router_all_the_same()
    {
        await using var cluster = await TestCluster.StartAsync("sfu", "sfu", "sfu", "gateway");
        var (lost, gateway) = (cluster.Nodes[2], cluster.Nodes[3]);
        var client = gateway.Client("late");
        var home = await gateway.System.ActorSelection(lost.Region.Path.ToStringWithAddress(lost.Address)).ResolveOne(TestNode.Patience);
        await cluster.CrashAsync(lost);
        await cluster.MustAgreeAsync();
        await client.CapabilitiesAsync();

        gateway.Region.Tell(ShardHome(new RouterMessageExtractor(100).ShardId(client.Router.Value, null), home));
        await gateway.Region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TestNode.Patience);
        var watcher = (IInternalActorRef)await gateway.System.ActorSelection("/system/remote-watcher").ResolveOne(TestNode.Patience);
        watcher.SendSystemMessage(new DeathWatchNotification(home, existenceConfirmed: true, addressTerminated: true));

        await client.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));
        await client.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));
    }

    /// <summary>What the coordinator answers to a region. Akka keeps the type to itself.</summary>
    private static object ShardHome(string shard, IActorRef home) => Activator.CreateInstance(
        typeof(ClusterSharding).Assembly.GetType("Akka.Cluster.Sharding.ShardCoordinator+ShardHome", throwOnError: true)!, shard, home)!;
}

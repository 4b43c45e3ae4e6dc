using Akka.Actor;
using Akka.Cluster;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>When a member is missed, and when it is not.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class MissedMemberSpecs
{
    [Fact]
    public async Task Member_whose_process_ends_is_not_waited_for()
    {
        // By its heartbeats nobody would miss it in the time of this test, nor would the split-brain resolver have it removed.
        const string Patient = $"""
            akka.cluster.failure-detector.acceptable-heartbeat-pause = 120 s
            akka.cluster.split-brain-resolver.stable-after = 120 s
            akka.cluster.split-brain-resolver.down-all-when-unstable = 240 s
            {TestCluster.WithBareConnections}
            """;
        await using var cluster = new TestCluster();
        await cluster.JoinAsync("sfu, gateway", Patient);
        var ended = await cluster.JoinAsync("sfu", Patient);
        var other = await cluster.JoinAsync("sfu", Patient);
        var alice = other.Client("ended", "alice");
        await cluster.CreateRouterOnAsync(ended, alice.Router);
        var lost = await cluster.ConnectedTransportOnAsync(ended, alice);
        Assert.Single((await DumpAsync()).Transports);

        await cluster.EndProcessAsync(ended);

        await cluster.MustAgreeAsync();
        await TestNode.UntilAsync(async () => await DumpAsync() is { Transports.IsEmpty: true }, () => "The Router is not back.");
        Assert.NotEqual(lost, await cluster.ConnectedTransportOnAsync(other, alice));

        async Task<RouterDump> DumpAsync()
        {
            RouterDump? dump = null;
            await TestNode.UntilAsync(
                async () =>
                {
                    alice.Ask(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router));
                    return (dump = await alice.AnswerWithinAsync<RouterDump>(TimeSpan.FromSeconds(1))) is not null;
                },
                () => "The Router does not answer.");
            return dump!;
        }
    }

    /// <summary>With the times of production: garbage collection or a busy machine must not cost a node its place.</summary>
    [Fact]
    public async Task Member_that_does_nothing_for_two_seconds_stays()
    {
        var production = string.Join('\n', new[]
        {
            "failure-detector.heartbeat-interval", "failure-detector.acceptable-heartbeat-pause", "failure-detector.min-std-deviation",
            "split-brain-resolver.stable-after",
        }.Select(key => $"akka.cluster.{key} = {SfuConfiguration.AkkaReference.GetString($"akka.cluster.{key}")}"));
        await using var cluster = new TestCluster();
        var first = await cluster.JoinAsync("sfu, gateway", production);
        var hanging = await cluster.JoinAsync("sfu", production);
        var third = await cluster.JoinAsync("sfu", production);
        var alice = first.Client("hanging", "alice");
        await cluster.CreateRouterOnAsync(hanging, alice.Router);
        var kept = await cluster.ConnectedTransportOnAsync(third, alice);
        var probe = first.Kit.CreateTestProbe();
        Cluster.Get(first.System).Subscribe(
            probe, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberDowned), typeof(ClusterEvent.MemberRemoved));

        await cluster.CutAsync([hanging], [first, third]);
        await Task.Delay(TimeSpan.FromSeconds(2));
        await cluster.HealAsync([hanging], [first, third]);

        await cluster.MustAgreeAsync();
        Assert.Equal(hanging, await cluster.HolderOfAsync(alice.Router));
        Assert.Equal(kept, Assert.Single((await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router))).Transports).TransportId);
        Assert.False(probe.HasMessages);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("hanging");
    }
}

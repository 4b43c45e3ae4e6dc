using System.Diagnostics;
using Sfu.Actors.Protocol;
using Sfu.Media.Net;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;
using Xunit.Abstractions;

namespace Sfu.Tests.MultiNode;

/// <summary>A node of several is emptied while twenty sessions speak over it, with ICE, DTLS and SRTP on real sockets.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class DrainSpecs(ITestOutputHelper output)
{
    private const int Sessions = 20;
    private const int SomeWhile = 25;
    private const long LongestGapMs = 1_000;

    /// <summary>A machine that is busy with something else is silent for a while, too.</summary>
    private const int Tries = 3;

    private static readonly TimeSpan _frame = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Twenty_sessions_move_to_another_node_and_hear_each_other_all_the_time()
    {
        var gap = long.MaxValue;
        for (var attempt = 0; attempt < Tries && gap > LongestGapMs; attempt++)
        {
            gap = await MoveAllAsync();
        }

        Assert.InRange(gap, 0, LongestGapMs);
    }

    /// <returns>The longest time in which any of them heard nothing, in milliseconds.</returns>
    private async Task<long> MoveAllAsync()
    {
        await using var cluster = new TestCluster();
        var emptied = await cluster.JoinAsync("sfu, gateway", withSockets: true);
        var next = await cluster.JoinAsync("sfu, gateway", withSockets: true);
        var sessions = Enumerable.Range(0, Sessions)
            .Select(i => new MovingSession(emptied.Client(Room(i), $"peer-{i}")))
            .ToArray();
        using var over = new CancellationTokenSource();
        Task? speaking = null;
        try
        {
            for (var i = 0; i < Sessions; i++)
            {
                sessions[i].Other = sessions[i ^ 1];
                cluster.PlaceNext(new RouterId(Room(i)), emptied);
            }

            for (var i = 0; i < Sessions; i += 2)
            {
                await Task.WhenAll(sessions[i].JoinAsync(), sessions[i + 1].JoinAsync());
            }

            speaking = SpeakAsync(sessions, over.Token);
            await HearAsync(sessions);
            Assert.Equal(2 * Sessions, await TransportsOnAsync(emptied));

            for (var i = 0; i < Sessions; i += 2)
            {
                cluster.PlaceNext(new RouterId(Room(i)), next);
            }

            var asked = MediaClock.Now;
            var watch = Stopwatch.StartNew();
            var drained = emptied.AskNodeAsync<NodeProtocol.NodeDrained>(new NodeProtocol.DrainNode(1, TestNode.Patience));
            await Task.WhenAll(sessions.Select(session => session.MoveAsync()));
            Assert.True((await drained).IsEmpty);
            output.WriteLine($"the node was empty after {watch.ElapsedMilliseconds} ms");
            await HearAsync(sessions);
            Assert.Equal(0, await TransportsOnAsync(emptied));
            Assert.Equal(2 * Sessions, await TransportsOnAsync(next));
            var longest = sessions.Max(session => session.LongestGapMs(asked));
            output.WriteLine($"nobody heard nothing for longer than {longest} ms");
            return longest;
        }
        finally
        {
            await over.CancelAsync();
            if (speaking is not null)
            {
                await speaking;
            }

            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }
        }
    }

    private static string Room(int session) => $"room-{session / 2}";

    private static async Task SpeakAsync(MovingSession[] sessions, CancellationToken over)
    {
        using var timer = new PeriodicTimer(_frame);
        while (!over.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            foreach (var session in sessions)
            {
                session.Speak();
            }
        }
    }

    /// <summary>Everybody hears half a second more.</summary>
    private static async Task HearAsync(MovingSession[] sessions)
    {
        var before = sessions.Select(session => session.Heard).ToArray();
        await TestNode.UntilAsync(
            () => Task.FromResult(sessions.Select((session, i) => session.Heard - before[i]).All(more => more >= SomeWhile)), () => "somebody hears nothing");
    }

    private static async Task<int> TransportsOnAsync(TestNode node) => (await node.DumpAsync()).Servers.Sum(server => server.Transports.Length);
}

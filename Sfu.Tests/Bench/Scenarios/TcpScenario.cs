using Sfu.Bench.Report;

namespace Sfu.Bench.Scenarios;

/// <summary>The fan-out over ICE-TCP: frames of RFC 4571 in as many connections.</summary>
internal sealed class TcpScenario : NodeScenario
{
    private const uint Ssrc = 0x1000;

    /// <summary>Streams cost more than datagrams on both sides; the load side shall not be what is measured.</summary>
    private const double RateShare = 0.5;

    public override string Name => "tcp";

    public override string Description => "1 → 50 over ICE-TCP";

    public override async Task RunAsync(BenchContext context)
    {
        var subscribers = context.Options.Quick ? 10 : 50;
        var rate = Pacing.PublisherRate(context.Options.PacketRate * RateShare, subscribers);
        for (var run = 0; run < context.Options.Runs; run++)
        {
            await MeasureAsync(
                context,
                new Case(Name, Case.Node, $"1→{subscribers}", Suites.Name(Suites.Gcm), subscribers),
                Suites.Gcm,
                subscribers,
                async (node, load) =>
                {
                    var room = new Room(node, load, "room");
                    await room.AddPublisherAsync(capabilities => Pacing.Video(Ssrc, rate, capabilities.Extensions), tcp: true);
                    await room.AddSubscribersAsync(subscribers, tcp: true);
                    return [room];
                });
        }
    }
}

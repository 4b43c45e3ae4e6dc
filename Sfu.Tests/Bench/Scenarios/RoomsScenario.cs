using Sfu.Bench.Report;

namespace Sfu.Bench.Scenarios;

/// <summary>Calls: rooms of five, everybody publishes and gets the four others.</summary>
internal sealed class RoomsScenario : NodeScenario
{
    private const int People = 5;

    public override string Name => "rooms";

    public override string Description => "20 rooms of 5, all publishing";

    public override async Task RunAsync(BenchContext context)
    {
        var rooms = context.Options.Quick ? 4 : 20;
        var rate = Pacing.PublisherRate(context.Options.PacketRate, rooms * People * (People - 1));
        for (var run = 0; run < context.Options.Runs; run++)
        {
            await MeasureAsync(
                context,
                new Case(Name, Case.Node, $"{rooms} × {People}", Suites.Name(Suites.Gcm)),
                Suites.Gcm,
                rooms * People,
                async (node, load) =>
                {
                    var opened = Enumerable.Range(0, rooms).Select(i => new Room(node, load, $"room{i}")).ToArray();
                    await Task.WhenAll(opened.Select(async (room, i) =>
                    {
                        for (var person = 0; person < People; person++)
                        {
                            var ssrc = (uint)(0x1000 + (16 * ((i * People) + person)));
                            await room.AddConverserAsync(capabilities => Pacing.Video(ssrc, rate, capabilities.Extensions));
                        }

                        await room.WhenAllConsumeAsync(People - 1);
                    }));
                    return opened;
                });
        }
    }
}

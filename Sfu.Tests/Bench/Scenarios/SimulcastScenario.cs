using Sfu.Bench.Load;
using Sfu.Bench.Report;

namespace Sfu.Bench.Scenarios;

/// <summary>One publisher with three encodings, each subscriber gets one of them.</summary>
internal sealed class SimulcastScenario : NodeScenario
{
    private const uint Ssrc = 0x1000;

    /// <summary>Of the packets of the whole: the layers of a camera have about these shares.</summary>
    private static readonly (string Rid, double Share)[] s_encodings = [("r0", 0.1), ("r1", 0.3), ("r2", 0.6)];

    public override string Name => "simulcast";

    public override string Description => "1 → 100, the publisher sends three encodings by RID";

    public override async Task RunAsync(BenchContext context)
    {
        var subscribers = context.Options.Quick ? 10 : 100;
        var rate = Pacing.PublisherRate(context.Options.PacketRate, subscribers);
        for (var run = 0; run < context.Options.Runs; run++)
        {
            await MeasureAsync(
                context,
                new Case(Name, Case.Node, $"3 encodings, 1→{subscribers}", Suites.Name(Suites.Gcm), subscribers),
                Suites.Gcm,
                subscribers,
                async (node, load) =>
                {
                    var room = new Room(node, load, "room");
                    await room.AddPublisherAsync(capabilities => (IReadOnlyList<SourceSettings>)[.. s_encodings.Select((encoding, i) =>
                        Pacing.Video(Ssrc + (uint)(16 * i), rate * encoding.Share, capabilities.Extensions, encoding.Rid))]);
                    await room.AddSubscribersAsync(subscribers);
                    return [room];
                });
        }
    }
}

using Sfu.Bench.Report;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// One publisher, more and more subscribers, either SRTP suite. The node and the C program stand side by side, and have the machine in turn, a
/// second each: it is another machine from one minute to the next.
/// </summary>
internal sealed class FanOutScenario(bool takesRuns) : FanOutComparison(takesRuns)
{
    private const double TurnSeconds = 1;

    public override string Description => TakesRuns
        ? "1 → 10, 100, 500 with AEAD_AES_128_GCM, clients take runs of datagrams whole, as a network card does that cuts them apart"
        : "1 → 1, 10, 100, 500 with AEAD_AES_128_GCM and AES_CM_128_HMAC_SHA1_80";

    protected override string BaseName => Case.FanOutScenario;

    public override async Task RunAsync(BenchContext context)
    {
        IReadOnlyList<int> sizes = context.Options switch
        {
            { Subscribers: { Count: > 0 } chosen } => chosen,
            { Quick: true } => TakesRuns ? [10] : [1, 10, 100],
            _ => TakesRuns ? [10, 100, 500] : [1, 10, 100, 500],
        };
        foreach (var profile in (SrtpProfile[])(TakesRuns ? [Suites.Gcm] : [Suites.Gcm, Suites.Cm80]))
        {
            foreach (var subscribers in sizes)
            {
                for (var run = 0; run < context.Options.Runs; run++)
                {
                    await MeasureInTurnAsync(context, await OwnAsync(context, profile, subscribers));
                    await MeasureRivalsAsync(context, profile, subscribers, withJanus: !TakesRuns, async rival =>
                    {
                        await rival.Meter.FindRateAsync();
                        await rival.Meter.MeasureAsync(context.Options.Seconds, rival.Measurement);
                    });
                }
            }
        }
    }

    private static async Task MeasureInTurnAsync(BenchContext context, IReadOnlyList<Func<Task<Contestant>>> opens)
    {
        List<Contestant> contestants = [];
        try
        {
            foreach (var open in opens)
            {
                var contestant = await open();
                contestants.Add(contestant);
                await contestant.Meter.FindRateAsync();
            }

            for (var left = context.Options.Seconds; left > 0; left -= TurnSeconds)
            {
                foreach (var contestant in contestants)
                {
                    await contestant.Meter.AddWindowAsync(Math.Min(left, TurnSeconds));
                }
            }

            foreach (var contestant in contestants)
            {
                contestant.Meter.TellCost(contestant.Measurement);
                await contestant.Meter.MeasureDelayAsync(FlowMeter.DelaySeconds(context.Options.Seconds), contestant.Measurement);
                contestant.Conclude(context.Report);
            }
        }
        finally
        {
            foreach (var contestant in contestants)
            {
                await contestant.DisposeAsync();
            }
        }
    }
}

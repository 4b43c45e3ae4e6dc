using Sfu.Bench.Report;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>One publisher, more and more subscribers, either SRTP suite.</summary>
internal sealed class FanOutScenario(bool takesRuns) : FanOutComparison(takesRuns)
{
    public override string Description => TakesRuns
        ? "1 → 10, 100, 500 with AEAD_AES_128_GCM, clients take runs of datagrams whole, as a network card does that cuts them apart"
        : "1 → 1, 10, 100, 500 with AEAD_AES_128_GCM and AES_CM_128_HMAC_SHA1_80";

    protected override string BaseName => Case.FanOutScenario;

    protected override bool WithJanus => !TakesRuns;

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
                    await CompareAsync(context, profile, subscribers, async (meter, measurement) =>
                    {
                        await meter.FindRateAsync();
                        await meter.MeasureAsync(context.Options.Seconds, measurement);
                    });
                }
            }
        }
    }
}

using Sfu.Bench.Report;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// How many packets a second leave at most before more than two in a thousand are lost or late: what one thread can do. A packet that has not
/// arrived a tenth of a second after the last one was sent counts as lost, so that long buffers gain nothing.
/// </summary>
internal sealed class CapacityScenario(bool takesRuns) : FanOutComparison(takesRuns)
{
    protected override string BaseName => Case.CapacityScenario;

    public override string Description => TakesRuns
        ? "the same, 1 → 100, 500 with AEAD_AES_128_GCM, clients take runs of datagrams whole"
        : "the highest rate without loss, 1 → 10, 100, 500 with AEAD_AES_128_GCM and 1 → 100 with AES_CM_128_HMAC_SHA1_80";

    public override async Task RunAsync(BenchContext context)
    {
        (SrtpProfile Profile, int Subscribers)[] cases = context.Options switch
        {
            { Subscribers: { Count: > 0 } chosen } => [.. chosen.Select(static subscribers => (Suites.Gcm, subscribers))],
            { Quick: true } => [(Suites.Gcm, 10)],
            _ when TakesRuns => [(Suites.Gcm, 100), (Suites.Gcm, 500)],
            _ => [(Suites.Gcm, 10), (Suites.Gcm, 100), (Suites.Gcm, 500), (Suites.Cm80, 100)],
        };
        foreach (var (profile, subscribers) in cases)
        {
            for (var run = 0; run < context.Options.Runs; run++)
            {
                foreach (var open in await OwnAsync(context, profile, subscribers))
                {
                    await using var contestant = await open();
                    await MeasureAsync(contestant);
                    contestant.Conclude(context.Report);
                }

                // Janus does one packet in ten or twenty, as the fan-out says: its search takes longer than all the others'.
                await MeasureRivalsAsync(context, profile, subscribers, withJanus: false, MeasureAsync);
            }
        }

        async Task MeasureAsync(Contestant contestant)
        {
            await contestant.Meter.FindCapacityAsync();
            await contestant.Meter.MeasureCostAsync(context.Options.Seconds, contestant.Measurement);
        }
    }
}

using Sfu.Bench;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Scenarios;

var signals = Children.EndWithUs();
IScenario[] scenarios =
[
    new FanOutScenario(),
    new RoomsScenario(),
    new SimulcastScenario(),
    new TcpScenario(),
    new JoinStormScenario(),
    new CloseCascadeScenario(),
    new MemoryScenario(),
];

var result = await new CommandLine(scenarios).RunAsync(args, async options =>
{
    var report = new BenchReport(Machine.Describe(), options);
    Console.WriteLine(report.Machine);
    var context = new BenchContext(options, report);
    foreach (var scenario in scenarios.Where(scenario => options.Scenarios.Contains(scenario.Name)))
    {
        await scenario.RunAsync(context);
    }

    ConsoleReport.WriteSummary(report);
    return 0;
});

foreach (var signal in signals)
{
    signal.Dispose();
}

return result;

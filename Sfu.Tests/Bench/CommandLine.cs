using System.CommandLine;
using System.CommandLine.Parsing;
using Sfu.Bench.Corridor;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;
using Sfu.Bench.Scenarios;

namespace Sfu.Bench;

/// <summary>The benchmark's arguments.</summary>
internal sealed class CommandLine
{
    private const double QuickSeconds = 2;
    private const double FullSeconds = 5;
    private const int FullRuns = 3;

    private readonly Argument<string[]> _scenarios;
    private readonly Option<double?> _seconds = new("--seconds") { HelpName = "N", Description = "Length of each measured window. Default: 5, with --quick 2." };
    private readonly Option<int?> _runs = new("--runs") { HelpName = "N", Description = "Runs of each case. Default: 3, with --quick 1." };
    private readonly Option<bool> _quick = new("--quick") { Description = "Smaller and fewer cases: to see that everything works." };
    private readonly Option<double> _rate = new("--rate") { HelpName = "N", Description = "Packets per second that leave the SFU.", DefaultValueFactory = _ => 100_000 };
    private readonly Option<string?> _output = new("--output") { HelpName = "FILE.json", Description = "Save the result here instead of in results/." };
    private readonly Option<bool> _updateReadme = new("--update-readme") { Description = "Put table and plot into README.md." };
    private readonly Option<string?> _node = new("--node") { HelpName = "Sfu.Host.dll", Description = "Measure this build of the node." };

    private readonly Option<int> _mediaThreads = new("--media-threads")
    {
        HelpName = "N",
        Description = "Media threads of the node; 0: as many as it takes by itself. The C program has one.",
        DefaultValueFactory = static _ => 0,
    };

    private readonly Option<string[]> _nodeArguments = new("--node-argument")
    {
        HelpName = "ARGUMENT",
        Description = "Give this to the node; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _nodeSettings = new("--node-setting")
    {
        HelpName = "KEY=VALUE",
        Description = "Put this into the node's configuration, as sfu.media.own-process=off; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _subjects = new("--subject")
    {
        HelpName = "NAME",
        Description = "Measure only this, node, limit (the C program), mediasoup or janus; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int[]> _subscribers = new("--subscribers")
    {
        HelpName = "N",
        Description = "Fan-outs to so many; may be repeated. Default: 1, 10, 100 and 500, with --quick not the last one.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _janus = new("--janus") { HelpName = "PROGRAM", Description = "Janus to compare with. Default: the one on PATH." };

    private readonly Option<string?> _seeds = new("--seeds")
    {
        HelpName = "FROM-TO",
        Description = "corridor: count what calls with all these seeds show, each codec and loss, instead of showing one of each.",
    };

    private readonly Option<string> _losses = new("--losses")
    {
        HelpName = "0,2,5",
        Description = "corridor --seeds: with these losses, in percent.",
        DefaultValueFactory = static _ => "0,2,5",
    };

    private readonly Option<int> _burst = new("--burst")
    {
        HelpName = "PACKETS",
        Description = "corridor --seeds: so many packets are lost in a row. The share is the same.",
        DefaultValueFactory = static _ => 1,
    };

    private readonly Option<double?> _drop = new("--drop")
    {
        HelpName = "SECONDS",
        Description = "corridor --seeds: the path becomes narrow then, and calls end three seconds later. At 8 s they still probe. Default: at 20 s, opens at 40 s, ends at 60 s.",
    };

    private readonly RootCommand _root;

    public CommandLine(IReadOnlyList<IScenario> scenarios)
    {
        var names = scenarios.Select(static scenario => scenario.Name).ToArray();
        _scenarios = new Argument<string[]>("scenario")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = $"All by default.\n{string.Join('\n', scenarios.Select(static scenario => $"{scenario.Name,-16}{scenario.Description}"))}",
        };
        _scenarios.AcceptOnlyFromAmong(names);
        _root = new RootCommand("Measures the SFU from outside, beside a C program that does the same work, mediasoup and Janus.")
        {
            _scenarios, _seconds, _runs, _quick, _rate, _output, _updateReadme, _node, _mediaThreads, _nodeArguments, _nodeSettings, _subjects, _subscribers, _janus, _seeds, _losses, _burst, _drop,
        };
        _seeds.Validators.Add(static result => Check(result, CorridorSeries.TryParseSeeds(result.GetValueOrDefault<string?>() ?? "", out _, out _)));
        _losses.Validators.Add(static result => Check(result, CorridorSeries.TryParseLosses(result.GetValueOrDefault<string>(), out _)));
        _burst.Validators.Add(static result => Check(result, result.GetValueOrDefault<int>() >= 1));
        _drop.Validators.Add(static result => Check(result, result.GetValueOrDefault<double?>() is null or >= CorridorSeries.EarliestDrop));
        _subjects.AcceptOnlyFromAmong(Case.Node, Case.Limit, Case.Mediasoup, Case.Janus);
        AllNames = names;
    }

    private string[] AllNames { get; }

    public Task<int> RunAsync(string[] args, Func<BenchOptions, Task<int>> run)
    {
        _root.SetAction((parsed, _) => run(Read(parsed)));
        // Signals are for Children.
        return _root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private BenchOptions Read(ParseResult parsed)
    {
        var quick = parsed.GetValue(_quick);
        return new BenchOptions(
            parsed.GetValue(_scenarios) is { Length: > 0 } chosen ? chosen : AllNames,
            parsed.GetValue(_seconds) ?? (quick ? QuickSeconds : FullSeconds),
            parsed.GetValue(_runs) ?? (quick ? 1 : FullRuns),
            quick,
            parsed.GetValue(_rate),
            parsed.GetValue(_output),
            parsed.GetValue(_updateReadme),
            parsed.GetValue(_node) ?? Path.Combine(AppContext.BaseDirectory, "Sfu.Host.dll"),
            parsed.GetValue(_nodeArguments) ?? [],
            parsed.GetValue(_nodeSettings) ?? [],
            parsed.GetValue(_mediaThreads),
            parsed.GetValue(_subjects) is { Length: > 0 } subjects ? subjects : [Case.Node, Case.Limit, Case.Mediasoup, Case.Janus],
            parsed.GetValue(_subscribers) ?? [],
            parsed.GetValue(_janus) ?? Programs.OnPath("janus"),
            parsed.GetValue(_seeds) is { } seeds ? CorridorSeries.Parse(seeds, parsed.GetValue(_losses)!, parsed.GetValue(_burst), parsed.GetValue(_drop)) : null);
    }

    private static void Check(OptionResult result, bool isGood)
    {
        if (!isGood)
        {
            result.AddError($"{result.Option.Name}: what follows is not as {result.Option.HelpName}.");
        }
    }
}

namespace Sfu.Bench.Scenarios;

/// <summary>Something to measure.</summary>
internal interface IScenario
{
    /// <summary>On the command line.</summary>
    string Name { get; }

    /// <summary>In one line, for the help.</summary>
    string Description { get; }

    Task RunAsync(BenchContext context);
}

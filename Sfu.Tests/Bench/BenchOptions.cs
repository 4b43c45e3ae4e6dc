using Sfu.Bench.Corridor;

namespace Sfu.Bench;

/// <summary>What the command line asks for.</summary>
/// <param name="Scenarios">By name, in the order of running.</param>
/// <param name="Seconds">Of each window in which CPU is measured.</param>
/// <param name="Runs">Each with processes of its own.</param>
/// <param name="Quick">Fewer and smaller cases: to see that all works, not for figures.</param>
/// <param name="PacketRate">Packets per second that shall leave the SFU, where a scenario does not say otherwise.</param>
/// <param name="Output">Where the result is saved; null: in the results folder, with date and machine.</param>
/// <param name="UpdateReadme">Put table and plot into the README.</param>
/// <param name="NodeProgram">Sfu.Host.dll to measure.</param>
/// <param name="NodeArguments">More for its command line.</param>
/// <param name="NodeSettings">More for its configuration, <c>key=value</c>.</param>
/// <param name="MediaThreads">Of the node; 0: as many as it takes by itself.</param>
/// <param name="Subjects">Who is measured, by the names in <see cref="Report.Case"/>.</param>
/// <param name="Subscribers">Of the fan-outs, transports of the close cascade; none: the usual ones.</param>
/// <param name="Janus">The program; null: there is none.</param>
/// <param name="Corridor">Which calls of the corridor are counted; null: one of each kind is shown.</param>
internal sealed record BenchOptions(
    IReadOnlyList<string> Scenarios,
    double Seconds,
    int Runs,
    bool Quick,
    double PacketRate,
    string? Output,
    bool UpdateReadme,
    string NodeProgram,
    IReadOnlyList<string> NodeArguments,
    IReadOnlyList<string> NodeSettings,
    int MediaThreads,
    IReadOnlyList<string> Subjects,
    IReadOnlyList<int> Subscribers,
    string? Janus,
    CorridorSeries? Corridor);

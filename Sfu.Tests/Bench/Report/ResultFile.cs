using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sfu.Bench.Measure;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Report;

/// <summary>A result that is kept, with all that it takes to compare it with another.</summary>
internal static partial class ResultFile
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>Where a result goes that is given no name: date and machine.</summary>
    public static string DefaultPath(Machine machine)
    {
        var name = NotInNames().Replace($"{machine.Date.Split(' ')[0]}-{machine.Cpu}-{machine.Cores}-cores".ToLowerInvariant(), "-");
        return Path.Combine(Repository.Root, "Sfu.Tests", "Bench", "results", $"{name}.json");
    }

    public static void Write(BenchReport report, string path)
    {
        var cases = new JsonArray();
        foreach (var result in report.Results)
        {
            cases.Add(Describe(result));
        }

        var root = new JsonObject
        {
            ["machine"] = JsonSerializer.SerializeToNode(report.Machine, s_options),
            ["runs"] = report.Options.Runs,
            ["seconds"] = report.Options.Seconds,
            ["packetRate"] = report.Options.PacketRate,
            ["quick"] = report.Options.Quick,
            ["mediaThreads"] = report.Options.MediaThreads,
            ["nodeArguments"] = string.Join(' ', report.Options.NodeArguments),
            ["notes"] = new JsonArray([.. report.Notes.Select(static note => (JsonNode?)note)]),
            ["ratios"] = new JsonArray([.. Ratios.Of(report).Select(static ratio => (JsonNode?)ratio)]),
            ["cases"] = cases,
        };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, root.ToJsonString(s_options) + "\n");
    }

    private static JsonObject Describe(CaseResult result)
    {
        var metrics = new JsonObject();
        foreach (var metric in result.Metrics)
        {
            var spread = result[metric]!.Value;
            metrics[metric.Name.Trim()] = new JsonObject
            {
                ["unit"] = metric.Unit,
                ["min"] = Round(spread.Min),
                ["median"] = Round(spread.Median),
                ["max"] = Round(spread.Max),
                ["runs"] = new JsonArray([.. result.Runs.Select(run => run[metric]).OfType<double>().Select(value => (JsonNode?)Round(value))]),
            };
        }

        return new JsonObject
        {
            ["scenario"] = result.Case.Scenario,
            ["case"] = result.Case.Label,
            ["suite"] = result.Case.Suite,
            ["fanOut"] = result.Case.FanOut,
            ["subject"] = result.Case.Subject,
            ["metrics"] = metrics,
        };
    }

    private static double Round(double value) => double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    [GeneratedRegex("[^a-z0-9.]+")]
    private static partial Regex NotInNames();
}

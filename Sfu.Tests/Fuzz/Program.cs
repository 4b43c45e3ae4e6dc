using System.Globalization;
using Sfu.Tests.Fuzz;
using Sfu.Tests.Fuzz.Targets;

// dotnet run -c Release --project Sfu.Tests/Fuzz -- [target ...] [--mutations N] [--seed N]
var names = new List<string>();
long mutations = 10_000_000;
ulong seed = 1;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--mutations" when i + 1 < args.Length
            && long.TryParse(args[i + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out mutations):
            i++;
            break;
        case "--seed" when i + 1 < args.Length && ulong.TryParse(args[i + 1], CultureInfo.InvariantCulture, out seed):
            i++;
            break;
        case var name when FuzzTargets.All.Any(target => target.Name == name):
            names.Add(name);
            break;
        default:
            Console.Error.WriteLine($"'{args[i]}' is neither an option nor a target.");
            Console.Error.WriteLine($"Targets: {string.Join(' ', FuzzTargets.All.Select(target => target.Name))}");
            return 2;
    }
}

Console.WriteLine("| target | mutations | per second | kept | findings |");
Console.WriteLine("|---|---:|---:|---:|---:|");
var findings = 0;
foreach (var target in FuzzTargets.All.Where(target => names.Count == 0 || names.Contains(target.Name)))
{
    var fuzzer = new Fuzzer(target, seed);
    using var watchdog = Watch(target, fuzzer);
    var result = fuzzer.Run(mutations, (input, failure) =>
    {
        Console.Error.WriteLine($"{target.Name}: {failure}");
        Console.Error.WriteLine(input.Length > 0 ? $"input: {CrashFolder.Save(target.Name, input)}" : "no single input");
    });
    findings += result.Findings;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {result.Target} | {result.Mutations:N0} | {result.PerSecond:N0} | {result.Kept:N0} | {result.Findings} |"));
}

return findings > 0 ? 1 : 0;

// A parser that does not come back cannot be stopped: its input is saved, and the run ends.
static Timer Watch(FuzzTarget target, Fuzzer fuzzer)
{
    const int PeriodMs = 5000;
    long last = -1;
    return new Timer(
        _ =>
        {
            var progress = fuzzer.Progress;
            if (progress == last)
            {
                Console.Error.WriteLine($"{target.Name}: hangs; input: {CrashFolder.Save(target.Name, fuzzer.Current)}");
                Environment.Exit(3);
            }

            last = progress;
        },
        null, PeriodMs, PeriodMs);
}

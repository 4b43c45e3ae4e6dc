using Sfu.Tests.Fuzz;
using Sfu.Tests.Fuzz.Targets;

namespace Sfu.Tests.Unit.Fuzz;

public class FuzzCorpusSpecs
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_once_went_wrong_goes_well(string name)
    {
        var target = FuzzTargets.All.Single(known => known.Name == name);
        foreach (var (_, input) in CrashFolder.Load(name))
        {
            var outcome = default(FuzzOutcome);
            target.Probe(input, ref outcome);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_short_run_finds_nothing(string name)
    {
        var target = FuzzTargets.All.Single(known => known.Name == name);
        var result = new Fuzzer(target, seed: 1).Run(30_000, (input, failure) => Assert.Fail($"{failure}\n{Convert.ToHexString(input)}"));
        Assert.Equal((30_000, 0), (result.Mutations, result.Findings));
        Assert.True(result.Kept > 1);
    }

    [Fact]
    public void Each_folder_of_crashes_belongs_to_a_target()
    {
        var folders = Directory.Exists(CrashFolder.Path) ? Directory.EnumerateDirectories(CrashFolder.Path).Select(Path.GetFileName) : [];
        Assert.Empty(folders.Except(FuzzTargets.All.Select(target => target.Name)));
    }

    [Fact]
    public void A_fault_is_found_and_told_once()
    {
        // A parser that reads a byte beyond the length that an input tells.
        var target = new FuzzTarget("broken", [[2, 1, 2], [1, 1]], static (input, ref outcome) =>
        {
            if (input.Length > 0 && input[0] <= 16)
            {
                outcome.Note(input[input[0]]);
            }
        });
        var findings = new List<byte[]>();
        var result = new Fuzzer(target, seed: 1).Run(20_000, (input, _) => findings.Add(input));
        Assert.Equal(1, result.Findings);
        Assert.Single(findings);
        Assert.True(findings[0][0] >= findings[0].Length);
    }
}

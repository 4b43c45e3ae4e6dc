using System.Diagnostics;

namespace Sfu.Tests.Fuzz;

/// <summary>
/// Feeds one target with mutants of its corpus, which grows by each mutant that has a new outcome. The same seed gives the same run.
/// </summary>
internal sealed class Fuzzer(FuzzTarget target, ulong seed)
{
    // More does not fit a processor's caches: a new input then takes the place of an old one that is no seed.
    private const int MaxCorpus = 4096;

    // Outcomes beyond are mostly counts of one thing or another.
    private const int MaxOutcomes = 65_536;
    private const int MaxFindings = 10;
    private const int WarmUp = 10_000;

    private readonly List<byte[]> _corpus = [.. target.Seeds];
    private readonly HashSet<ulong> _outcomes = [];
    private readonly HashSet<string> _places = [];
    private readonly Mutator _mutator = new(seed);

    private long _mutations;
    private long _failures;

    /// <summary>Grows with each mutation: a watchdog sees whether one hangs.</summary>
    public long Progress => Volatile.Read(ref _mutations);

    /// <summary>What is being tried, for the watchdog.</summary>
    public byte[] Current => _mutator.Current.ToArray();

    /// <summary>Runs the target.</summary>
    /// <param name="mutations">How many mutants.</param>
    /// <param name="found">Called for each finding: an input, and what went wrong.</param>
    public FuzzResult Run(long mutations, Action<byte[], string> found)
    {
        foreach (var input in target.Seeds)
        {
            TryProbe(input, found);
        }

        var clock = Stopwatch.StartNew();
        long allocated = 0;
        while (_mutations < mutations && _places.Count < MaxFindings)
        {
            var input = _corpus[_mutator.Next(_corpus.Count)];
            var other = _corpus[_mutator.Next(_corpus.Count)];
            _mutator.Mutate(input, other);

            // Keeping an input allocates, and so does a failure; one without either must not. What the runtime needs once, such as a type that
            // is used for the first time, is gone when the same input comes again.
            var exempt = _outcomes.Count + _failures;
            if (Allocated(found) > 0 && _outcomes.Count + _failures == exempt && _mutations > WarmUp)
            {
                allocated += Allocated(found);
            }

            Volatile.Write(ref _mutations, _mutations + 1);
        }

        if (allocated > 0 && !target.Allocates)
        {
            found([], $"{allocated} bytes were allocated");
            _places.Add("allocation");
        }

        return new FuzzResult(target.Name, _mutations, clock.Elapsed, _outcomes.Count, _places.Count);
    }

    /// <summary>Probes the present mutant.</summary>
    /// <returns>Bytes allocated by it.</returns>
    private long Allocated(Action<byte[], string> found)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        TryProbe(_mutator.Current, found);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void TryProbe(ReadOnlySpan<byte> input, Action<byte[], string> found)
    {
        try
        {
            var outcome = default(FuzzOutcome);
            target.Probe(input, ref outcome);
            if (_outcomes.Count < MaxOutcomes && _outcomes.Add(outcome.Signature))
            {
                Keep(input.ToArray());
            }
        }
        catch (Exception e)
        {
            _failures++;

            // One finding for each place, by the innermost method of the parser: line numbers and what is inlined change as the code warms
            // up.
            var method = e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Sfu.Media.", StringComparison.Ordinal));
            if (_places.Add($"{e.GetType().Name}: {e.Message} {method?.Split(" in ")[0]}"))
            {
                found(input.ToArray(), e.ToString());
            }
        }
    }

    private void Keep(byte[] input)
    {
        if (_corpus.Count < MaxCorpus)
        {
            _corpus.Add(input);
        }
        else
        {
            _corpus[target.Seeds.Length + _mutator.Next(MaxCorpus - target.Seeds.Length)] = input;
        }
    }
}

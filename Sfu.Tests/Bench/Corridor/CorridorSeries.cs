using System.Globalization;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Corridor;

/// <summary>Calls through the corridor that are counted together: each codec, with each loss and each seed. Virtual time, one call on each core.</summary>
/// <param name="FirstSeed">Of the links.</param>
/// <param name="LastSeed">Inclusive.</param>
/// <param name="Losses">0 … 1.</param>
/// <param name="Burst">Packets that are lost in a row; 1: each by itself.</param>
/// <param name="Drop">Seconds; the call ends soon after it. Null: the whole corridor.</param>
internal sealed record CorridorSeries(int FirstSeed, int LastSeed, IReadOnlyList<double> Losses, int Burst, double? Drop)
{
    /// <summary>Seconds: what is about the drop begins before it.</summary>
    public const double EarliestDrop = 2;

    public CorridorTimes Times => Drop is { } at ? CorridorTimes.DropAlone(at) : CorridorTimes.Narrowing;

    /// <summary>As from a command line.</summary>
    /// <exception cref="ArgumentException">Not as <see cref="TryParseSeeds"/> or <see cref="TryParseLosses"/> want it.</exception>
    public static CorridorSeries Parse(string seeds, string losses, int burst, double? drop) =>
        TryParseSeeds(seeds, out var first, out var last) && TryParseLosses(losses, out var shares)
            ? new CorridorSeries(first, last, shares, burst, drop)
            : throw new ArgumentException($"{seeds}; {losses}");

    /// <param name="text">For instance <c>901-960</c>, or one number.</param>
    /// <param name="first">Valid when true.</param>
    /// <param name="last">Valid when true; not before the first.</param>
    public static bool TryParseSeeds(string text, out int first, out int last)
    {
        var parts = text.Split('-');
        last = 0;
        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out last)
            && parts.Length <= 2 && first <= last;
    }

    /// <param name="text">Percent with commas between, for instance <c>0,2,5</c>.</param>
    /// <param name="losses">0 … 1 each; valid when true.</param>
    public static bool TryParseLosses(string? text, out double[] losses)
    {
        var parts = text?.Split(',') ?? [];
        losses = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) || percent > 100)
            {
                return false;
            }

            losses[i] = percent / 100;
        }

        return parts.Length > 0;
    }

    /// <summary>Runs all, and says where it is.</summary>
    /// <returns>By loss, then codec, then seed.</returns>
    public IReadOnlyList<CorridorCall> Run()
    {
        var calls = Losses
            .SelectMany(loss => Enum.GetValues<CameraKind>(), static (loss, camera) => (loss, camera))
            .SelectMany(_ => Enumerable.Range(FirstSeed, LastSeed - FirstSeed + 1), static (kind, seed) => (kind.loss, kind.camera, seed))
            .ToArray();
        var done = new CorridorCall[calls.Length];
        Parallel.For(0, calls.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => done[i] = RunOne(calls[i].loss, calls[i].camera, calls[i].seed));
        return done;
    }

    private CorridorCall RunOne(double loss, CameraKind camera, int seed)
    {
        var profile = Drop is { } at ? Corridors.DropAlone(loss, at) : Corridors.Narrowing(loss);
        using var world = new CorridorWorld(Burst > 1 ? profile.InBursts(Burst) : profile, seed, camera);
        world.Run(TimeSpan.FromSeconds(Times.End));
        return new CorridorCall(camera, loss, seed, world.Figures(Times));
    }
}

/// <param name="Camera">Codec and layering.</param>
/// <param name="Loss">0 … 1.</param>
/// <param name="Seed">Of the link.</param>
/// <param name="Figures">What it has shown.</param>
internal sealed record CorridorCall(CameraKind Camera, double Loss, int Seed, CorridorFigures Figures);

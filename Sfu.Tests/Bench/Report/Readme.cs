using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Report;

/// <summary>The place in the README that the benchmark writes.</summary>
internal static class Readme
{
    private const string Begin = "<!-- benchmark: begin -->";
    private const string End = "<!-- benchmark: end -->";

    public static void Update(string text)
    {
        var file = Path.Combine(Repository.Root, "README.md");
        var readme = File.ReadAllText(file);
        var begin = readme.IndexOf(Begin, StringComparison.Ordinal);
        var end = readme.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new InvalidOperationException($"README.md has no {Begin} … {End}.");
        }

        File.WriteAllText(file, $"{readme[..(begin + Begin.Length)]}\n{text.TrimEnd()}\n{readme[end..]}");
    }
}

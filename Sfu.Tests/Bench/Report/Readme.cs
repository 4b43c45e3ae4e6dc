using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Report;

/// <summary>The places in the README that the benchmark writes.</summary>
internal static class Readme
{
    /// <param name="place">Its name.</param>
    /// <param name="text">What is to be there.</param>
    public static void Update(string place, string text)
    {
        var (beginMark, endMark) = ($"<!-- {place}: begin -->", $"<!-- {place}: end -->");
        var file = Path.Combine(Repository.Root, "README.md");
        var readme = File.ReadAllText(file);
        var begin = readme.IndexOf(beginMark, StringComparison.Ordinal);
        var end = readme.IndexOf(endMark, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new InvalidOperationException($"README.md has no {beginMark} … {endMark}.");
        }

        File.WriteAllText(file, $"{readme[..(begin + beginMark.Length)]}\n{text.TrimEnd()}\n{readme[end..]}");
    }
}

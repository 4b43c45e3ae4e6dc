using System.ComponentModel;
using System.Diagnostics;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Rivals;

/// <summary>Builds the benchmark's C sources with the machine's <c>cc</c>.</summary>
internal static class Compiler
{
    /// <param name="source">Below the benchmark's folder.</param>
    /// <param name="output">Name of the result.</param>
    /// <param name="note">Is told why there is no result.</param>
    /// <param name="arguments">More for the compiler, behind the source.</param>
    /// <returns>The result; null when it cannot be built here.</returns>
    public static async Task<string?> BuildAsync(string source, string output, Action<string> note, params string[] arguments)
    {
        var file = Path.Combine(Repository.Root, "Sfu.Tests", "Bench", source);
        var result = Path.Combine(AppContext.BaseDirectory, output);
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("cc", ["-O3", "-march=native", "-o", result, file, .. arguments]) { RedirectStandardError = true })!;
            var errors = await compiler.StandardError.ReadToEndAsync();
            await compiler.WaitForExitAsync();
            if (compiler.ExitCode == 0)
            {
                return result;
            }

            note($"{source} was not built, and is not compared with: {errors.Split('\n')[0]}");
        }
        catch (Win32Exception)
        {
            note($"There is no C compiler (cc) for {source}, and no comparison with it.");
        }

        return null;
    }
}

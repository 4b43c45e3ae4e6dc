using System.Diagnostics;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Rivals;

/// <summary>Builds <c>limit/limit.c</c>.</summary>
internal static class LimitProgram
{
    private static readonly string s_source = Path.Combine(Repository.Root, "Sfu.Tests", "Bench", "limit", "limit.c");
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "limit");

    /// <returns>The program; null when it cannot be built here.</returns>
    public static async Task<string?> BuildAsync(Action<string> note)
    {
        var start = new ProcessStartInfo("cc", ["-O3", "-march=native", "-o", s_program, s_source, "-lcrypto"]) { RedirectStandardError = true };
        try
        {
            using var compiler = Process.Start(start)!;
            var errors = await compiler.StandardError.ReadToEndAsync();
            await compiler.WaitForExitAsync();
            if (compiler.ExitCode == 0)
            {
                return s_program;
            }

            note($"The C program was not built, there is no comparison with it (are libssl-dev's headers installed?): {errors.Split('\n')[0]}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            note("There is no C compiler (cc), and so no comparison with the C program.");
        }

        return null;
    }
}

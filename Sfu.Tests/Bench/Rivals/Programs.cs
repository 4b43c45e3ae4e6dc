namespace Sfu.Bench.Rivals;

/// <summary>Finds programs by name.</summary>
internal static class Programs
{
    /// <returns>Null when there is none.</returns>
    public static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}

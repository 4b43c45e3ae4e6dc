namespace Sfu.Tests.EndToEnd;

/// <summary>What tests with other programs need of the machine. Under <c>CI=true</c> nothing may be missing.</summary>
internal static class Requirements
{
    /// <summary>Null when there is none.</summary>
    public static string? Chromium { get; } = Environment.GetEnvironmentVariable("SFU_CHROMIUM") is { Length: > 0 } given
        ? given
        : OnPath("chromium") ?? OnPath("chromium-browser") ?? OnPath("google-chrome");

    public static string? Ffmpeg { get; } = OnPath("ffmpeg");

    public static string? OpenSsl { get; } = OnPath("openssl");

    public static string? Node { get; } = OnPath("node");

    public static bool HasNodeClients => Directory.Exists(Path.Combine(Repository.NodeClients, "node_modules", "@roamhq", "wrtc"));

    /// <summary>The reason to skip for; null under CI, where the test then fails for the same reason.</summary>
    public static string? SkipUnless(bool met, string reason) =>
        met || string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase) ? null : reason;

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}

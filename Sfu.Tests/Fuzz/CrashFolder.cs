using System.Security.Cryptography;
using Sfu.Tests.EndToEnd;

namespace Sfu.Tests.Fuzz;

/// <summary>Inputs that once went wrong, a file each, in a folder for each target. A unit test replays them.</summary>
internal static class CrashFolder
{
    public static string Path { get; } = System.IO.Path.Combine(Repository.Root, "Sfu.Tests", "Fuzz", "crashes");

    public static string Save(string target, byte[] input)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, target)).FullName;
        var file = System.IO.Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..16] + ".bin");
        File.WriteAllBytes(file, input);
        return file;
    }

    public static IEnumerable<(string File, byte[] Input)> Load(string target)
    {
        var folder = System.IO.Path.Combine(Path, target);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal).Select(file => (file, File.ReadAllBytes(file)))
            : [];
    }
}

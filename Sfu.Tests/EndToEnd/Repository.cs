namespace Sfu.Tests.EndToEnd;

/// <summary>Where the sources are, for what tests take from there.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string NodeClients { get; } = Path.Combine(Root, "Sfu.Tests", "EndToEnd", "node");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sfu.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not run below the repository");
    }
}

using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Rivals;

/// <summary>What it takes to start mediasoup.</summary>
/// <param name="Node">The program that runs <c>mediasoup/server.mjs</c>.</param>
/// <param name="Worker">mediasoup's worker.</param>
internal sealed record MediasoupProgram(string Node, string Worker)
{
    private const string WorkerVariable = "MEDIASOUP_WORKER_BIN";

    /// <summary>Of the npm package and what drives it.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "Sfu.Tests", "Bench", "mediasoup");

    /// <param name="note">Is told why there is none.</param>
    /// <returns>Null when something of it is missing.</returns>
    public static MediasoupProgram? Find(Action<string> note)
    {
        var worker = Environment.GetEnvironmentVariable(WorkerVariable) is { Length: > 0 } given ? given : Path.Combine(Folder, ".build", "mediasoup-worker");
        var node = Programs.OnPath("node");
        if (node is not null && File.Exists(worker) && Directory.Exists(Path.Combine(Folder, "node_modules", "mediasoup")))
        {
            return new MediasoupProgram(node, worker);
        }

        note($"mediasoup is not compared with: Sfu.Tests/Bench/mediasoup/build.sh gets it and builds its worker, or {WorkerVariable} names one; Node runs it.");
        return null;
    }
}

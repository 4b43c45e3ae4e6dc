using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Ortc;

/// <summary>What mediasoup answered to the inputs in <c>Oracle/fixtures.json</c>; see the README there.</summary>
internal static class OracleFixtures
{
    public static JsonElement Root { get; } = Load();

    public static IEnumerable<JsonElement> All(string name) => Root.GetProperty(name).EnumerateArray();

    public static RtpCapabilities RouterCapabilities(int router) =>
        Root.GetProperty("routerCapabilities")[router].Deserialize(OrtcJsonContext.Default.RtpCapabilities)!;

    /// <summary>Replaces SSRCs that were drawn at random by 1, 2, 3 … in the order of their appearance.</summary>
    public static JsonNode Renumber(JsonNode parameters, Dictionary<uint, uint> seen)
    {
        foreach (var encoding in parameters["encodings"]!.AsArray())
        {
            foreach (var (owner, name) in new[] { (encoding, "mappedSsrc"), (encoding, "ssrc"), (encoding!["rtx"], "ssrc") })
            {
                if (owner?[name] is { } ssrc && !(name == "ssrc" && owner["mappedSsrc"] is not null))
                {
                    owner[name] = seen.TryGetValue(ssrc.GetValue<uint>(), out var number)
                        ? number
                        : seen[ssrc.GetValue<uint>()] = (uint)seen.Count + 1;
                }
            }
        }

        return parameters;
    }

    /// <summary>The fixtures name header extensions by id only.</summary>
    public static JsonNode WithExtensionIds(JsonNode parameters)
    {
        parameters["headerExtensions"] = new JsonArray([.. parameters["headerExtensions"]!.AsArray().Select(e => e!["id"]!.DeepClone())]);
        return parameters;
    }

    public static JsonNode Json(RtpParameters parameters) => JsonSerializer.SerializeToNode(parameters, OrtcJsonContext.Default.RtpParameters)!;

    public static JsonNode Json(RtpCapabilities capabilities) =>
        JsonSerializer.SerializeToNode(capabilities, OrtcJsonContext.Default.RtpCapabilities)!;

    public static void AssertSame(JsonElement expected, JsonNode? actual, string about)
    {
        var node = JsonNode.Parse(expected.GetRawText());
        Assert.True(JsonNode.DeepEquals(node, actual), $"{about}\nmediasoup: {node?.ToJsonString()}\nours:      {actual?.ToJsonString()}");
    }

    public static OrtcErrorCode? ExpectedError(JsonElement fixture) => !fixture.TryGetProperty("error", out var error) ? null
        : error.GetString() == "unsupported" ? OrtcErrorCode.Unsupported
        : OrtcErrorCode.Invalid;

    private static JsonElement Load()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Sfu.sln")))
        {
            directory = directory.Parent;
        }

        Assert.NotNull(directory);
        var file = Path.Combine(directory.FullName, "Sfu.Tests", "Unit", "Ortc", "Oracle", "fixtures.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }
}

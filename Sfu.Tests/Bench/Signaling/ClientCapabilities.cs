using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Bench.Load;

namespace Sfu.Bench.Signaling;

/// <summary>
/// What the load clients can do: all that the Router can, except bandwidth estimation. They give no feedback on it, so they must not
/// promise any: a sender that waits for feedback would throttle itself.
/// </summary>
internal sealed class ClientCapabilities
{
    private static readonly string[] s_estimation = ["transport-cc", "goog-remb"];

    private ClientCapabilities(string json, ExtensionIds extensions)
    {
        Json = json;
        Extensions = extensions;
    }

    /// <summary>RtpCapabilities.</summary>
    public string Json { get; }

    /// <summary>The ids that publishers take: the Router's own.</summary>
    public ExtensionIds Extensions { get; }

    public static ClientCapabilities Of(JsonElement router)
    {
        var capabilities = JsonNode.Parse(router.GetRawText())!;
        foreach (var codec in capabilities["codecs"]!.AsArray())
        {
            if (codec!["rtcpFeedback"] is JsonArray feedback)
            {
                foreach (var entry in feedback.Where(entry => s_estimation.Contains((string?)entry!["type"])).ToArray())
                {
                    feedback.Remove(entry);
                }
            }
        }

        var extensions = router.GetProperty("headerExtensions").EnumerateArray().Where(static extension => extension.GetProperty("kind").GetString() == "video").ToArray();
        return new ClientCapabilities(
            capabilities.ToJsonString(),
            new ExtensionIds(
                Id("urn:ietf:params:rtp-hdrext:sdes:mid"),
                Id("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
                Id("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")));

        byte Id(string uri) => extensions.FirstOrDefault(extension => extension.GetProperty("uri").GetString() == uri) is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty("preferredId").GetByte()
            : (byte)0;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Bench.Load;
using Sfu.Media.Ortc;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>What signalling says, as mediasoup and the node both shape it.</summary>
internal static class NarrowDescriptions
{
    public static JsonObject Connect(string transportId)
    {
        var fingerprint = LoadPeer.Fingerprint;
        return new JsonObject
        {
            ["transportId"] = transportId,
            ["dtlsParameters"] = new JsonObject
            {
                ["role"] = "client",
                ["fingerprints"] = new JsonArray(new JsonObject { ["algorithm"] = fingerprint.Algorithm, ["value"] = fingerprint.Value }),
            },
        };
    }

    public static JsonObject Produce(string transportId, RtpParameters video) => new()
    {
        ["transportId"] = transportId,
        ["kind"] = "video",
        ["rtpParameters"] = JsonSerializer.SerializeToNode(video, OrtcJsonContext.Default.RtpParameters),
        ["appData"] = new JsonObject(),
    };

    /// <param name="rtpParameters">Of a Consumer.</param>
    public static ReceivedStream Stream(JsonElement rtpParameters)
    {
        var encoding = rtpParameters.GetProperty("encodings")[0];
        var transportSequence = rtpParameters.GetProperty("headerExtensions").EnumerateArray()
            .First(static extension => extension.GetProperty("uri").GetString() == RtpHeaderExtensionUri.TransportWideCc01);
        return new ReceivedStream(
            encoding.GetProperty("ssrc").GetUInt32(),
            encoding.GetProperty("rtx").GetProperty("ssrc").GetUInt32(),
            transportSequence.GetProperty("id").GetByte());
    }

    /// <param name="stats">Of a transport.</param>
    /// <returns>In bit/s; 0: it does not say.</returns>
    public static long Estimate(JsonElement stats) =>
        stats[0].TryGetProperty("availableOutgoingBitrate", out var estimate) ? (long)estimate.GetDouble() : 0;
}

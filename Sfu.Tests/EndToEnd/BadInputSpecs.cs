using System.Net.WebSockets;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>What clients may say wrong, against the real program.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class BadInputSpecs
{
    private const string Fingerprint =
        "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

    private const string Audio = """
        "kind":"audio","appData":{},"rtpParameters":{"mid":"0","codecs":[{"mimeType":"audio/opus","payloadType":111,"clockRate":48000,
        "channels":2,"parameters":{},"rtcpFeedback":[]}],"headerExtensions":[],"encodings":[{"ssrc":4711}],"rtcp":{"cname":"x"}}
        """;

    [Fact]
    public async Task Each_mistake_is_answered_with_a_reason_and_the_session_lives_on()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using (var client = await RawClient.ConnectAsync(host.Signaling("bad", "mallory")))
        {
            var hello = await client.ReceiveAsync();
            Assert.Equal("mediasoup-version", hello!.Value.GetProperty("method").GetString());

            await client.SendAsync("{ this is not JSON");
            AssertFailed(await client.ResponseAsync(0), 400);
            await client.SendAsync("[1,2,3]");
            AssertFailed(await client.ResponseAsync(0), 400);
            await client.SendAsync("""{"request":true,"id":5,"method":7}""");
            AssertFailed(await client.ResponseAsync(5), 400);
            AssertFailed(await client.RequestAsync("makeCoffee"), 404);
            AssertFailed(await client.RequestAsync("join", """{"displayName":{"no":1}}"""), 400);
            AssertFailed(await client.RequestAsync("produceData"), 501);
            AssertFailed(await client.RequestAsync("connectWebRtcTransport", Connect("no-such-transport")), 404);
            AssertFailed(await client.RequestAsync("pauseProducer", """{"producerId":"no-such-producer"}"""), 404);

            var capabilities = Succeeded(await client.RequestAsync("getRouterRtpCapabilities"));
            Assert.True(capabilities.GetProperty("codecs").GetArrayLength() > 5);
            Succeeded(await client.RequestAsync("join", "{\"displayName\":\"M\",\"device\":{},\"rtpCapabilities\":" + capabilities.GetRawText() + "}"));
            AssertFailed(await client.RequestAsync("join", """{"displayName":"again"}"""), 409);

            var transport = Succeeded(await client.RequestAsync("createWebRtcTransport", """{"producing":true}""")).GetProperty("id").GetString()!;
            AssertFailed(await client.RequestAsync("produce", $$"""{"transportId":"{{transport}}",{{Audio}}}"""), 409);
            AssertFailed(
                await client.RequestAsync("connectWebRtcTransport", Connect(transport, fingerprints: "[]")), 400);
            Succeeded(await client.RequestAsync("connectWebRtcTransport", Connect(transport)));
            AssertFailed(await client.RequestAsync("connectWebRtcTransport", Connect(transport)), 409);

            var producer = Succeeded(await client.RequestAsync("produce", $$"""{"transportId":"{{transport}}",{{Audio}}}""")).GetProperty("id").GetString()!;
            AssertFailed(await client.RequestAsync("produce", $$"""{"transportId":"{{transport}}",{{Audio}}}"""), 400);
            Succeeded(await client.RequestAsync("pauseProducer", $$"""{"producerId":"{{producer}}"}"""));
            Assert.Equal(JsonValueKind.Array, Succeeded(await client.RequestAsync("getProducerStats", $$"""{"producerId":"{{producer}}"}""")).ValueKind);
            Assert.Equal(JsonValueKind.Array, Succeeded(await client.RequestAsync("getTransportStats", $$"""{"transportId":"{{transport}}"}""")).ValueKind);
        }

        await host.IsIdleAsync("bad");
    }

    [Fact]
    public async Task A_message_that_is_binary_or_too_large_ends_the_websocket_and_nothing_else()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using (var binary = await RawClient.ConnectAsync(host.Signaling("frames", "a")))
        {
            await binary.ReceiveAsync();
            await binary.SendAsync([1, 2, 3], WebSocketMessageType.Binary);
            Assert.Null(await binary.ReceiveAsync());
            Assert.Equal(WebSocketCloseStatus.InvalidMessageType, binary.CloseStatus);
        }

        await using (var large = await RawClient.ConnectAsync(host.Signaling("frames", "b")))
        {
            await large.ReceiveAsync();
            await large.SendAsync(new byte[300 * 1024].Select(_ => (byte)' ').ToArray(), WebSocketMessageType.Text);
            Assert.Null(await large.ReceiveAsync());
            Assert.Equal(WebSocketCloseStatus.MessageTooBig, large.CloseStatus);
        }

        await host.IsIdleAsync("frames");
        Assert.Equal("ready", await host.GetAsync("/healthz/ready"));
    }

    [Fact]
    public async Task A_second_connection_of_the_same_peer_takes_the_place_of_the_first()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using (var first = await RawClient.ConnectAsync(host.Signaling("twice", "p")))
        {
            Succeeded(await first.RequestAsync("join", """{"displayName":"One"}"""));
            await using var second = await RawClient.ConnectAsync(host.Signaling("twice", "p"));
            Succeeded(await second.RequestAsync("join", """{"displayName":"Two"}"""));
            Assert.Null(await first.ReceiveAsync());
            Assert.Equal(4000, (int)first.CloseStatus!);
        }

        await host.IsIdleAsync("twice");
    }

    private static string Connect(string transport, string fingerprints = $$"""[{"algorithm":"sha-256","value":"{{Fingerprint}}"}]""") =>
        $$$$"""{"transportId":"{{{{transport}}}}","dtlsParameters":{"role":"client","fingerprints":{{{{fingerprints}}}} }}""";

    private static void AssertFailed(JsonElement response, int code)
    {
        Assert.False(response.GetProperty("ok").GetBoolean(), response.GetRawText());
        Assert.Equal(code, response.GetProperty("errorCode").GetInt32());
        Assert.NotEmpty(response.GetProperty("errorReason").GetString()!);
    }

    private static JsonElement Succeeded(JsonElement response)
    {
        Assert.True(response.GetProperty("ok").GetBoolean(), response.GetRawText());
        return response.GetProperty("data");
    }
}

using System.Text.Json;
using Sfu.Host.Signaling;

namespace Sfu.Tests.Unit.Host;

public sealed class ClientRequestReaderSpecs
{
    [Fact]
    public void Joining_needs_a_name_and_nothing_else()
    {
        Assert.True(Read("join", """{"displayName":"Ada"}""", out var request, out _));
        var join = Assert.IsType<ClientRequest.Join>(request);
        Assert.Equal("Ada", join.DisplayName);
        Assert.Equal("{}", join.Device.ToString());
        Assert.Null(join.RtpCapabilities);
    }

    [Fact]
    public void Producing_reads_the_parameters_of_a_client()
    {
        const string Data = """
            {"transportId":"t","kind":"audio","appData":{"a":1},"rtpParameters":{"mid":"0",
             "codecs":[{"mimeType":"audio/opus","payloadType":111,"clockRate":48000,"channels":2,"parameters":{"useinbandfec":1},"rtcpFeedback":[]}],
             "headerExtensions":[{"uri":"urn:ietf:params:rtp-hdrext:sdes:mid","id":4,"encrypt":false,"parameters":{}}],
             "encodings":[{"ssrc":1234,"dtx":true}],"rtcp":{"cname":"c","reducedSize":true}}}
            """;
        Assert.True(Read("produce", Data, out var request, out var failure), failure?.Reason);
        var produce = Assert.IsType<ClientRequest.Produce>(request);
        Assert.Equal(111, produce.RtpParameters.Codecs[0].PayloadType);
        Assert.Equal("""{"a":1}""", produce.AppData.Value);
    }

    [Theory]
    [InlineData("join", """{}""", 400)]
    [InlineData("join", """{"displayName":5}""", 400)]
    [InlineData("join", """{"displayName":"a","device":[]}""", 400)]
    [InlineData("join", """{"displayName":"a","rtpCapabilities":{"codecs":7}}""", 400)]
    [InlineData("createWebRtcTransport", """{"consuming":"yes"}""", 400)]
    [InlineData("connectWebRtcTransport", """{"transportId":"t"}""", 400)]
    [InlineData("connectWebRtcTransport", """{"transportId":"t","dtlsParameters":{"role":"boss","fingerprints":[]}}""", 400)]
    [InlineData("connectWebRtcTransport", """{"dtlsParameters":{}}""", 400)]
    [InlineData("produce", """{"transportId":"t","kind":"smell","rtpParameters":{}}""", 400)]
    [InlineData("produce", """{"transportId":"t","kind":"audio"}""", 400)]
    [InlineData("produce", """{"transportId":"","kind":"audio","rtpParameters":{}}""", 400)]
    [InlineData("pauseProducer", """{}""", 400)]
    [InlineData("setConsumerPriority", """{"consumerId":"c","priority":0}""", 400)]
    [InlineData("setConsumerPreferredLayers", """{"consumerId":"c","spatialLayer":1.5}""", 400)]
    [InlineData("resumeSession", """{"token":"t","consumers":[1]}""", 400)]
    [InlineData("dance", """{}""", 404)]
    [InlineData("produceData", """{}""", 501)]
    [InlineData("applyNetworkThrottle", """{}""", 501)]
    public void What_cannot_be_understood_fails_with_a_reason(string method, string data, int code)
    {
        Assert.False(Read(method, data, out _, out var failure));
        Assert.Equal(code, failure!.Code);
        Assert.NotEmpty(failure.Reason);
    }

    [Fact]
    public void Text_has_a_limit()
    {
        Assert.False(Read("join", $$"""{"displayName":"{{new string('x', 101)}}"}""", out _, out var failure));
        Assert.Contains("displayName", failure!.Reason, StringComparison.Ordinal);
    }

    private static bool Read(string method, string data, out ClientRequest? request, out RequestFailure? failure) =>
        ClientRequestReader.TryRead(method, JsonElement.Parse(data), out request, out failure);
}

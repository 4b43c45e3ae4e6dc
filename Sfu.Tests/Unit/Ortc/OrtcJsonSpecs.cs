using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ortc;

public sealed class OrtcJsonSpecs
{
    private const string GoodParameters = """
        {"mid":"0","codecs":[{"mimeType":"video/VP8","payloadType":96,"clockRate":90000,"parameters":{"x":"y","z":1.5},
        "rtcpFeedback":[{"type":"nack","parameter":"pli"}]},{"mimeType":"video/rtx","payloadType":97,"clockRate":90000,"parameters":{"apt":96}}],
        "headerExtensions":[{"uri":"urn:ietf:params:rtp-hdrext:sdes:mid","id":4}],
        "encodings":[{"ssrc":4294967295,"rid":"r\u0030","rtx":{"ssrc":12},"scalabilityMode":"L1T3","maxBitrate":5e5}],
        "rtcp":{"cname":"caf\u00e9","reducedSize":false},"msid":"s t","unknown":{"deep":[1,2,{"er":null}]}}
        """;

    [Fact]
    public void What_is_normalized_is_normalized_to_itself_and_nearly_for_nothing()
    {
        Assert.True(RouterNegotiation.TryGenerateRouterRtpCapabilities(DefaultMediaCodecs.Value, out var router, out _));
        Assert.True(OrtcValidation.TryNormalize(router, out var once, out _));
        Assert.True(OrtcValidation.TryNormalize(once, out var twice, out _));

        Assert.Same(once, twice);
        Assert.InRange(AllocationProbe.Measure(round => OrtcValidation.TryNormalize(once, out RtpCapabilities? _, out OrtcError? _), rounds: 100) / 100, 0, 4096);
    }

    [Fact]
    public void Parameters_are_read_with_every_default_filled_in()
    {
        Assert.True(OrtcJson.TryParse(Utf8(GoodParameters), out RtpParameters? parameters, out _));

        Assert.Equal("0", parameters.Mid);
        Assert.Equal(2, parameters.Codecs.Length);
        Assert.Equal(ParameterDictionary.Of(("z", 1.5), ("x", "y")), parameters.Codecs[0].Parameters);
        Assert.Null(parameters.Codecs[0].Channels);
        Assert.Equal([new RtcpFeedback("nack", "pli")], parameters.Codecs[0].RtcpFeedback.AsEnumerable());
        Assert.Empty(parameters.Codecs[1].RtcpFeedback);
        Assert.Equal(
            new RtpEncodingParameters
            {
                Ssrc = uint.MaxValue,
                Rid = "r0",
                Rtx = new RtpRtxParameters(12),
                Dtx = false,
                ScalabilityMode = "L1T3",
                MaxBitrate = 500_000,
            },
            Assert.Single(parameters.Encodings));
        Assert.Equal(new RtcpParameters { Cname = "café", ReducedSize = true }, parameters.Rtcp);
        Assert.Equal("s t", parameters.Msid);
    }

    [Theory]
    [InlineData("[]", "rtpParameters must be an object")]
    [InlineData("null", "rtpParameters must be an object")]
    [InlineData("\"text\"", "rtpParameters must be an object")]
    [InlineData("{", "rtpParameters is not JSON")]
    [InlineData("", "rtpParameters is not JSON")]
    [InlineData("{}", "rtpParameters.codecs is missing")]
    [InlineData("""{"codecs":{}}""", "rtpParameters.codecs must be an array")]
    [InlineData("""{"codecs":[]}""", "rtpParameters.codecs must hold a media codec")]
    [InlineData("""{"codecs":[1]}""", "rtpParameters.codecs[0] must be an object")]
    [InlineData("""{"codecs":[{}]}""", "rtpParameters.codecs[0].mimeType is missing")]
    [InlineData("""{"codecs":[{"mimeType":"","payloadType":0,"clockRate":1}]}""", "rtpParameters.codecs[0].mimeType must not be empty")]
    [InlineData("""{"codecs":[{"mimeType":"image/png","payloadType":0,"clockRate":1}]}""", "rtpParameters.codecs[0].mimeType must be audio/… or video/… of at most 64 characters")]
    [InlineData("""{"codecs":[{"mimeType":"audio/a b","payloadType":0,"clockRate":1}]}""", "rtpParameters.codecs[0].mimeType must be audio/… or video/… of at most 64 characters")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus"}]}""", "rtpParameters.codecs[0].payloadType must be a number in 0..127")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":128}]}""", "rtpParameters.codecs[0].payloadType must be a number in 0..127")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":1.5}]}""", "rtpParameters.codecs[0].payloadType must be a number in 0..127")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":"0"}]}""", "rtpParameters.codecs[0].payloadType must be a number")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":0,"clockRate":1e999}]}""", "rtpParameters.codecs[0].clockRate must be a number")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":0,"clockRate":1,"channels":0}]}""", "rtpParameters.codecs[0].channels must be a number in 1..255")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":0,"clockRate":1,"parameters":{"a":[]}}]}""", "rtpParameters.codecs[0].parameters.a must be a string or a number")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":0,"clockRate":1,"parameters":{"apt":"1"}}]}""", "rtpParameters.codecs[0].parameters.apt must be a number")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":0,"clockRate":1,"parameters":{"<b>":true}}]}""", "rtpParameters.codecs[0].parameters must be a string or a number")]
    [InlineData("""{"codecs":[{"mimeType":"audio/opus","payloadType":0,"clockRate":1,"rtcpFeedback":[{"parameter":"pli"}]}]}""", "rtpParameters.codecs[0].rtcpFeedback[0].type is missing")]
    [InlineData("""{"mid":"a b","codecs":[]}""", "rtpParameters.mid must be at most 32 visible ASCII characters")]
    [InlineData("""{"mid":7,"codecs":[]}""", "rtpParameters.mid must be a string")]
    [InlineData("""{"mid":"\ud800","codecs":[]}""", "rtpParameters contains text that is not valid Unicode")]
    [InlineData("""{"codecs":[],"rtcp":{"cname":"a\u0000"}}""", "rtpParameters.rtcp.cname must be at most 256 characters without control characters")]
    [InlineData("""{"codecs":[],"rtcp":[]}""", "rtpParameters.rtcp must be an object")]
    [InlineData("""{"codecs":[],"headerExtensions":[{"id":1}]}""", "rtpParameters.headerExtensions[0].uri is missing")]
    [InlineData("""{"codecs":[],"headerExtensions":[{"uri":"x","id":0}]}""", "rtpParameters.headerExtensions[0].id must be a number in 1..255")]
    [InlineData("""{"codecs":[],"encodings":[{"ssrc":-1}]}""", "rtpParameters.encodings[0].ssrc must be a number in 0..4294967295")]
    [InlineData("""{"codecs":[],"encodings":[{"ssrc":4294967296}]}""", "rtpParameters.encodings[0].ssrc must be a number in 0..4294967295")]
    [InlineData("""{"codecs":[],"encodings":[{"rtx":{}}]}""", "rtpParameters.encodings[0].rtx.ssrc is missing")]
    [InlineData("""{"codecs":[],"encodings":[{"rtx":{"ssrc":0}}]}""", "rtpParameters.encodings[0].rtx.ssrc must not be 0")]
    [InlineData("""{"codecs":[],"encodings":[{"dtx":1}]}""", "rtpParameters.encodings[0].dtx must be true or false")]
    [InlineData("""{"codecs":[],"encodings":[{"maxBitrate":-1}]}""", "rtpParameters.encodings[0].maxBitrate must be a number of bit/s, not negative")]
    public void A_mistake_in_parameters_is_named_with_its_path(string json, string reason) =>
        Assert.Equal((false, OrtcError.Invalid(reason)), (OrtcJson.TryParse(Utf8(json), out RtpParameters? _, out var error), error));

    [Theory]
    [InlineData("""[{"mimeType":"video/VP8","payloadType":1,"clockRate":1},{"mimeType":"video/VP8","payloadType":1,"clockRate":1}]""", "[]", "codecs[1].payloadType must be unique")]
    [InlineData("""[{"mimeType":"video/VP8","payloadType":1,"clockRate":1},{"mimeType":"video/rtx","payloadType":2,"clockRate":1,"parameters":{"apt":2}}]""", "[]", "codecs[1].parameters.apt must be the payload type of a media codec")]
    [InlineData("""[{"mimeType":"video/VP8","payloadType":1,"clockRate":1},{"mimeType":"video/rtx","payloadType":2,"clockRate":1,"parameters":{"apt":1e99}}]""", "[]", "codecs[1].parameters.apt must be the payload type of a media codec")]
    [InlineData("""[{"mimeType":"video/VP8","payloadType":1,"clockRate":1}]""", """[{"codecPayloadType":2}]""", "encodings[0].codecPayloadType must be the payload type of a media codec")]
    [InlineData("""[{"mimeType":"video/VP8","payloadType":1,"clockRate":1}]""", """[{"ssrc":2},{"ssrc":3,"rtx":{"ssrc":2}}]""", "encodings[1] must not repeat an SSRC")]
    [InlineData("""[{"mimeType":"video/VP8","payloadType":1,"clockRate":1}]""", """[{"rid":"a"},{"rid":"a"}]""", "encodings[1].rid must be unique")]
    [InlineData("""[{"mimeType":"video/VP8","payloadType":1,"clockRate":1}]""", """[{"rid":"a"},{"rid":"b","scalabilityMode":"L2T1"}]""", "encodings[1].scalabilityMode must not have several spatial layers where there are several encodings")]
    public void Contradictions_inside_parameters_are_refused(string codecs, string encodings, string reason)
    {
        var json = $$"""{"codecs":{{codecs}},"encodings":{{encodings}}}""";
        Assert.False(OrtcJson.TryParse(Utf8(json), out RtpParameters? _, out var error, "params"));
        Assert.Equal($"params.{reason}", error.Reason);
    }

    [Theory]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"codecs":[{"mimeType":"video/VP8","clockRate":0}]}""", "codecs[0].clockRate must be a number in 1..1000000")]
    [InlineData("""{"codecs":[{"mimeType":"video/VP8","clockRate":1,"preferredPayloadType":-1}]}""", "codecs[0].preferredPayloadType must be a number in 0..127")]
    [InlineData("""{"headerExtensions":[{"uri":"x","preferredId":1}]}""", "headerExtensions[0].kind is missing")]
    [InlineData("""{"headerExtensions":[{"kind":"Audio","uri":"x","preferredId":1}]}""", "headerExtensions[0].kind must be one of audio, video")]
    [InlineData("""{"headerExtensions":[{"kind":0,"uri":"x","preferredId":1}]}""", "headerExtensions[0].kind must be one of audio, video")]
    [InlineData("""{"headerExtensions":[{"kind":"audio","uri":"x","preferredId":256}]}""", "headerExtensions[0].preferredId must be a number in 1..255")]
    [InlineData("""{"headerExtensions":[{"kind":"audio","uri":"x","preferredId":1,"direction":"both"}]}""", "headerExtensions[0].direction must be one of sendrecv, sendonly, recvonly, inactive")]
    [InlineData("""{"headerExtensions":[{"kind":"audio","uri":"x","preferredId":1,"preferredEncrypt":"no"}]}""", "headerExtensions[0].preferredEncrypt must be true or false")]
    public void A_mistake_in_capabilities_is_named_with_its_path(string json, string reason)
    {
        Assert.False(OrtcJson.TryParse(Utf8(json), out RtpCapabilities? capabilities, out var error));
        Assert.Null(capabilities);
        Assert.StartsWith("rtpCapabilities", error.Reason, StringComparison.Ordinal);
        Assert.EndsWith(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_capabilities_are_capabilities()
    {
        Assert.True(OrtcJson.TryParse("{}"u8, out RtpCapabilities? capabilities, out _));
        Assert.Empty(capabilities.Codecs);
        Assert.Empty(capabilities.HeaderExtensions);
    }

    [Fact]
    public void A_kind_is_audio_or_video_and_nothing_else()
    {
        Assert.True(OrtcJson.TryParse(Element("\"video\""), out MediaKind kind, out _));
        Assert.Equal(MediaKind.Video, kind);
        foreach (var wrong in new[] { "\"Video\"", "1", "null", "[]", "\"audio, video\"" })
        {
            Assert.False(OrtcJson.TryParse(Element(wrong), out MediaKind _, out var error));
            Assert.Equal("kind must be one of audio, video", error.Reason);
        }

        Assert.False(OrtcJson.TryParse(default, out MediaKind _, out _));
    }

    [Fact]
    public void An_absent_element_is_refused()
    {
        Assert.False(OrtcJson.TryParse(default(JsonElement), out RtpParameters? _, out var error));
        Assert.Equal("rtpParameters must be an object", error.Reason);
        Assert.False(OrtcJson.TryParse(default(JsonElement), out ImmutableArray<RtpCodecCapability> codecs, out _));
        Assert.Empty(codecs);
    }

    [Theory]
    [InlineData("codecs", OrtcLimits.Codecs)]
    [InlineData("headerExtensions", OrtcLimits.HeaderExtensions)]
    [InlineData("encodings", OrtcLimits.Encodings)]
    public void Lists_are_bounded(string name, int limit)
    {
        var json = new JsonObject { ["codecs"] = new JsonArray(Codec(0)) };
        var list = new JsonArray();
        for (var i = 0; i < limit; i++)
        {
            list.Add(Item(i));
        }

        json[name] = list;
        Assert.True(OrtcJson.TryParse(Utf8(json.ToJsonString()), out RtpParameters? _, out var error), error?.Reason);

        list.Add(Item(limit));
        Assert.False(OrtcJson.TryParse(Utf8(json.ToJsonString()), out RtpParameters? _, out error));
        Assert.Contains($"rtpParameters.{name}", error.Reason, StringComparison.Ordinal);

        JsonNode Item(int i) => name switch
        {
            "codecs" => Codec(i),
            "headerExtensions" => new JsonObject { ["uri"] = $"urn:{i}", ["id"] = i + 1 },
            _ => new JsonObject { ["ssrc"] = i + 1 },
        };

        static JsonObject Codec(int i) => new() { ["mimeType"] = "video/VP8", ["payloadType"] = i, ["clockRate"] = 90_000 };
    }

    [Fact]
    public void Texts_and_parameters_are_bounded()
    {
        RefusedWith("msid", node => node["msid"] = new string('m', 257));
        RefusedWith("mid", node => node["mid"] = new string('m', 33));
        RefusedWith("rid", node => node["encodings"]![0]!["rid"] = new string('r', 33));
        RefusedWith("scalabilityMode", node => node["encodings"]![0]!["scalabilityMode"] = new string('L', 33));
        RefusedWith("uri", node => node["headerExtensions"]![0]!["uri"] = new string('u', 257));
        RefusedWith("mimeType", node => node["codecs"]![0]!["mimeType"] = "video/" + new string('u', 60));
        RefusedWith("type", node => node["codecs"]![0]!["rtcpFeedback"]![0]!["type"] = new string('u', 65));
        RefusedWith("parameter", node => node["codecs"]![0]!["rtcpFeedback"]![0]!["parameter"] = new string('u', 65));
        RefusedWith("parameters", node => node["codecs"]![0]!["parameters"]!["x"] = new string('u', 1025));
        RefusedWith("parameters", node => node["codecs"]![0]!["parameters"]![new string('u', 1025)] = 1);
        RefusedWith("parameters", node =>
        {
            for (var i = 0; i < OrtcLimits.Parameters; i++)
            {
                node["codecs"]![0]!["parameters"]![$"k{i}"] = i;
            }
        });
        RefusedWith("rtcpFeedback", node => node["codecs"]![0]!["rtcpFeedback"] =
            new JsonArray([.. Enumerable.Range(0, 33).Select(i => new JsonObject { ["type"] = $"t{i}" })]));

        Assert.False(OrtcJson.TryParse(new byte[OrtcLimits.DocumentBytes + 1], out RtpParameters? _, out var error));
        Assert.Contains("bytes", error.Reason, StringComparison.Ordinal);

        static void RefusedWith(string member, Action<JsonNode> change)
        {
            var node = JsonNode.Parse(GoodParameters)!;
            change(node);
            Assert.False(OrtcJson.TryParse(Utf8(node.ToJsonString()), out RtpParameters? _, out var error));
            Assert.Contains($".{member}", error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var json = $$"""{"codecs":[],"x":{{new string('[', 1000)}}{{new string(']', 1000)}}}""";
        Assert.False(OrtcJson.TryParse(Utf8(json), out RtpParameters? _, out var error));
        Assert.Equal("rtpParameters is not JSON", error.Reason);
    }

    [Fact]
    public void No_truncation_is_accepted_or_throws()
    {
        var bytes = Utf8(GoodParameters.TrimEnd());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(OrtcJson.TryParse(bytes.AsSpan(0, length), out RtpParameters? parameters, out var error));
            Assert.Null(parameters);
            Assert.NotNull(error);
        }
    }

    [Fact]
    public void No_mutation_throws_and_what_is_accepted_can_be_written_and_read_again()
    {
        var random = new SeededRandom(15);
        var documents = new[]
        {
            Utf8(GoodParameters),
            Utf8(OracleFixtures.Root.GetProperty("documents").GetProperty("fakeReceive").GetProperty("document").GetRawText()),
            Utf8(OracleFixtures.Root.GetProperty("documents").GetProperty("fakeDtls").GetRawText()),
        };
        var accepted = 0;
        var refused = 0;
        for (var round = 0; round < 24_000; round++)
        {
            var bytes = documents[round % documents.Length].ToArray();
            for (var changes = 1 + random.Next(4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"0123456789\"\\{}[]:,-.eutn "[random.Next(25)];
            }

            var json = Read(bytes, round % documents.Length);
            if (json is null)
            {
                refused++;
                continue;
            }

            accepted++;
            Assert.Equal(json, Read(Utf8(json), round % documents.Length));
        }

        Assert.True(accepted > 1_000 && refused > 1_000, $"{accepted} accepted, {refused} refused");
    }

    private static string? Read(byte[] bytes, int shape)
    {
        OrtcError? error;
        string? json = shape switch
        {
            0 => OrtcJson.TryParse(bytes, out RtpParameters? parameters, out error)
                ? JsonSerializer.Serialize(parameters, OrtcJsonContext.Default.RtpParameters) : null,
            1 => OrtcJson.TryParse(bytes, out RtpCapabilities? capabilities, out error)
                ? JsonSerializer.Serialize(capabilities, OrtcJsonContext.Default.RtpCapabilities) : null,
            _ => OrtcJson.TryParse(bytes, out DtlsParameters? dtls, out error)
                ? JsonSerializer.Serialize(dtls, OrtcJsonContext.Default.DtlsParameters) : null,
        };
        Assert.Equal(json is null, error is not null);
        Assert.True(error is null || error.Reason.All(c => !char.IsControl(c)));
        return json;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static JsonElement Element(string json) => JsonDocument.Parse(json).RootElement;
}

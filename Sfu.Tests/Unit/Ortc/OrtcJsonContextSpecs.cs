using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Ortc;

/// <summary>What the program writes, it reads back the same.</summary>
public sealed class OrtcJsonContextSpecs
{
    [Fact]
    public void Capabilities_of_real_clients_survive_a_round_trip()
    {
        foreach (var name in new[] { "chromium", "fakeNative", "fakeReceive" })
        {
            var json = OracleFixtures.Root.GetProperty("documents").GetProperty(name).GetProperty("normal");
            var read = json.Deserialize(OrtcJsonContext.Default.RtpCapabilities)!;
            OracleFixtures.AssertSame(json, OracleFixtures.Json(read), name);
        }
    }

    [Fact]
    public void Consumable_parameters_survive_a_round_trip()
    {
        foreach (var json in OracleFixtures.All("consumables"))
        {
            var read = json.Deserialize(OrtcJsonContext.Default.RtpParameters)!;
            OracleFixtures.AssertSame(json, OracleFixtures.Json(read), "consumable");
        }
    }

    [Fact]
    public void Members_that_are_absent_are_empty_and_never_default()
    {
        var parameters = JsonSerializer.Deserialize("""{"codecs":[{"mimeType":"audio/opus","payloadType":1,"clockRate":2}]}""", OrtcJsonContext.Default.RtpParameters)!;
        Assert.Empty(parameters.Encodings);
        Assert.Empty(parameters.HeaderExtensions);
        Assert.Empty(parameters.Codecs[0].RtcpFeedback);
        Assert.Empty(parameters.Codecs[0].Parameters);
        Assert.Equal(RtcpParameters.Default, parameters.Rtcp);
        Assert.False(new RtpParameters { Codecs = default }.Codecs.IsDefault);
        Assert.False(new RtpCapabilities { HeaderExtensions = default }.HeaderExtensions.IsDefault);
        Assert.False(new RtpMapping { Encodings = default }.Encodings.IsDefault);
        Assert.False(new DtlsParameters { Fingerprints = default }.Fingerprints.IsDefault);
    }

    [Fact]
    public void Enums_have_their_wire_names()
    {
        var extension = new RtpHeaderExtension { Kind = MediaKind.Video, Uri = "u", PreferredId = 1, Direction = RtpHeaderExtensionDirection.RecvOnly };
        var json = OracleFixtures.Json(new RtpCapabilities { HeaderExtensions = [extension] });
        Assert.Equal(
            """{"kind":"video","uri":"u","preferredId":1,"preferredEncrypt":false,"direction":"recvonly"}""",
            json["headerExtensions"]![0]!.ToJsonString());
        Assert.Equal("\"svc\"", JsonSerializer.Serialize(ProducerType.Svc, OrtcJsonContext.Default.ProducerType));
        Assert.Equal("\"pipe\"", JsonSerializer.Serialize(ConsumerType.Pipe, OrtcJsonContext.Default.ConsumerType));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("\"Audio\"", OrtcJsonContext.Default.MediaKind));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("0", OrtcJsonContext.Default.MediaKind));
    }

    [Fact]
    public void Parameter_values_keep_their_type_and_order()
    {
        const string Json = """{"b":"1","a":1,"f":0.25,"big":9007199254740992,"neg":-3,"t":true,"n":null,"":"empty"}""";
        var codec = JsonSerializer.Deserialize(
            $$"""[{"mimeType":"video/VP8","clockRate":90000,"parameters":{{Json}}}]""", OrtcJsonContext.Default.ImmutableArrayRtpCodecCapability)[0];
        Assert.NotEqual(codec.Parameters["a"], codec.Parameters["b"]);
        Assert.Equal(ParameterValue.Null, codec.Parameters["n"]);
        Assert.True(codec.Parameters.ContainsKey("n"));
        var written = JsonSerializer.SerializeToNode(ImmutableArray.Create(codec), OrtcJsonContext.Default.ImmutableArrayRtpCodecCapability)!;
        Assert.Equal(Json, written[0]!["parameters"]!.ToJsonString());
    }

    [Fact]
    public void Mappings_survive_a_round_trip()
    {
        var mapping = new RtpMapping
        {
            Codecs = [new RtpCodecMapping(96, 101)],
            Encodings = [new RtpEncodingMapping { Rid = "r0", MappedSsrc = 4_000_000_000 }, new RtpEncodingMapping { Ssrc = 1, MappedSsrc = 2 }],
        };
        var json = JsonSerializer.Serialize(mapping, OrtcJsonContext.Default.RtpMapping);
        Assert.Equal(
            """{"codecs":[{"payloadType":96,"mappedPayloadType":101}],"encodings":[{"rid":"r0","mappedSsrc":4000000000},{"ssrc":1,"mappedSsrc":2}]}""",
            json);
        var read = JsonSerializer.Deserialize(json, OrtcJsonContext.Default.RtpMapping)!;
        Assert.Equal(mapping.Codecs.AsEnumerable(), read.Codecs.AsEnumerable());
        Assert.Equal(mapping.Encodings.AsEnumerable(), read.Encodings.AsEnumerable());
    }
}

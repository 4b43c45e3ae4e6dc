using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;
using static Sfu.Tests.Unit.Ortc.OracleFixtures;

namespace Sfu.Tests.Unit.Ortc;

/// <summary>The negotiation answers as mediasoup's does, input by input.</summary>
public sealed class OracleSpecs
{
    [Fact]
    public void Supported_capabilities_are_those_of_mediasoup_and_redundant_audio()
    {
        var supported = SupportedRtpCapabilities.Value;
        Assert.Single(supported.Codecs, static codec => codec.MimeType == "audio/red");
        var ours = Json(supported with { Codecs = supported.Codecs.RemoveAll(static codec => codec.MimeType == "audio/red") });

        // A browser needs the descriptor for AV1 with spatial layers, so that it is also sent.
        var descriptor = ours["headerExtensions"]!.AsArray().Single(extension => (string?)extension!["uri"] == RtpHeaderExtensionUri.DependencyDescriptor)!;
        Assert.Equal("sendrecv", (string?)descriptor["direction"]);
        descriptor["direction"] = "recvonly";
        AssertSame(Root.GetProperty("supported"), ours, "supported");
    }

    [Fact]
    public void Router_capabilities_are_those_of_mediasoup()
    {
        foreach (var fixture in All("routers"))
        {
            var mediaCodecs = fixture.GetProperty("mediaCodecs");
            RtpCapabilities? capabilities = null;
            var ok = OrtcJson.TryParse(mediaCodecs, out ImmutableArray<RtpCodecCapability> parsed, out var error)
                && RouterNegotiation.TryGenerateRouterRtpCapabilities(parsed, out capabilities, out error);

            Assert.Equal((mediaCodecs.GetRawText(), ExpectedError(fixture)), (mediaCodecs.GetRawText(), error?.Code));
            if (ok)
            {
                AssertSame(fixture.GetProperty("value"), Json(capabilities!)["codecs"], mediaCodecs.GetRawText());
            }
        }
    }

    [Fact]
    public void Producer_mapping_and_consumable_parameters_are_those_of_mediasoup()
    {
        foreach (var fixture in All("producers"))
        {
            var kind = fixture.GetProperty("kind").GetString() == "audio" ? MediaKind.Audio : MediaKind.Video;
            var capabilities = RouterCapabilities(fixture.GetProperty("router").GetInt32());
            var json = fixture.GetProperty("parameters");
            RtpParameters? mapped = null;
            RtpMapping? mapping = null;
            var ok = OrtcJson.TryParse(json, out RtpParameters? parameters, out var error)
                && ProducerNegotiation.TryGetProducerRtpParametersMapping(
                    parameters, capabilities, new SeededRandom(1), out mapped, out mapping, out error);

            Assert.Equal((json.GetRawText(), ExpectedError(fixture)), (json.GetRawText(), error?.Code));
            if (!ok)
            {
                continue;
            }

            var seen = new Dictionary<uint, uint>();
            var expected = fixture.GetProperty("value");
            var mappingJson = JsonSerializer.SerializeToNode(mapping, OrtcJsonContext.Default.RtpMapping)!;
            foreach (var encoding in mappingJson["encodings"]!.AsArray())
            {
                encoding!.AsObject().Remove("scalabilityMode");
            }

            AssertSame(expected.GetProperty("codecs"), Json(mapped!)["codecs"], json.GetRawText());
            AssertSame(expected.GetProperty("mapping"), Renumber(mappingJson, seen), json.GetRawText());
            var consumable = ProducerNegotiation.GetConsumableRtpParameters(kind, mapped!, capabilities, mapping!);
            AssertSame(expected.GetProperty("consumable"), WithExtensionIds(Renumber(Json(consumable), seen)), json.GetRawText());
        }
    }

    [Fact]
    public void Consumer_parameters_are_those_of_mediasoup()
    {
        var consumables = Root.GetProperty("consumables");
        foreach (var fixture in All("consumers"))
        {
            var about = fixture.GetRawText();
            var consumable = consumables[fixture.GetProperty("consumable").GetInt32()].Deserialize(OrtcJsonContext.Default.RtpParameters)!;
            Assert.True(OrtcJson.TryParse(fixture.GetProperty("capabilities"), out RtpCapabilities? capabilities, out var refused), refused?.Reason);

            Assert.Equal((about, fixture.GetProperty("can").GetBoolean()), (about, ConsumerNegotiation.CanConsume(consumable, capabilities)));
            var ok = ConsumerNegotiation.TryGetConsumerRtpParameters(
                consumable,
                capabilities,
                fixture.GetProperty("enableRtx").GetBoolean(),
                new SeededRandom(2),
                out var parameters,
                out var error,
                fixture.GetProperty("pipe").GetBoolean());

            Assert.Equal((about, ExpectedError(fixture)), (about, error?.Code));
            if (ok)
            {
                AssertSame(fixture.GetProperty("value"), WithExtensionIds(Renumber(Json(parameters!), [])), about);
            }
        }
    }

    [Fact]
    public void Pipe_consumer_parameters_are_those_of_mediasoup()
    {
        var consumables = Root.GetProperty("consumables");
        foreach (var fixture in All("pipes"))
        {
            var consumable = consumables[fixture.GetProperty("consumable").GetInt32()].Deserialize(OrtcJsonContext.Default.RtpParameters)!;
            var parameters = ConsumerNegotiation.GetPipeConsumerRtpParameters(
                consumable, fixture.GetProperty("enableRtx").GetBoolean(), new SeededRandom(3));
            AssertSame(fixture.GetProperty("value"), WithExtensionIds(Renumber(Json(parameters), [])), fixture.GetRawText());
        }
    }

    [Fact]
    public void Capabilities_of_real_clients_are_normalized_as_by_mediasoup()
    {
        foreach (var name in new[] { "chromium", "fakeNative", "fakeReceive" })
        {
            var fixture = Root.GetProperty("documents").GetProperty(name);
            Assert.True(OrtcJson.TryParse(fixture.GetProperty("document"), out RtpCapabilities? capabilities, out var error), error?.Reason);
            AssertSame(fixture.GetProperty("normal"), Json(capabilities), name);
        }
    }

    [Fact]
    public void Every_member_that_mediasoup_refuses_is_refused()
    {
        var disagreements = Changes().Where(change => !change.Taken && change.Error is null).Select(change => change.ToString());
        Assert.Empty(disagreements);
    }

    /// <summary>
    /// Stricter are: ranges, sizes, types of optional members, references inside the document. A member left out is never refused, but for
    /// the references that break with it.
    /// </summary>
    [Fact]
    public void Leaving_out_what_mediasoup_can_do_without_is_accepted()
    {
        var disagreements = Changes()
            .Where(change => change.Taken && change.Error is not null && change.Value is null or { ValueKind: JsonValueKind.Null })
            .Select(change => change.Path)
            .Distinct();
        Assert.Equal(["codecs/1/parameters", "codecs/1/parameters/apt"], disagreements);
    }

    [Fact]
    public void A_refusal_names_the_member_that_was_changed()
    {
        // A changed payload type makes the references to it wrong, and these are named.
        foreach (var change in Changes().Where(change => change.Error is not null && change.Path != "codecs/0/payloadType"))
        {
            var member = change.Path.Split('/').Last(part => !int.TryParse(part, out _));
            Assert.Contains(member, change.Error!.Reason, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<Change> Changes()
    {
        foreach (var (name, isCapabilities) in new[] { ("capabilities", true), ("parameters", false) })
        {
            var fixture = Root.GetProperty("changes").GetProperty(name);
            foreach (var member in fixture.GetProperty("changes").EnumerateObject())
            {
                foreach (var change in member.Value.EnumerateArray())
                {
                    var value = change.GetArrayLength() == 2 ? change[0] : (JsonElement?)null;
                    var document = Apply(fixture.GetProperty("document"), member.Name, value);
                    OrtcError? error;
                    var ok = isCapabilities
                        ? OrtcJson.TryParse(document, out RtpCapabilities? _, out error)
                        : OrtcJson.TryParse(document, out RtpParameters? _, out error);
                    Assert.Equal(ok, error is null);
                    yield return new Change(name, member.Name, value, change[change.GetArrayLength() - 1].GetString() == "taken", error);
                }
            }
        }
    }

    private static JsonElement Apply(JsonElement document, string path, JsonElement? value)
    {
        var root = JsonNode.Parse(document.GetRawText())!;
        var keys = path.Split('/');
        var parent = root;
        foreach (var key in keys[..^1])
        {
            parent = parent is JsonArray array ? array[int.Parse(key, null)]! : parent[key]!;
        }

        var node = value is { } given ? JsonNode.Parse(given.GetRawText()) : null;
        if (parent is JsonArray list)
        {
            list[int.Parse(keys[^1], null)] = node;
        }
        else if (value is null)
        {
            parent.AsObject().Remove(keys[^1]);
        }
        else
        {
            parent[keys[^1]] = node;
        }

        return JsonDocument.Parse(root.ToJsonString()).RootElement;
    }

    private sealed record Change(string Document, string Path, JsonElement? Value, bool Taken, OrtcError? Error)
    {
        public override string ToString() =>
            $"{Document} {Path} = {Value?.GetRawText() ?? "(left out)"}: mediasoup {(Taken ? "takes" : "refuses")}, ours: {Error?.Reason ?? "takes"}";
    }
}

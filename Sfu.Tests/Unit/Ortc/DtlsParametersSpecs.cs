using System.Text.Json;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Ortc;

public sealed class DtlsParametersSpecs
{
    private const string Sha1 = "82:5a:68:3D:36:C3:0A:DE:AF:E7:32:43:D2:88:83:57:AC:2D:65:E5";

    [Fact]
    public void Parameters_of_clients_and_servers_are_read()
    {
        foreach (var name in new[] { "fakeDtls", "serverDtls" })
        {
            var json = OracleFixtures.Root.GetProperty("documents").GetProperty(name);
            Assert.True(OrtcJson.TryParse(json, out DtlsParameters? parameters, out var error), error?.Reason);
            OracleFixtures.AssertSame(json, JsonSerializer.SerializeToNode(parameters, OrtcJsonContext.Default.DtlsParameters), name);
        }
    }

    [Theory]
    [InlineData("client", DtlsRole.Client)]
    [InlineData("server", DtlsRole.Server)]
    [InlineData("auto", DtlsRole.Auto)]
    public void Roles_have_lower_case_names(string name, DtlsRole role)
    {
        Assert.True(TryParse($$"""{"role":"{{name}}","fingerprints":[{"algorithm":"sha-1","value":"{{Sha1}}"}]}""", out var parameters, out _));
        Assert.Equal(role, parameters!.Role);
    }

    [Fact]
    public void A_role_that_is_not_given_is_auto_and_fingerprints_are_normalized()
    {
        Assert.True(TryParse($$"""{"fingerprints":[{"algorithm":"SHA-1","value":"{{Sha1}}"}]}""", out var parameters, out _));
        Assert.Equal(DtlsRole.Auto, parameters!.Role);
        Assert.Equal([new DtlsFingerprint("sha-1", Sha1.ToUpperInvariant())], parameters.Fingerprints.AsEnumerable());
    }

    [Fact]
    public void Unknown_algorithms_are_dropped_as_long_as_a_known_one_remains()
    {
        const string Unknown = """{"algorithm":"sha3-256","value":"00"}""";
        Assert.True(TryParse($$"""{"fingerprints":[{{Unknown}},{"algorithm":"sha-1","value":"{{Sha1}}"}]}""", out var parameters, out _));
        Assert.Equal("sha-1", Assert.Single(parameters!.Fingerprints).Algorithm);

        Assert.False(TryParse($$"""{"fingerprints":[{{Unknown}}]}""", out _, out var error));
        Assert.StartsWith("dtlsParameters.fingerprints must hold", error!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "fingerprints is missing")]
    [InlineData("""{"fingerprints":[]}""", "fingerprints must hold a fingerprint of a known algorithm: sha-1, sha-224, sha-256, sha-384, sha-512")]
    [InlineData("""{"fingerprints":[{"value":"00"}]}""", "fingerprints[0].algorithm is missing")]
    [InlineData("""{"fingerprints":[{"algorithm":"sha-1"}]}""", "fingerprints[0].value is missing")]
    [InlineData("""{"fingerprints":[{"algorithm":"sha-256","value":"82:5A"}]}""", "fingerprints[0].value must be 32 hexadecimal bytes with colons between them")]
    [InlineData("""{"fingerprints":[{"algorithm":"sha-1","value":"82-5a-68-3D-36-C3-0A-DE-AF-E7-32-43-D2-88-83-57-AC-2D-65-E5"}]}""", "fingerprints[0].value must be 20 hexadecimal bytes with colons between them")]
    [InlineData("""{"fingerprints":[{"algorithm":"sha-1","value":"8g:5a:68:3D:36:C3:0A:DE:AF:E7:32:43:D2:88:83:57:AC:2D:65:E5"}]}""", "fingerprints[0].value must be 20 hexadecimal bytes with colons between them")]
    [InlineData("""{"role":"active","fingerprints":[]}""", "role must be one of auto, client, server")]
    public void Mistakes_are_named_with_their_path(string json, string reason)
    {
        Assert.False(TryParse(json, out _, out var error));
        Assert.Equal($"dtlsParameters.{reason}", error!.Reason);
    }

    private static bool TryParse(string json, out DtlsParameters? parameters, out OrtcError? error) =>
        OrtcJson.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out parameters, out error);
}

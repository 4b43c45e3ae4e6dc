using System.Security.Cryptography;
using Sfu.Media.Dtls;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Dtls;

public sealed class DtlsFingerprintSpecs
{
    private static readonly byte[] Abc = "abc"u8.ToArray();

    // FIPS 180-4's example message "abc".
    [Theory]
    [InlineData("sha-1", "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D")]
    [InlineData("sha-224", "23:09:7D:22:34:05:D8:22:86:42:A4:77:BD:A2:55:B3:2A:AD:BC:E4:BD:A0:B3:F7:E3:6C:9D:A7")]
    [InlineData("sha-256", "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD")]
    public void Hashes_are_those_of_the_standard(string algorithm, string expected)
    {
        Assert.Equal(expected, DtlsFingerprint.Of(algorithm, Abc).Value);
        Assert.True(new DtlsFingerprint(algorithm, expected).Matches(Abc));
        Assert.False(new DtlsFingerprint(algorithm, expected).Matches("abd"u8));
    }

    [Fact]
    public void Long_hashes_agree_with_dotnet()
    {
        Assert.Equal(Convert.ToHexString(SHA384.HashData(Abc)), DtlsFingerprint.Of("sha-384", Abc).Value.Replace(":", "", StringComparison.Ordinal));
        Assert.Equal(Convert.ToHexString(SHA512.HashData(Abc)), DtlsFingerprint.Of("sha-512", Abc).Value.Replace(":", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Letter_case_does_not_matter()
    {
        foreach (var fingerprint in DtlsFingerprint.AllOf(Abc))
        {
            Assert.True(DtlsFingerprint.TryParse(fingerprint.Algorithm.ToUpperInvariant(), fingerprint.Value.ToLowerInvariant(), out var parsed));
            Assert.Equal(fingerprint, parsed);
            Assert.True(parsed.Matches(Abc));
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("sha-256", null)]
    [InlineData("sha-256", "")]
    [InlineData("md5", "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C")]
    [InlineData("sha256", "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD")]
    [InlineData("sha-1", "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    [InlineData("sha-1", "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9G")]
    [InlineData("sha-1", "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D:")]
    [InlineData("sha-1", "A9-99-3E-36-47-06-81-6A-BA-3E-25-71-78-50-C2-6C-9C-D0-D8-9D")]
    [InlineData("sha-224", "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D")]
    public void Malformed_fingerprints_are_refused(string? algorithm, string? value)
    {
        Assert.False(DtlsFingerprint.TryParse(algorithm, value, out var parsed));
        Assert.Null(parsed);
        if (algorithm is not null && value is not null)
        {
            Assert.Throws<ArgumentException>(() => new DtlsFingerprint(algorithm, value));
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        foreach (var fingerprint in DtlsFingerprint.AllOf(Abc))
        {
            for (var length = 0; length < fingerprint.Value.Length; length++)
            {
                Assert.False(DtlsFingerprint.TryParse(fingerprint.Algorithm, fingerprint.Value[..length], out _));
            }
        }
    }

    [Fact]
    public void Mutations_parse_to_something_else_or_not_at_all()
    {
        var random = new SeededRandom(1);
        var original = DtlsFingerprint.Of("sha-256", Abc);
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var value = original.Value.ToCharArray();
            var at = random.Next(value.Length);
            value[at] = (char)random.Next(random.Next(2) == 0 ? 128 : 0x10000);
            if (DtlsFingerprint.TryParse("sha-256", new string(value), out var parsed))
            {
                accepted++;
                Assert.Equal(parsed == original, parsed.Matches(Abc));
                Assert.Equal(char.ToUpperInvariant(value[at]) == original.Value[at], parsed == original);
            }
        }

        Assert.InRange(accepted, 1, 5_000);
    }
}

using Sfu.Media.Srtp;
using Sfu.Media.Srtp.Kernels;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>RFC 3711 appendix B. (B.1 is AES-f8, which no WebRTC profile uses.)</summary>
public sealed class Rfc3711VectorSpecs
{
    private static readonly byte[] MasterKey = Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE4139");
    private static readonly byte[] MasterSalt = Convert.FromHexString("0EC675AD498AFEEBB6960B3AABE6");

    [Fact]
    public void Counter_mode_keystream_is_that_of_B_2()
    {
        const int SegmentLength = 1044512;
        var key = Convert.FromHexString("2B7E151628AED2A6ABF7158809CF4F3C");
        var salt = Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
        foreach (var path in CryptoPaths.Available)
        {
            using var cipher = new CounterHmacCipher(
                SrtpProfile.AesCm128HmacSha1Tag80, key, salt, new byte[20], key, salt, new byte[20], path);
            var payload = new byte[SegmentLength];
            var sealedPacket = new byte[12 + payload.Length + cipher.RtpOverhead];

            Assert.True(cipher.SealRtp(sealedPacket, 12, payload, ssrc: 0, index: 0, batch: null));

            var keystream = sealedPacket[12..^cipher.RtpOverhead];
            Assert.Equal(
                "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
                Convert.ToHexString(keystream[..48]));
            Assert.Equal(
                "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44",
                Convert.ToHexString(keystream[^48..]));
        }
    }

    [Theory]
    [InlineData((byte)SrtpKeyLabel.RtpEncryption, "C61E7A93744F39EE10734AFE3FF7A087")]
    [InlineData((byte)SrtpKeyLabel.RtpSalt, "30CBBC08863D8C85D49DB34A9AE1")]
    [InlineData(
        (byte)SrtpKeyLabel.RtpAuthentication,
        "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25"
        + "6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2")]
    public void Key_derivation_is_that_of_B_3(byte label, string expected)
    {
        var derived = new byte[expected.Length / 2];
        SrtpKeyDerivation.Derive(MasterKey, MasterSalt, (SrtpKeyLabel)label, derived);
        Assert.Equal(expected, Convert.ToHexString(derived));
        Assert.Equal(expected, Convert.ToHexString(ReferenceSrtp.Derive(MasterKey, MasterSalt, label, derived.Length)));
    }

    [Fact]
    public void Hmac_equals_dotnets_at_each_length()
    {
        var key = new byte[HmacSha1.KeyLength];
        new SeededRandom(2104).Fill(key);
        using var hmac = new HmacSha1(key);
        var mac = new byte[HmacSha1.MacLength];
        for (var length = 1; length < 300; length++)
        {
            var message = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
            for (var suffix = 0; suffix <= Math.Min(4, length); suffix += 4)
            {
                hmac.Compute(message.AsSpan(0, length - suffix), message.AsSpan(length - suffix), mac);
                Assert.Equal(ReferenceSrtp.Mac(key, message), mac);
            }
        }
    }
}

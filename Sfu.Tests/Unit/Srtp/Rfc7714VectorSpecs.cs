using Sfu.Media.Srtp;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>RFC 7714 §16 and §17, by each path. The vectors give session keys, not master keys.</summary>
public sealed class Rfc7714VectorSpecs
{
    private const string Key128 = "000102030405060708090a0b0c0d0e0f";
    private const string Key256 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string Salt = "517569642070726f2071756f";
    private const string Rtp = "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
    private const string Rtcp = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
    private const uint RtcpIndex = 0x5d4;

    // §16.1.1, §16.2.1.
    [Theory]
    [InlineData(Key128, "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce")]
    [InlineData(Key256, "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13")]
    public void Rtp_is_protected_and_unprotected_as_in_section_16(string key, string expected)
    {
        var plain = Convert.FromHexString(Rtp);
        var wire = Convert.FromHexString(Rtp[..24] + expected);
        foreach (var path in CryptoPaths.Available)
        {
            using var sender = new SrtpSender(Cipher(key, seals: true, path));
            using var receiver = new SrtpReceiver(Cipher(key, seals: false, path));
            var buffer = new byte[wire.Length];

            Assert.Equal(wire.Length, sender.ProtectRtp(plain, 12, buffer));
            Assert.Equal(wire, buffer);
            Assert.Equal(SrtpStatus.Ok, receiver.UnprotectRtp(buffer, 12, out var length));
            Assert.Equal(plain, buffer[..length]);
        }
    }

    // §16.1.3, §16.2.3: the whole packet as associated data.
    [Theory]
    [InlineData(Key128, "22493f82d2bce397e9d79e3b19aa4216")]
    [InlineData(Key256, "a866d5910f887463067ceefec45215d4")]
    public void A_packet_can_be_tagged_without_encryption_as_in_section_16(string key, string expected)
    {
        var iv = new byte[12];
        SrtpIv.WriteGcm(Convert.FromHexString(Salt), 0x5501a0b2, 0xf17b, iv);
        Assert.Equal("51753c6580c2726f20718414", Convert.ToHexStringLower(iv));
        foreach (var path in CryptoPaths.Available)
        {
            using var gcm = GcmKey.Create(Convert.FromHexString(key), seals: true, path);
            var tag = new byte[16];
            Assert.True(gcm.Seal(iv, Convert.FromHexString(Rtp), [], tag));
            Assert.Equal(expected, Convert.ToHexStringLower(tag));
        }
    }

    // §17.1, §17.2.
    [Theory]
    [InlineData(Key128, "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade")]
    [InlineData(Key256, "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be")]
    public void Rtcp_is_protected_and_unprotected_as_in_section_17(string key, string expected)
    {
        var plain = Convert.FromHexString(Rtcp);
        var wire = Convert.FromHexString(Rtcp[..16] + expected + "800005d4");
        foreach (var path in CryptoPaths.Available)
        {
            using var sender = new SrtpSender(Cipher(key, seals: true, path), firstRtcpIndex: RtcpIndex);
            using var receiver = new SrtpReceiver(Cipher(key, seals: false, path));
            var buffer = new byte[wire.Length];

            Assert.Equal(wire.Length, sender.ProtectRtcp(plain, buffer));
            Assert.Equal(wire, buffer);
            Assert.Equal(SrtpStatus.Ok, receiver.UnprotectRtcp(buffer, out var length));
            Assert.Equal(plain, buffer[..length]);
        }
    }

    // §17.3, §17.4: the E-bit is clear.
    [Theory]
    [InlineData(Key128, "841dd9683dd78ec92ae58790125f62b3")]
    [InlineData(Key256, "91db4afbfeee5a978fab4393ed2615fe")]
    public void Rtcp_without_encryption_is_authenticated_as_in_section_17(string key, string tag)
    {
        foreach (var path in CryptoPaths.Available)
        {
            using var receiver = new SrtpReceiver(Cipher(key, seals: false, path));
            var wire = Convert.FromHexString(Rtcp + tag + "000005d4");
            var forged = Convert.FromHexString(Rtcp + tag + "000005d4");
            forged[20] ^= 1;
            var before = (byte[])forged.Clone();

            Assert.Equal(SrtpStatus.AuthenticationFailed, receiver.UnprotectRtcp(forged, out _));
            Assert.Equal(before, forged);
            Assert.Equal(SrtpStatus.Ok, receiver.UnprotectRtcp(wire, out var length));
            Assert.Equal(Convert.FromHexString(Rtcp), wire[..length]);
        }
    }

    private static GcmCipher Cipher(string key, bool seals, CryptoPath path)
    {
        var keyBytes = Convert.FromHexString(key);
        var salt = Convert.FromHexString(Salt);
        return new GcmCipher(keyBytes, salt, keyBytes, salt, seals, path);
    }
}

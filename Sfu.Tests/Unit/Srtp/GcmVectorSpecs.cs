using Sfu.Media.Srtp.Kernels;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>
/// AES-GCM by each path on the test cases of its authors' submission to NIST (McGrew and Viega, "The Galois/Counter Mode of
/// Operation", appendix B), those with nonces of 96 bits.
/// </summary>
public sealed class GcmVectorSpecs
{
    private const string Key = "feffe9928665731c6d6a8f9467308308";
    private const string Nonce = "cafebabefacedbaddecaf888";
    private const string Associated = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    private const string Plain =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";

    private const string Ciphertext128 =
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985";

    private const string Ciphertext256 =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";

    private static readonly string _zeroes = new('0', 64);

    public static TheoryData<int, string, string, string, string, string> Cases => new()
    {
        { 1, _zeroes[..32], "", "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
        { 2, _zeroes[..32], "", _zeroes[..32], "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf" },
        { 3, Key, "", Plain, Ciphertext128, "4d5c2af327cd64a62cf35abd2ba6fab4" },
        { 4, Key, Associated, Plain[..120], Ciphertext128[..120], "5bc94fbc3221a5db94fae95ae7121a47" },
        { 13, _zeroes, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
        { 14, _zeroes, "", _zeroes[..32], "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
        { 15, Key + Key, "", Plain, Ciphertext256, "b094dac5d93471bdec1a502270e3cc6c" },
        { 16, Key + Key, Associated, Plain[..120], Ciphertext256[..120], "76fc6ece0f4e1768cddf8853bb2d551b" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_path_seals_and_opens_the_test_cases(int number, string key, string associated, string plain, string ciphertext, string tag)
    {
        var nonce = Convert.FromHexString(number is 1 or 2 or 13 or 14 ? _zeroes[..24] : Nonce);
        var associatedBytes = Convert.FromHexString(associated);
        foreach (var path in CryptoPaths.Available)
        {
            using var sealing = GcmKey.Create(Convert.FromHexString(key), seals: true, path);
            using var opening = GcmKey.Create(Convert.FromHexString(key), seals: false, path);
            var wire = new byte[(plain.Length / 2) + GcmKey.TagLength];
            Assert.True(sealing.Seal(nonce, associatedBytes, Convert.FromHexString(plain), wire));
            Assert.Equal(ciphertext + tag, Convert.ToHexStringLower(wire));
            Assert.True(opening.Open(nonce, associatedBytes, wire, wire.AsSpan(0, plain.Length / 2)));
            Assert.Equal(plain, Convert.ToHexStringLower(wire.AsSpan(0, plain.Length / 2)));
        }
    }

    // NIST SP 800-38A §F.5.1 and §F.5.5.
    [Theory]
    [InlineData(
        "2b7e151628aed2a6abf7158809cf4f3c",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Each_path_counts_as_in_SP_800_38A(string key, string ciphertext)
    {
        var plain = Convert.FromHexString(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        foreach (var path in CryptoPaths.Available)
        {
            using var counter = CounterKey.Create(Convert.FromHexString(key), path);
            var output = new byte[plain.Length];
            Assert.True(counter.Apply(Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), plain, output));
            Assert.Equal(ciphertext, Convert.ToHexStringLower(output));
        }
    }
}

using System.Security.Cryptography;
using Sfu.Media.Srtp;
using Sfu.Media.Srtp.Kernels;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>A million random cases for each kernel against .NET's own cryptography and OpenSSL's, from a seed.</summary>
public sealed class KernelDifferentialSpecs
{
    private const int Cases = 1_000_000;
    private const int CasesPerKey = 16;
    private const int MaxLength = 2000;
    private const int MaxAssociatedLength = 300;

    // Random bytes to cut keys, nonces and packets from: to draw each anew would take longer than the kernels.
    private const int PoolLength = 1 << 16;
    private const int MaxCut = 4096;

    private readonly byte[] _pool = new byte[PoolLength + MaxCut];

    [Theory]
    [CryptoPathData(CryptoPath.Hardware512)]
    [CryptoPathData(CryptoPath.Hardware256)]
    [CryptoPathData(CryptoPath.Hardware128)]
    public void Gcm_of_each_path_is_that_of_dotnet_and_notices_each_change(string name)
    {
        var path = Enum.Parse<CryptoPath>(name);
        var random = Seed(38_004);
        var wire = new byte[MaxLength + GcmKey.TagLength];
        var output = new byte[MaxLength + GcmKey.TagLength];
        for (var i = 0; i < Cases / CasesPerKey; i++)
        {
            var key = Cut(random, (i & 1) == 0 ? 16 : 32).ToArray();
            using var reference = new AesGcm(key, GcmKey.TagLength);
            using var sealing = GcmKey.Create(key, seals: true, path);
            using var opening = GcmKey.Create(key, seals: false, path);
            for (var j = 0; j < CasesPerKey; j++)
            {
                var length = Length(random, MaxLength);
                var nonce = Cut(random, GcmKey.NonceLength);
                var associated = Cut(random, Length(random, MaxAssociatedLength));
                var plain = Cut(random, length);
                var expected = wire.AsSpan(0, length + GcmKey.TagLength);
                reference.Encrypt(nonce, plain, expected[..length], expected[length..], associated);
                var got = output.AsSpan(0, expected.Length);
                Check(sealing.Seal(nonce, associated, plain, got) && got.SequenceEqual(expected), path, "sealing", length);
                Check(opening.Open(nonce, associated, got, got[..length]) && got[..length].SequenceEqual(plain), path, "opening", length);

                // In place, and then with one bit changed: ciphertext or tag.
                Check(sealing.Seal(nonce, associated, got[..length], got) && got.SequenceEqual(expected), path, "sealing in place", length);
                got[random.Next(got.Length)] ^= (byte)(1 << random.Next(8));
                var rejected = !opening.Open(nonce, associated, got, got[..length]) && !got[..length].ContainsAnyExcept((byte)0);
                Check(rejected, path, "a changed packet", length);
            }
        }
    }

    [Theory]
    [CryptoPathData(CryptoPath.Hardware128)]
    public void Counter_mode_is_that_of_OpenSsl(string name)
    {
        var path = Enum.Parse<CryptoPath>(name);
        var random = Seed(38_001);
        var firstBlock = new byte[CounterKey.BlockLength];
        var expected = new byte[MaxLength];
        var output = new byte[MaxLength];
        for (var i = 0; i < Cases / CasesPerKey; i++)
        {
            var key = Cut(random, (i & 1) == 0 ? 16 : 32);
            using var reference = CounterKey.Create(key, CryptoPath.OpenSsl);
            using var kernel = CounterKey.Create(key, path);
            for (var j = 0; j < CasesPerKey; j++)
            {
                var length = Length(random, MaxLength);
                var input = Cut(random, length);
                Cut(random, 14).CopyTo(firstBlock);
                reference.Apply(firstBlock, input, expected);
                kernel.Apply(firstBlock, input, output);
                Check(output.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, length)), path, "counter mode", length);
                kernel.Apply(firstBlock, output.AsSpan(0, length), output);
                Check(output.AsSpan(0, length).SequenceEqual(input), path, "counter mode in place", length);
            }
        }
    }

    [Theory]
    [TagLanesData(1)]
    [TagLanesData(8)]
    [TagLanesData(16)]
    public void Hmac_of_each_width_is_that_of_dotnet(int lanes)
    {
        const int SlotLength = MaxLength + HmacSha1.MacLength;
        const int Keys = 64;
        var random = Seed(2104 + lanes);
        var memory = GC.AllocateArray<byte>(SrtpTagBatch.Capacity * SlotLength, pinned: true);
        var suffix = Cut(random, HmacSha1.MaxSuffixLength).ToArray();
        var keyBytes = Enumerable.Range(0, Keys).Select(_ => Cut(random, HmacSha1.KeyLength).ToArray()).ToArray();
        var keys = Array.ConvertAll(keyBytes, static key => new HmacSha1(key));
        var lengths = new int[SrtpTagBatch.Capacity];
        var keyOf = new int[SrtpTagBatch.Capacity];
        using var batch = new SrtpTagBatch(lanes == 1 ? 0 : lanes);
        Span<byte> expected = stackalloc byte[HmacSha1.MacLength];
        for (var done = 0; done < Cases;)
        {
            // Seldom a full batch: passes of each number of messages.
            var count = 1 + random.Next(SrtpTagBatch.Capacity);
            var longest = random.Next(16) == 0 ? MaxLength : 200;
            for (var i = 0; i < count; i++)
            {
                lengths[i] = random.Next(longest);
                keyOf[i] = random.Next(Keys);
                var slot = memory.AsSpan(i * SlotLength, SlotLength);
                Cut(random, lengths[i]).CopyTo(slot);
                var tag = slot.Slice(lengths[i], HmacSha1.MacLength);
                if (lanes == 1)
                {
                    keys[keyOf[i]].Compute(slot[..lengths[i]], suffix, tag);
                }
                else
                {
                    batch.Add(keys[keyOf[i]], slot[..lengths[i]], suffix, tag);
                }
            }

            batch.Flush();
            for (var i = 0; i < count; i++)
            {
                var slot = memory.AsSpan(i * SlotLength, SlotLength);
                var tag = slot.Slice(lengths[i], HmacSha1.MacLength).ToArray();
                suffix.CopyTo(slot[lengths[i]..]);
#pragma warning disable CA5350 // The profiles are defined on SHA-1 (RFC 3711 §4.2.1).
                HMACSHA1.HashData(keyBytes[keyOf[i]], slot[..(lengths[i] + suffix.Length)], expected);
#pragma warning restore CA5350
                Assert.True(expected.SequenceEqual(tag), $"{lanes} lanes, {count} messages, length {lengths[i]}");
            }

            done += count;
        }

        Array.ForEach(keys, static k => k.Dispose());
    }

    private static void Check(bool right, CryptoPath path, string what, int length)
    {
        if (!right)
        {
            Assert.Fail($"{path}: {what} of {length} bytes");
        }
    }

    // Mostly short, where the ways through a kernel part, and some of each length.
    private static int Length(SeededRandom random, int max) => random.Next(32) == 0 ? random.Next(max + 1) : random.Next(Math.Min(max, 160));

    private SeededRandom Seed(int seed)
    {
        var random = new SeededRandom(seed);
        random.Fill(_pool);
        return random;
    }

    private ReadOnlySpan<byte> Cut(SeededRandom random, int length) => _pool.AsSpan(random.Next(PoolLength), length);
}

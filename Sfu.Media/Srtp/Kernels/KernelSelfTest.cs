namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// Compares the kernels of this processor with OpenSSL on lengths that take every way through them. Known answers are
/// <see cref="SrtpSelfTest"/>'s.
/// </summary>
internal static class KernelSelfTest
{
    private const int MaxLength = 1200;
    private const int AssociatedLength = 20;
    private const int Packets = SrtpTagBatch.Capacity + 1;

    // Nothing, less than a block, the borders of a batch, an audio and a video packet.
    private static readonly int[] Lengths = [0, 5, 127, 128, 160, MaxLength];

    /// <exception cref="InvalidOperationException">A kernel gives another answer than OpenSSL.</exception>
    public static void Run(CryptoPath path)
    {
        foreach (var length in Lengths)
        {
            CheckGcm(path, new byte[16], length);
            CheckGcm(path, new byte[32], length);
            CheckCounter(path, length);
        }

        CheckBatch();
    }

    private static void CheckGcm(CryptoPath path, byte[] keyBytes, int length)
    {
        Fill(keyBytes);
        var plain = new byte[length];
        Fill(plain);
        var associated = plain.AsSpan(0, Math.Min(length, AssociatedLength));
        Span<byte> nonce = stackalloc byte[GcmKey.NonceLength];
        Fill(nonce);
        var wire = new byte[length + GcmKey.TagLength];
        var expected = new byte[wire.Length];
        using var sealing = GcmKey.Create(keyBytes, seals: true, path);
        using var opening = GcmKey.Create(keyBytes, seals: false, path);
        using var reference = GcmKey.Create(keyBytes, seals: true, CryptoPath.OpenSsl);
        var done = sealing.Seal(nonce, associated, plain, wire) && reference.Seal(nonce, associated, plain, expected);
        Require(done && wire.AsSpan().SequenceEqual(expected), path, "AES-GCM");

        var opened = opening.Open(nonce, associated, wire, wire.AsSpan(0, length));
        Require(opened && wire.AsSpan(0, length).SequenceEqual(plain), path, "opened AES-GCM");
        expected[^1] ^= 1;
        Require(!opening.Open(nonce, associated, expected, expected.AsSpan(0, length)), path, "a forged AES-GCM tag");
    }

    private static void CheckCounter(CryptoPath path, int length)
    {
        var keyBytes = new byte[16];
        Fill(keyBytes);
        var output = new byte[length];
        var expected = new byte[length];
        Span<byte> firstBlock = stackalloc byte[CounterKey.BlockLength];
        Fill(firstBlock[..^2]);
        using var key = CounterKey.Create(keyBytes, path);
        using var reference = CounterKey.Create(keyBytes, CryptoPath.OpenSsl);
        var done = key.Apply(firstBlock, output, output) && reference.Apply(firstBlock, expected, expected);
        Require(done && output.AsSpan().SequenceEqual(expected), path, "AES-CM");
    }

    // One more than a batch holds, so that it flushes once by itself.
    private static void CheckBatch()
    {
        using var batch = new SrtpTagBatch();
        if (!batch.CanDefer)
        {
            return;
        }

        const int SlotLength = MaxLength + HmacSha1.MacLength;
        var keyBytes = new byte[HmacSha1.KeyLength];
        Fill(keyBytes);
        using var key = new HmacSha1(keyBytes);
        var memory = GC.AllocateUninitializedArray<byte>(Packets * SlotLength, pinned: true);
        Fill(memory);
        for (var i = 0; i < Packets; i++)
        {
            var slot = memory.AsSpan(i * SlotLength, SlotLength);
            var length = Lengths[i % Lengths.Length];
            batch.Add(key, slot[..length], keyBytes.AsSpan(0, HmacSha1.MaxSuffixLength), slot.Slice(length, HmacSha1.MacLength));
        }

        batch.Flush();
        Span<byte> expected = stackalloc byte[HmacSha1.MacLength];
        for (var i = 0; i < Packets; i++)
        {
            var slot = memory.AsSpan(i * SlotLength, SlotLength);
            var length = Lengths[i % Lengths.Length];
            key.Compute(slot[..length], keyBytes.AsSpan(0, HmacSha1.MaxSuffixLength), expected);
            Require(slot.Slice(length, HmacSha1.MacLength).SequenceEqual(expected), CryptoPaths.Best, "HMAC-SHA1 by the batch");
        }
    }

    private static void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((i * 167) + (i >> 8) + 13);
        }
    }

    private static void Require(bool right, CryptoPath path, string what)
    {
        if (!right)
        {
            throw new InvalidOperationException($"SRTP self-test: {path} differs from OpenSSL in {what}.");
        }
    }
}

namespace Sfu.Media.Srtp.Kernels;

/// <summary>An AES key for counter mode, which encrypts and decrypts alike. One thread at a time; no call but the factory allocates.</summary>
internal abstract class CounterKey : IDisposable
{
    public const int BlockLength = 16;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="path">One that is available here.</param>
    public static CounterKey Create(ReadOnlySpan<byte> key, CryptoPath path) =>
        path == CryptoPath.OpenSsl ? new OpenSslCounterKey(key) : new HardwareCounterKey(key);

    /// <summary>Encrypts or decrypts. False only when the library fails; the destination is then not to be used.</summary>
    /// <param name="firstBlock">The first counter block: 16 bytes, of which the last two are zero.</param>
    /// <param name="input">At most 2¹⁶ blocks (RFC 3711 §4.1.1).</param>
    /// <param name="output">At least as long. Starts where the input starts, or does not overlap it.</param>
    public abstract bool Apply(ReadOnlySpan<byte> firstBlock, ReadOnlySpan<byte> input, Span<byte> output);

    /// <summary>Zeroes and frees the key.</summary>
    public abstract void Dispose();
}

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// An AES-GCM key for one direction, with nonces of 12 bytes and whole tags. One thread at a time; no call but the factory allocates.
/// </summary>
internal abstract class GcmKey : IDisposable
{
    public const int NonceLength = 12;
    public const int TagLength = 16;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="seals">Whether it encrypts; otherwise it decrypts.</param>
    /// <param name="path">One that is available here.</param>
    public static GcmKey Create(ReadOnlySpan<byte> key, bool seals, CryptoPath path) => path switch
    {
        CryptoPath.OpenSsl => new OpenSslGcmKey(key, seals),
        CryptoPath.Hardware128 => new HardwareGcmKey<GhashLanes128>(key),
        CryptoPath.Hardware256 => new HardwareGcmKey<GhashLanes256>(key),
        CryptoPath.Hardware512 => new HardwareGcmKey<GhashLanes512>(key),
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "Not a path."),
    };

    /// <summary>Encrypts. False only when the library fails; the destination is then not to be used.</summary>
    /// <param name="nonce">Never used before under this key.</param>
    /// <param name="associated">Authenticated, not encrypted.</param>
    /// <param name="plain">May be empty.</param>
    /// <param name="destination">
    /// Exactly <see cref="TagLength"/> longer: takes ciphertext and tag. Starts where the plaintext starts, or does not overlap it.
    /// </param>
    public abstract bool Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> destination);

    /// <summary>Decrypts. When the tag is wrong, the destination is zeroed: plaintext that was not authenticated is not left lying about
    /// (RFC 5116 §2.2).</summary>
    /// <param name="nonce">As when it was sealed.</param>
    /// <param name="associated">As when it was sealed.</param>
    /// <param name="ciphertext">Ciphertext and tag.</param>
    /// <param name="destination">Exactly <see cref="TagLength"/> shorter. Starts where the ciphertext starts, or does not overlap it.</param>
    public abstract bool Open(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> ciphertext, Span<byte> destination);

    /// <summary>Zeroes and frees the key.</summary>
    /// <summary>Asks the processor for what the next packet needs.</summary>
    public virtual void Prefetch()
    {
    }

    public abstract void Dispose();
}

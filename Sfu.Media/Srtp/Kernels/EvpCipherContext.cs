using System.Diagnostics;
using System.Runtime.InteropServices;
using Sfu.Media.Interop;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// An OpenSSL cipher context that keeps its key and takes a new IV for each packet. The key schedule lies in OpenSSL's memory,
/// which OpenSSL cleanses when the context is freed. One thread at a time; no call allocates managed memory.
/// </summary>
internal sealed unsafe class EvpCipherContext : SafeHandle
{
    public const int GcmIvLength = 12;
    public const int GcmTagLength = 16;
    public const int CounterBlockLength = 16;

    private readonly int _ivLength;

    private EvpCipherContext(nint cipher, ReadOnlySpan<byte> key, int ivLength, bool encrypt)
        : base(0, ownsHandle: true)
    {
        _ivLength = ivLength;
        SetHandle(LibCrypto.EVP_CIPHER_CTX_new());
        fixed (byte* keyPointer = key)
        {
            if (handle == 0 || LibCrypto.EVP_CipherInit_ex(handle, cipher, 0, keyPointer, null, encrypt ? 1 : 0) != 1)
            {
                throw new InvalidOperationException("OpenSSL refused a cipher context.");
            }
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="encrypt">A context serves one direction only.</param>
    public static EvpCipherContext ForGcm(ReadOnlySpan<byte> key, bool encrypt) => new(
        key.Length switch
        {
            16 => LibCrypto.EVP_aes_128_gcm(),
            32 => LibCrypto.EVP_aes_256_gcm(),
            _ => throw BadKey(key.Length),
        },
        key,
        GcmIvLength,
        encrypt);

    /// <summary>Counter mode, which encrypts and decrypts alike.</summary>
    /// <param name="key">16 or 32 bytes.</param>
    public static EvpCipherContext ForCounterMode(ReadOnlySpan<byte> key) => new(
        key.Length switch
        {
            16 => LibCrypto.EVP_aes_128_ctr(),
            32 => LibCrypto.EVP_aes_256_ctr(),
            _ => throw BadKey(key.Length),
        },
        key,
        CounterBlockLength,
        encrypt: true);

    /// <summary>ChaCha20-Poly1305 (RFC 8439), which takes IVs and tags as long as those of GCM and is used like it.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="encrypt">A context serves one direction only.</param>
    public static EvpCipherContext ForChaCha(ReadOnlySpan<byte> key, bool encrypt) =>
        key.Length == 32 ? new(LibCrypto.EVP_chacha20_poly1305(), key, GcmIvLength, encrypt) : throw BadKey(key.Length);

    /// <summary>Starts a packet.</summary>
    public bool Begin(ReadOnlySpan<byte> iv)
    {
        // OpenSSL reads exactly the cipher's IV length.
        Debug.Assert(iv.Length == _ivLength, "The IV has the cipher's length.");
        fixed (byte* ivPointer = iv)
        {
            var done = LibCrypto.EVP_CipherInit_ex(handle, 0, 0, null, ivPointer, -1) == 1;
            GC.KeepAlive(this);
            return done;
        }
    }

    /// <summary>Takes associated data (AEAD only), before any <see cref="Transform"/>.</summary>
    public bool Associate(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return true;
        }

        int written;
        fixed (byte* dataPointer = data)
        {
            var done = LibCrypto.EVP_CipherUpdate(handle, null, &written, dataPointer, data.Length) == 1;
            GC.KeepAlive(this);
            return done;
        }
    }

    /// <summary>Encrypts or decrypts. Output is the very same memory as the input, or does not overlap it.</summary>
    public bool Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        // OpenSSL writes input.Length bytes: all of them are stream ciphers.
        Debug.Assert(output.Length >= input.Length, "The output holds the input.");
        if (input.IsEmpty)
        {
            return true;
        }

        int written;
        fixed (byte* inputPointer = input, outputPointer = output)
        {
            var done = LibCrypto.EVP_CipherUpdate(handle, outputPointer, &written, inputPointer, input.Length) == 1;
            GC.KeepAlive(this);
            return done && written == input.Length;
        }
    }

    /// <summary>Ends an encrypted packet (AEAD only) and writes its tag.</summary>
    public bool WriteTag(Span<byte> tag)
    {
        Debug.Assert(tag.Length == GcmTagLength, "OpenSSL writes a whole tag.");
        var rest = stackalloc byte[CounterBlockLength];
        int written;
        fixed (byte* tagPointer = tag)
        {
            var done = LibCrypto.EVP_CipherFinal_ex(handle, rest, &written) == 1
                && LibCrypto.EVP_CIPHER_CTX_ctrl(handle, LibCrypto.ControlGetTag, GcmTagLength, tagPointer) == 1;
            GC.KeepAlive(this);
            return done;
        }
    }

    /// <summary>Ends a decrypted packet (AEAD only): whether its tag is right. OpenSSL compares in constant time.</summary>
    public bool VerifyTag(ReadOnlySpan<byte> tag)
    {
        Debug.Assert(tag.Length == GcmTagLength, "OpenSSL reads a whole tag.");
        var rest = stackalloc byte[CounterBlockLength];
        int written;
        fixed (byte* tagPointer = tag)
        {
            var right = LibCrypto.EVP_CIPHER_CTX_ctrl(handle, LibCrypto.ControlSetTag, GcmTagLength, tagPointer) == 1
                && LibCrypto.EVP_CipherFinal_ex(handle, rest, &written) == 1;
            GC.KeepAlive(this);
            return right;
        }
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_CIPHER_CTX_free(handle);
        return true;
    }

    private static ArgumentOutOfRangeException BadKey(int length) => new(nameof(length), length, "Keys have 16 or 32 bytes here.");
}

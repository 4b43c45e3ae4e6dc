using System.Runtime.InteropServices;

namespace Sfu.Media.Interop;

/// <summary>
/// The functions of libcrypto that protect packets. All take raw pointers: nothing is marshalled, nothing is allocated.
/// Functions that return <see cref="int"/> return 1 on success.
/// </summary>
internal static unsafe partial class LibCrypto
{
    /// <summary><c>EVP_CTRL_AEAD_GET_TAG</c>.</summary>
    public const int ControlGetTag = 0x10;

    /// <summary><c>EVP_CTRL_AEAD_SET_TAG</c>.</summary>
    public const int ControlSetTag = 0x11;

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial nint EVP_aes_128_gcm();

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial nint EVP_aes_256_gcm();

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial nint EVP_aes_128_ctr();

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial nint EVP_aes_256_ctr();

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial nint EVP_chacha20_poly1305();

    /// <summary>Null arguments, and −1 for <paramref name="encrypt"/>, keep what an earlier call set.</summary>
    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial int EVP_CipherInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    /// <summary>With a null <paramref name="output"/> an AEAD cipher takes the input as associated data.</summary>
    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial int EVP_CipherUpdate(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial int EVP_CipherFinal_ex(nint context, byte* output, int* outputLength);

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, void* pointer);

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial int SHA1_Init(void* state);

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial int SHA1_Update(void* state, void* data, nuint length);

    /// <summary>Hashes one block of 64 bytes and nothing else: no padding, no length.</summary>
    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial void SHA1_Transform(void* state, byte* block);

    [LibraryImport(OpenSslLibrary.Crypto)]
    internal static partial void ERR_clear_error();
}

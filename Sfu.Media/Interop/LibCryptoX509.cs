using System.Runtime.InteropServices;

namespace Sfu.Media.Interop;

/// <summary>The functions of libcrypto for certificates and their digests.</summary>
internal static unsafe partial class LibCryptoX509
{
    /// <summary>EVP_PKEY_RSA.</summary>
    public const int KeyTypeRsa = 6;

    /// <summary>EVP_PKEY_EC.</summary>
    public const int KeyTypeEc = 408;

    public const int VerifyOk = 0;

    /// <summary>X509_V_ERR_CERT_REJECTED; libssl tells the peer with the alert bad_certificate.</summary>
    public const int VerifyErrorCertificateRejected = 28;

    /// <summary>X509_V_ERR_APPLICATION_VERIFICATION; libssl tells the peer with the alert handshake_failure.</summary>
    public const int VerifyErrorApplication = 50;

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "X509_STORE_CTX_get_ex_data")]
    public static partial nint StoreContextGetExData(nint storeContext, int index);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "X509_STORE_CTX_set_error")]
    public static partial void StoreContextSetError(nint storeContext, int error);

    /// <summary>The certificate to verify; the store context keeps owning it.</summary>
    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "X509_STORE_CTX_get0_cert")]
    public static partial nint StoreContextGetCertificate(nint storeContext);

    /// <returns>The length of the DER; with a non-null <paramref name="output"/>, writes there and advances it.</returns>
    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "i2d_X509")]
    public static partial int EncodeCertificate(nint certificate, byte** output);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "EVP_Digest")]
    public static partial int Digest(byte* data, nuint length, byte* digest, uint* digestLength, nint type, nint engine);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "EVP_get_digestbyname", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint DigestByName(string name);
}

using System.Runtime.InteropServices;

namespace Sfu.Media.Interop;

/// <summary>The functions of libcrypto for custom BIOs (OpenSSL's I/O abstraction) and for the thread's error queue.</summary>
internal static unsafe partial class LibCryptoBio
{
    // Commands that reach a BIO's ctrl function.
    public const int CtrlFlush = 11;
    public const int CtrlDatagramQueryMtu = 40;
    public const int CtrlDatagramGetMtu = 41;
    public const int CtrlDatagramSetMtu = 42;
    public const int CtrlDatagramSetNextTimeout = 45;
    public const int CtrlDatagramGetFallbackMtu = 47;
    public const int CtrlDatagramGetMtuOverhead = 49;

    public const int FlagRead = 0x01;
    public const int FlagsReadWriteSpecial = 0x07;
    public const int FlagShouldRetry = 0x08;

    /// <summary>BIO_TYPE_SOURCE_SINK with a type number free for applications.</summary>
    public const int TypeSourceSink = 0x0400 | 0x7F;

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_meth_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint MethodNew(int type, string name);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_meth_set_read")]
    public static partial int MethodSetRead(nint method, delegate* unmanaged<nint, byte*, int, int> read);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_meth_set_write")]
    public static partial int MethodSetWrite(nint method, delegate* unmanaged<nint, byte*, int, int> write);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_meth_set_ctrl")]
    public static partial int MethodSetControl(nint method, delegate* unmanaged<nint, int, nint, void*, nint> control);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_new")]
    public static partial nint New(nint method);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_set_init")]
    public static partial void SetInit(nint bio, int init);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_set_data")]
    public static partial void SetData(nint bio, nint data);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_get_data")]
    public static partial nint GetData(nint bio);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_set_flags")]
    public static partial void SetFlags(nint bio, int flags);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "BIO_clear_flags")]
    public static partial void ClearFlags(nint bio, int flags);

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "ERR_get_error")]
    public static partial nuint GetError();

    [LibraryImport(OpenSslLibrary.Crypto, EntryPoint = "ERR_reason_error_string")]
    public static partial byte* ErrorReason(nuint code);

    /// <summary>OpenSSL's words for an error code, or null when it has none. Allocates.</summary>
    public static string? Describe(nuint code) => code == 0 ? null : Marshal.PtrToStringUTF8((nint)ErrorReason(code));
}

using System.Runtime.InteropServices;

namespace Sfu.Media.Interop;

/// <summary>The functions of libssl that DTLS-SRTP needs. Opaque C objects are <see cref="nint"/>; <c>long</c> is <see cref="nint"/>.</summary>
internal static unsafe partial class LibSsl
{
    // Commands of SSL_ctrl and SSL_CTX_ctrl.
    public const int CtrlSetMtu = 17;
    public const int CtrlSetSessionCacheMode = 44;
    public const int CtrlSetMaxCertificateList = 51;
    public const int CtrlSetMaxSendFragment = 52;
    public const int CtrlDtlsGetTimeout = 73;
    public const int CtrlDtlsHandleTimeout = 74;
    public const int CtrlSetGroupsList = 92;
    public const int CtrlSetMinProtocol = 123;
    public const int CtrlSetMaxProtocol = 124;

    public const int Dtls12Version = 0xFEFD;

    public const ulong OptionNoQueryMtu = 1UL << 12;
    public const ulong OptionNoTicket = 1UL << 14;
    public const ulong OptionNoCompression = 1UL << 17;
    public const ulong OptionNoRenegotiation = 1UL << 30;

    public const int VerifyPeer = 1;
    public const int VerifyFailIfNoPeerCertificate = 2;

    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorZeroReturn = 6;

    /// <summary>The <c>where</c> of the information callback when an alert has arrived.</summary>
    public const int CallbackReadAlert = 0x4004;

    public const int AlertLevelFatal = 2;

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "DTLS_method")]
    public static partial nint DtlsMethod();

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_new")]
    public static partial nint ContextNew(nint method);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_free")]
    public static partial void ContextFree(nint context);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_ctrl")]
    public static partial nint ContextControl(nint context, int command, nint number, void* pointer);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_ctrl", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ContextControlText(nint context, int command, nint number, string text);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_options")]
    public static partial ulong ContextSetOptions(nint context, ulong options);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_security_level")]
    public static partial void ContextSetSecurityLevel(nint context, int level);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_cipher_list", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ContextSetCipherList(nint context, string ciphers);

    /// <returns>0 on success, unlike its neighbours.</returns>
    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_tlsext_use_srtp", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ContextSetUseSrtp(nint context, string profiles);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_session_id_context")]
    public static partial int ContextSetSessionIdContext(nint context, byte* id, uint length);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_use_certificate_ASN1")]
    public static partial int ContextUseCertificate(nint context, int length, byte* der);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_use_PrivateKey_ASN1")]
    public static partial int ContextUsePrivateKey(int keyType, nint context, byte* der, nint length);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_check_private_key")]
    public static partial int ContextCheckPrivateKey(nint context);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_verify")]
    public static partial void ContextSetVerify(nint context, int mode, nint callback);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_cert_verify_callback")]
    public static partial void ContextSetCertificateVerifier(nint context, delegate* unmanaged<nint, void*, int> callback, void* argument);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CTX_set_info_callback")]
    public static partial void ContextSetInfoCallback(nint context, delegate* unmanaged<nint, int, int, void> callback);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_new")]
    public static partial nint New(nint context);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_free")]
    public static partial void Free(nint ssl);

    /// <summary>Takes over one reference of the BIO, also when both directions are the same.</summary>
    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_set_bio")]
    public static partial void SetBio(nint ssl, nint reader, nint writer);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_ctrl")]
    public static partial nint Control(nint ssl, int command, nint number, void* pointer);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_set_ex_data")]
    public static partial int SetExData(nint ssl, int index, nint value);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_ex_data")]
    public static partial nint GetExData(nint ssl, int index);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_ex_data_X509_STORE_CTX_idx")]
    public static partial int GetExDataIndexOfStoreContext();

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "DTLS_set_timer_cb")]
    public static partial void SetTimerCallback(nint ssl, delegate* unmanaged<nint, uint, uint> callback);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_set_connect_state")]
    public static partial void SetConnectState(nint ssl);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_set_accept_state")]
    public static partial void SetAcceptState(nint ssl);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_do_handshake")]
    public static partial int DoHandshake(nint ssl);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_read")]
    public static partial int Read(nint ssl, byte* buffer, int length);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_write")]
    public static partial int Write(nint ssl, byte* buffer, int length);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_shutdown")]
    public static partial int Shutdown(nint ssl);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_error")]
    public static partial int GetError(nint ssl, int result);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_selected_srtp_profile")]
    public static partial SrtpProtectionProfile* GetSelectedSrtpProfile(nint ssl);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_export_keying_material")]
    public static partial int ExportKeyingMaterial(
        nint ssl, byte* output, nuint outputLength, byte* label, nuint labelLength, byte* context, nuint contextLength, int useContext);

    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_current_cipher")]
    public static partial nint GetCurrentCipher(nint ssl);

    /// <summary>The suite's number on the wire.</summary>
    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_CIPHER_get_protocol_id")]
    public static partial ushort CipherGetProtocolId(nint cipher);

    /// <returns>Bytes written.</returns>
    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_client_random")]
    public static partial nuint GetClientRandom(nint ssl, byte* output, nuint length);

    /// <returns>Bytes written.</returns>
    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_server_random")]
    public static partial nuint GetServerRandom(nint ssl, byte* output, nuint length);

    /// <summary>The SSL object keeps owning it.</summary>
    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_get_session")]
    public static partial nint GetSession(nint ssl);

    /// <returns>Bytes written.</returns>
    [LibraryImport(OpenSslLibrary.Ssl, EntryPoint = "SSL_SESSION_get_master_key")]
    public static partial nuint SessionGetMasterKey(nint session, byte* output, nuint length);

    /// <summary>SRTP_PROTECTION_PROFILE of openssl/srtp.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SrtpProtectionProfile
    {
        public byte* Name;
        public nuint Id;
    }

    /// <summary><c>struct timeval</c> of 64-bit Unix: seconds and microseconds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;
    }
}

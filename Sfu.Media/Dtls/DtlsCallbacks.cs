using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sfu.Media.Interop;

namespace Sfu.Media.Dtls;

/// <summary>
/// The functions that OpenSSL calls: the datagram BIO, the retransmission timer, the certificate verifier, the alert listener.
/// Each finds its <see cref="DtlsEngine"/> by the handle stored in the BIO or the SSL object, on the thread that entered
/// OpenSSL. No exception leaves them.
/// </summary>
internal static unsafe class DtlsCallbacks
{
    /// <summary>The slot of SSL_set_ex_data that OpenSSL reserves for the application.</summary>
    public const int ApplicationDataIndex = 0;

    private const int UdpOverIPv4HeaderBytes = 28;

    /// <summary>The BIO's method table, made once for the life of the process.</summary>
    private static readonly Lazy<nint> Method = new(CreateMethod);

    /// <summary>A BIO whose reads and writes are those of <paramref name="engine"/>. The caller owns it.</summary>
    public static nint CreateBio(GCHandle engine)
    {
        var bio = LibCryptoBio.New(Method.Value);
        if (bio != 0)
        {
            LibCryptoBio.SetData(bio, GCHandle.ToIntPtr(engine));
            LibCryptoBio.SetInit(bio, 1);
        }

        return bio;
    }

    /// <summary>Installs the callbacks that live on the context.</summary>
    public static void InstallOnContext(nint context)
    {
        LibSsl.ContextSetCertificateVerifier(context, &VerifyCertificate, null);
        LibSsl.ContextSetInfoCallback(context, &Inform);
    }

    /// <summary>Installs the callbacks that live on the session.</summary>
    public static void InstallOnSession(nint ssl, GCHandle engine)
    {
        _ = LibSsl.SetExData(ssl, ApplicationDataIndex, GCHandle.ToIntPtr(engine));
        LibSsl.SetTimerCallback(ssl, &NextTimerDuration);
    }

    private static nint CreateMethod()
    {
        var method = LibCryptoBio.MethodNew(LibCryptoBio.TypeSourceSink, "sfu datagrams");
        if (method == 0)
        {
            throw new InvalidOperationException("OpenSSL cannot make a BIO method.");
        }

        _ = LibCryptoBio.MethodSetRead(method, &Read);
        _ = LibCryptoBio.MethodSetWrite(method, &Write);
        _ = LibCryptoBio.MethodSetControl(method, &Control);
        return method;
    }

    private static DtlsEngine? EngineOf(nint handle) => handle == 0 ? null : GCHandle.FromIntPtr(handle).Target as DtlsEngine;

    [UnmanagedCallersOnly]
    private static int Read(nint bio, byte* buffer, int length)
    {
        try
        {
            LibCryptoBio.ClearFlags(bio, LibCryptoBio.FlagsReadWriteSpecial | LibCryptoBio.FlagShouldRetry);
            if (EngineOf(LibCryptoBio.GetData(bio)) is { } engine && length > 0 && engine.TakeInput(new Span<byte>(buffer, length)) is > 0 and var taken)
            {
                return taken;
            }

            LibCryptoBio.SetFlags(bio, LibCryptoBio.FlagRead | LibCryptoBio.FlagShouldRetry);
            return -1;
        }
#pragma warning disable CA1031 // An exception that crosses native frames ends the process.
        catch
#pragma warning restore CA1031
        {
            return -1;
        }
    }

    [UnmanagedCallersOnly]
    private static int Write(nint bio, byte* buffer, int length)
    {
        try
        {
            LibCryptoBio.ClearFlags(bio, LibCryptoBio.FlagsReadWriteSpecial | LibCryptoBio.FlagShouldRetry);
            if (length > 0)
            {
                EngineOf(LibCryptoBio.GetData(bio))?.Emit(new ReadOnlySpan<byte>(buffer, length));
            }

            return length;
        }
#pragma warning disable CA1031 // An exception that crosses native frames ends the process.
        catch
#pragma warning restore CA1031
        {
            return -1;
        }
    }

    /// <summary>Answers 0 to every command it does not know: 1 would, among others, claim that the kernel encrypts.</summary>
    [UnmanagedCallersOnly]
    private static nint Control(nint bio, int command, nint number, void* pointer)
    {
        try
        {
            switch (command)
            {
                case LibCryptoBio.CtrlFlush:
                    return 1;
                case LibCryptoBio.CtrlDatagramQueryMtu:
                case LibCryptoBio.CtrlDatagramGetMtu:
                case LibCryptoBio.CtrlDatagramGetFallbackMtu:
                    return EngineOf(LibCryptoBio.GetData(bio))?.MtuBytes ?? DtlsSession.MaxDatagramBytes;
                case LibCryptoBio.CtrlDatagramSetMtu:
                    return number;
                case LibCryptoBio.CtrlDatagramGetMtuOverhead:
                    return UdpOverIPv4HeaderBytes;
                case LibCryptoBio.CtrlDatagramSetNextTimeout:
                    EngineOf(LibCryptoBio.GetData(bio))?.Clock.OnNextTimeout((LibSsl.TimeValue*)pointer);
                    return 1;
                default:
                    return 0;
            }
        }
#pragma warning disable CA1031 // An exception that crosses native frames ends the process.
        catch
#pragma warning restore CA1031
        {
            return 0;
        }
    }

    [UnmanagedCallersOnly]
    private static uint NextTimerDuration(nint ssl, uint durationUs)
    {
        try
        {
            return EngineOf(LibSsl.GetExData(ssl, ApplicationDataIndex))?.Clock.NextDurationUs(durationUs) ?? DtlsClock.DormantUs;
        }
#pragma warning disable CA1031 // An exception that crosses native frames ends the process.
        catch
#pragma warning restore CA1031
        {
            return DtlsClock.DormantUs;
        }
    }

    [UnmanagedCallersOnly]
    private static int VerifyCertificate(nint storeContext, void* argument)
    {
        var error = LibCryptoX509.VerifyErrorCertificateRejected;
        try
        {
            var ssl = LibCryptoX509.StoreContextGetExData(storeContext, LibSsl.GetExDataIndexOfStoreContext());
            var certificate = LibCryptoX509.StoreContextGetCertificate(storeContext);
            if (ssl != 0 && certificate != 0 && EngineOf(LibSsl.GetExData(ssl, ApplicationDataIndex)) is { } engine)
            {
                error = engine.JudgeCertificate(certificate);
            }
        }
#pragma warning disable CA1031 // An exception that crosses native frames ends the process.
        catch
#pragma warning restore CA1031
        {
            error = LibCryptoX509.VerifyErrorCertificateRejected;
        }

        LibCryptoX509.StoreContextSetError(storeContext, error);
        return error == LibCryptoX509.VerifyOk ? 1 : 0;
    }

    [UnmanagedCallersOnly]
    private static void Inform(nint ssl, int where, int value)
    {
        if (where != LibSsl.CallbackReadAlert || value >> 8 != LibSsl.AlertLevelFatal)
        {
            return;
        }

        try
        {
            EngineOf(LibSsl.GetExData(ssl, ApplicationDataIndex))?.OnFatalAlert((byte)value);
        }
#pragma warning disable CA1031 // An exception that crosses native frames ends the process.
        catch
#pragma warning restore CA1031
        {
            // The alert's number is lost; the session still fails by OpenSSL's result.
        }
    }
}

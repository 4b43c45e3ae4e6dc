using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sfu.Media.Interop;

/// <summary>
/// Finds OpenSSL for the P/Invoke declarations of this assembly: the versions that .NET's own cryptography probes for, in its
/// order, so that the process binds one OpenSSL only.
/// </summary>
internal static class OpenSslLibrary
{
    /// <summary>Name for <c>[LibraryImport]</c> of functions in libssl.</summary>
    public const string Ssl = "sfu-libssl";

    /// <summary>Name for <c>[LibraryImport]</c> of functions in libcrypto.</summary>
    public const string Crypto = "sfu-libcrypto";

    private static readonly string[] Versions = ["3", "1.1", "1.0.2", "1.0.0", "10"];

#pragma warning disable CA2255 // The resolver must be in place before the first P/Invoke of this assembly, whichever that is.
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(OpenSslLibrary).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        var stem = name switch
        {
            Ssl => "libssl.so.",
            Crypto => "libcrypto.so.",
            _ => null,
        };
        if (stem is null)
        {
            return 0;
        }

        var preferred = Environment.GetEnvironmentVariable("DOTNET_OPENSSL_VERSION_OVERRIDE");
        if (!string.IsNullOrEmpty(preferred) && NativeLibrary.TryLoad(stem + preferred, out var chosen))
        {
            return chosen;
        }

        foreach (var version in Versions)
        {
            if (NativeLibrary.TryLoad(stem + version, out var handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException($"OpenSSL is missing: none of {stem}{{{string.Join(',', Versions)}}} could be loaded.");
    }
}

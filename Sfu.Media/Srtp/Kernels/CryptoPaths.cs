using System.Collections.Immutable;
using System.Runtime.Intrinsics.X86;
using AesNi = System.Runtime.Intrinsics.X86.Aes;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>What this processor can do, asked once. Any thread.</summary>
internal static class CryptoPaths
{
    /// <summary>Every path that works here, the fastest in front. OpenSSL is always the last.</summary>
    public static ImmutableArray<CryptoPath> Available { get; } = Detect();

    /// <summary>The path of every session, unless a test asks for another.</summary>
    public static CryptoPath Best { get; } = Available[0];

    private static ImmutableArray<CryptoPath> Detect()
    {
        var paths = ImmutableArray.CreateBuilder<CryptoPath>();
        if (AesNi.IsSupported && Pclmulqdq.IsSupported && Ssse3.IsSupported)
        {
            if (Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported)
            {
                paths.Add(CryptoPath.Hardware512);
            }

            if (Pclmulqdq.V256.IsSupported && Avx2.IsSupported)
            {
                paths.Add(CryptoPath.Hardware256);
            }

            paths.Add(CryptoPath.Hardware128);
        }

        paths.Add(CryptoPath.OpenSsl);
        return paths.ToImmutable();
    }
}

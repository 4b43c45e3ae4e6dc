namespace Sfu.Media.Srtp.Kernels;

/// <summary>Which code does the arithmetic of AES and GHASH.</summary>
internal enum CryptoPath
{
    /// <summary>OpenSSL's EVP functions, on every machine.</summary>
    OpenSsl,

    /// <summary>Own kernels on AES-NI and 128-bit PCLMULQDQ.</summary>
    Hardware128,

    /// <summary>As <see cref="Hardware128"/>, with GHASH on two blocks at a time (VPCLMULQDQ).</summary>
    Hardware256,

    /// <summary>As <see cref="Hardware128"/>, with GHASH on four blocks at a time (VPCLMULQDQ, AVX-512).</summary>
    Hardware512,
}

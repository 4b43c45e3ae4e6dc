using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sfu.Media.Interop;

namespace Sfu.Media.Dtls;

/// <summary>
/// The node's identity in DTLS: a certificate and its private key. Peers check nothing of it but the fingerprint. Any thread;
/// disposing wipes the key, which contexts made before have copied.
/// </summary>
public sealed class DtlsCertificate : IDisposable
{
    private readonly byte[] _certificateDer;
    private readonly byte[] _privateKeyDer;

    private DtlsCertificate(byte[] certificateDer, byte[] privateKeyDer, int keyType)
    {
        _certificateDer = certificateDer;
        _privateKeyDer = privateKeyDer;
        KeyType = keyType;
        Fingerprints = DtlsFingerprint.AllOf(certificateDer);
    }

    /// <summary>The fingerprints in sha-1, sha-224, sha-256, sha-384 and sha-512, in that order.</summary>
    public IReadOnlyList<DtlsFingerprint> Fingerprints { get; }

    internal ReadOnlySpan<byte> CertificateDer => _certificateDer;

    /// <summary>SEC 1 (EC) or PKCS #1 (RSA).</summary>
    internal ReadOnlySpan<byte> PrivateKeyDer => _privateKeyDer;

    internal int KeyType { get; }

    /// <summary>
    /// A new ECDSA P-256 key with a self-signed certificate. Its validity is a fixed, long span: no peer of WebRTC judges it, and
    /// the media plane reads no clock.
    /// </summary>
    public static DtlsCertificate CreateSelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sfu", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2049, 12, 31, 0, 0, 0, TimeSpan.Zero));
        return new DtlsCertificate(certificate.RawData, key.ExportECPrivateKey(), LibCryptoX509.KeyTypeEc);
    }

    /// <summary>Reads the first certificate of a PEM text and its unencrypted EC or RSA key.</summary>
    /// <exception cref="ArgumentException">A PEM is unreadable, the key's kind is not supported, or the two do not belong together; the message says which.</exception>
    public static DtlsCertificate FromPem(string certificatePem, string privateKeyPem)
    {
        using var certificate = ReadCertificate(certificatePem);
        return certificate.GetKeyAlgorithm() switch
        {
            "1.2.840.10045.2.1" => FromEcKey(certificate, privateKeyPem),
            "1.2.840.113549.1.1.1" => FromRsaKey(certificate, privateKeyPem),
            var other => throw new ArgumentException($"The certificate's key algorithm {other} is neither EC nor RSA.", nameof(certificatePem)),
        };
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKeyDer);

    private static X509Certificate2 ReadCertificate(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException("The certificate is not readable PEM: " + e.Message, nameof(pem), e);
        }
    }

    private static DtlsCertificate FromEcKey(X509Certificate2 certificate, string privateKeyPem)
    {
        using var key = ECDsa.Create();
        ImportKey(key, privateKeyPem, "EC");
        using var publicKey = certificate.GetECDsaPublicKey();
        RequirePair(publicKey, key);
        return new DtlsCertificate(certificate.RawData, Export(key.ExportECPrivateKey), LibCryptoX509.KeyTypeEc);
    }

    private static DtlsCertificate FromRsaKey(X509Certificate2 certificate, string privateKeyPem)
    {
        using var key = RSA.Create();
        ImportKey(key, privateKeyPem, "RSA");
        using var publicKey = certificate.GetRSAPublicKey();
        RequirePair(publicKey, key);
        return new DtlsCertificate(certificate.RawData, Export(key.ExportRSAPrivateKey), LibCryptoX509.KeyTypeRsa);
    }

    private static void RequirePair(AsymmetricAlgorithm? publicKey, AsymmetricAlgorithm privateKey)
    {
        if (publicKey is null || !publicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(privateKey.ExportSubjectPublicKeyInfo()))
        {
            throw new ArgumentException("The private key does not belong to the certificate.", nameof(privateKey));
        }
    }

    private static byte[] Export(Func<byte[]> privateKey)
    {
        try
        {
            return privateKey();
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException("The private key's PEM holds no private part: " + e.Message, nameof(privateKey), e);
        }
    }

    private static void ImportKey(AsymmetricAlgorithm key, string privateKeyPem, string kind)
    {
        try
        {
            key.ImportFromPem(privateKeyPem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ArgumentException($"The private key is not readable as the unencrypted PEM of an {kind} key: {e.Message}", nameof(privateKeyPem), e);
        }
    }
}

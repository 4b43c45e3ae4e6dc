using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sfu.Media.Dtls;

namespace Sfu.Tests.Unit.Dtls;

public sealed class DtlsCertificateSpecs
{
    private static readonly (string Certificate, string Key) Ec = MakeEc();

    [Fact]
    public void Self_signed_certificate_has_a_fingerprint_in_each_algorithm()
    {
        using var certificate = DtlsCertificate.CreateSelfSigned();

        Assert.Equal(["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"], certificate.Fingerprints.Select(static f => f.Algorithm));
        Assert.All(certificate.Fingerprints, f => Assert.True(f.Matches(certificate.CertificateDer)));
    }

    [Fact]
    public void Self_signed_certificates_differ()
    {
        using var one = DtlsCertificate.CreateSelfSigned();
        using var other = DtlsCertificate.CreateSelfSigned();

        Assert.NotEqual(one.Fingerprints, other.Fingerprints);
    }

    [Fact]
    public void Pem_is_read_in_the_usual_key_formats()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(Ec.Key);
        using var fromPkcs8 = DtlsCertificate.FromPem(Ec.Certificate, Ec.Key);
        using var fromSec1 = DtlsCertificate.FromPem(Ec.Certificate, key.ExportECPrivateKeyPem());
        using var certificate = X509Certificate2.CreateFromPem(Ec.Certificate);

        Assert.Equal(DtlsFingerprint.AllOf(certificate.RawData), fromPkcs8.Fingerprints);
        Assert.Equal(fromPkcs8.Fingerprints, fromSec1.Fingerprints);
        using var context = new DtlsContext(fromPkcs8);
    }

    [Fact]
    public void Key_of_another_certificate_is_refused()
    {
        var other = MakeEc();
        using var rsa = RSA.Create(2048);

        Assert.Contains("belong", Refusal(Ec.Certificate, other.Key), StringComparison.Ordinal);
        Assert.Contains("EC key", Refusal(Ec.Certificate, rsa.ExportPkcs8PrivateKeyPem()), StringComparison.Ordinal);
    }

    [Fact]
    public void Unreadable_pem_is_refused_with_a_reason()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(Ec.Key);
        var encrypted = key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1));

        Assert.Contains("certificate", Refusal("", Ec.Key), StringComparison.Ordinal);
        Assert.Contains("certificate", Refusal("no pem", Ec.Key), StringComparison.Ordinal);
        Assert.Contains("certificate", Refusal(Ec.Key, Ec.Key), StringComparison.Ordinal);
        Assert.Contains("certificate", Refusal(Ec.Certificate.Replace("MII", "AAA", StringComparison.Ordinal), Ec.Key), StringComparison.Ordinal);
        Assert.Contains("private key", Refusal(Ec.Certificate, ""), StringComparison.Ordinal);
        Assert.Contains("private key", Refusal(Ec.Certificate, Ec.Certificate), StringComparison.Ordinal);
        Assert.Contains("private key", Refusal(Ec.Certificate, key.ExportSubjectPublicKeyInfoPem()), StringComparison.Ordinal);
        Assert.Contains("unencrypted", Refusal(Ec.Certificate, encrypted), StringComparison.Ordinal);
    }

    private static string Refusal(string certificate, string key) =>
        Assert.Throws<ArgumentException>(() => DtlsCertificate.FromPem(certificate, key)).Message;

    private static (string Certificate, string Key) MakeEc()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sfu.Host.Options;

/// <summary>The certificate that https listeners show, with its chain.</summary>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain)
{
    private static readonly TimeSpan s_validity = TimeSpan.FromDays(90);

    /// <exception cref="StartException">The files are missing, unreadable, or do not belong together.</exception>
    public static ServerCertificate Load(TlsOptions options, IEnumerable<ListenAddress> addresses)
    {
        if (options.SelfSigned)
        {
            return new ServerCertificate(SelfSigned(addresses), []);
        }

        var file = options.CertificateFile ?? throw new StartException("--tls-cert is missing.");
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(file, options.KeyFile ?? file);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return new ServerCertificate(certificate, chain);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The TLS certificate cannot be loaded: {HostOptions.OneLine(e.Message)}", e);
        }
    }

    private static X509Certificate2 SelfSigned(IEnumerable<ListenAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sfu", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(Dns.GetHostName());
        foreach (var address in addresses.Select(a => a.Address).OfType<IPAddress>().Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]).Distinct())
        {
            if (!address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            {
                names.AddIpAddress(address);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now + s_validity);
    }
}

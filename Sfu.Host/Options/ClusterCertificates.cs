using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sfu.Host.Options;

/// <summary>
/// Makes what <c>sfu.cluster.tls</c> wants: an authority, once, and a certificate for each node. Private keys are for the owner's eyes only, and
/// no file is ever overwritten.
/// </summary>
internal static class ClusterCertificates
{
    public const string AuthorityFile = "ca.pem";

    public const string AuthorityKeyFile = "ca.key";

    private static readonly TimeSpan s_authorityValidity = TimeSpan.FromDays(3652);
    private static readonly TimeSpan s_nodeValidity = TimeSpan.FromDays(730);

    /// <param name="directory">Where the files go; made where there is none. An authority that is there already is used.</param>
    /// <param name="nodes">Each gets <c>NAME.pem</c> and <c>NAME.key</c>.</param>
    /// <param name="now">From when on they are valid, less a day for clocks that are slow.</param>
    /// <returns>The paths of the files that were made.</returns>
    /// <exception cref="StartException">A name makes no file name, a file is there already or cannot be written, or the authority cannot be read.</exception>
    public static ImmutableArray<string> Make(string directory, IReadOnlyCollection<string> nodes, DateTimeOffset now)
    {
        foreach (var node in nodes)
        {
            if (node.Length is 0 or > 64 || node is "ca" || node.StartsWith('.') || !node.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            {
                throw new StartException($"--node: \"{node}\" is no name of up to 64 letters, digits, dots, dashes and underscores; ca is taken.");
            }
        }

        try
        {
            Directory.CreateDirectory(directory);
            var made = ImmutableArray.CreateBuilder<string>();
            using var authority = File.Exists(Path.Combine(directory, AuthorityFile)) ? ReadAuthority(directory) : MakeAuthority(directory, now, made);
            foreach (var node in nodes)
            {
                MakeNode(directory, node, authority, now, made);
            }

            return made.DrainToImmutable();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new StartException($"Certificates cannot be made: {HostOptions.OneLine(e.Message)}", e);
        }
    }

    private static X509Certificate2 ReadAuthority(string directory) =>
        X509Certificate2.CreateFromPemFile(Path.Combine(directory, AuthorityFile), Path.Combine(directory, AuthorityKeyFile));

    private static X509Certificate2 MakeAuthority(string directory, DateTimeOffset now, ImmutableArray<string>.Builder made)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sfu cluster authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var authority = request.CreateSelfSigned(now.AddDays(-1), now + s_authorityValidity);
        Write(directory, AuthorityKeyFile, key.ExportPkcs8PrivateKeyPem(), secret: true, made);
        Write(directory, AuthorityFile, authority.ExportCertificatePem(), secret: false, made);
        return authority;
    }

    private static void MakeNode(string directory, string node, X509Certificate2 authority, DateTimeOffset now, ImmutableArray<string>.Builder made)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={node}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(node);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var end = new DateTimeOffset[] { now + s_nodeValidity, authority.NotAfter }.Min();
        using var certificate = request.Create(authority, now.AddDays(-1) < authority.NotBefore ? authority.NotBefore : now.AddDays(-1), end, RandomNumberGenerator.GetBytes(16));
        Write(directory, $"{node}.key", key.ExportPkcs8PrivateKeyPem(), secret: true, made);
        Write(directory, $"{node}.pem", certificate.ExportCertificatePem(), secret: false, made);
    }

    private static void Write(string directory, string name, string pem, bool secret, ImmutableArray<string>.Builder made)
    {
        var path = Path.Combine(directory, name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            options.UnixCreateMode = secret ? Owner : Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        }

        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.WriteLine(pem);
        made.Add(path);
    }
}

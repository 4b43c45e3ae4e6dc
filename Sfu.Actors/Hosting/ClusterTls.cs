using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Event;
using Akka.Remote.Transport.DotNetty;

namespace Sfu.Actors.Hosting;

/// <summary>
/// Mutual TLS between nodes: a member shows a certificate of the cluster's own authority, whoever it calls or is called by. No other
/// authority counts, the system's neither; names in certificates are for people. Immutable; any thread.
/// </summary>
public sealed class ClusterTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection _authorities;
    private readonly X509Certificate2 _own;

    private ClusterTls(X509Certificate2Collection authorities, X509Certificate2 own)
    {
        _authorities = authorities;
        _own = own;
    }

    /// <param name="authorityFile">PEM: the authority; several while the cluster goes over from one to the next.</param>
    /// <param name="certificateFile">PEM: this node's certificate, good for servers and clients.</param>
    /// <param name="privateKeyFile">PEM: its private key.</param>
    /// <exception cref="CryptographicException">A file is none of these, or the certificate would be refused by the others.</exception>
    /// <exception cref="ArgumentException">Certificate and private key do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read; also <see cref="UnauthorizedAccessException"/>.</exception>
    public static ClusterTls Load(string authorityFile, string certificateFile, string privateKeyFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authorityFile);
        if (authorities.Count == 0)
        {
            throw new CryptographicException($"{authorityFile} holds no certificate.");
        }

        var tls = new ClusterTls(authorities, X509Certificate2.CreateFromPemFile(certificateFile, privateKeyFile));
        return tls.WhyRefused(tls._own) is { } reason
            ? throw new CryptographicException($"Other nodes would refuse {certificateFile}: {reason}.")
            : tls;
    }

    /// <summary>For the actor system, with <c>akka.remote.dot-netty.tcp.enable-ssl</c>.</summary>
    internal DotNettySslSetup Setup => new(
        _own,
        suppressValidation: false,
        requireMutualAuthentication: true,
        validateCertificateHostname: false,
        customValidator: (certificate, _, peer, _, log) => Accepts(certificate, peer, log));

    private bool Accepts(X509Certificate2? certificate, string peer, ILoggingAdapter log)
    {
        var reason = certificate is null ? "it shows none" : WhyRefused(certificate);
        if (reason is not null)
        {
            log.Warning("The node at {Peer} is refused for its certificate: {Reason}", peer, reason);
        }

        return reason is null;
    }

    private string? WhyRefused(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // Who is to be shut out needs a new authority.
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(certificate) ? null : string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
    }
}

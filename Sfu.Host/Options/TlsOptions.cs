namespace Sfu.Host.Options;

/// <summary>The certificate of the https listeners.</summary>
/// <param name="CertificateFile">PEM, the leaf first, then its chain. Null when self-signed.</param>
/// <param name="KeyFile">PEM. Null: in the certificate's file.</param>
/// <param name="SelfSigned">Make a certificate at every start.</param>
internal sealed record TlsOptions(string? CertificateFile, string? KeyFile, bool SelfSigned);

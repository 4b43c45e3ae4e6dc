namespace Sfu.Media.Ortc;

/// <summary>A hash of a certificate (RFC 8122 §5).</summary>
/// <param name="Algorithm">For instance <c>sha-256</c>; lower case after validation.</param>
/// <param name="Value">Hexadecimal bytes with colons; upper case after validation.</param>
public sealed record DtlsFingerprint(string Algorithm, string Value);

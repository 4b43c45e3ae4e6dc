namespace Sfu.Media.Ortc;

/// <summary>A header extension (RFC 8285) in use on an RTP stream.</summary>
public sealed record RtpHeaderExtensionParameters
{
    /// <summary>One of <see cref="RtpHeaderExtensionUri"/>, or another that nobody here understands.</summary>
    public required string Uri { get; init; }

    /// <summary>1–255; 15 is reserved in the one-byte form (RFC 8285 §4.2).</summary>
    public required int Id { get; init; }

    public bool Encrypt { get; init; }

    public ParameterDictionary Parameters { get; init => field = value ?? ParameterDictionary.Empty; } = ParameterDictionary.Empty;
}

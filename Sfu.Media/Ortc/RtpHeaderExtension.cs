namespace Sfu.Media.Ortc;

/// <summary>A header extension (RFC 8285) in capabilities.</summary>
public sealed record RtpHeaderExtension
{
    public required MediaKind Kind { get; init; }

    /// <summary>One of <see cref="RtpHeaderExtensionUri"/>, or another that nobody here understands.</summary>
    public required string Uri { get; init; }

    /// <summary>1–255; 15 is reserved in the one-byte form (RFC 8285 §4.2).</summary>
    public required int PreferredId { get; init; }

    public bool PreferredEncrypt { get; init; }

    public RtpHeaderExtensionDirection Direction { get; init; } = RtpHeaderExtensionDirection.SendRecv;
}

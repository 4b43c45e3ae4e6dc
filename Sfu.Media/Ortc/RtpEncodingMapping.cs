namespace Sfu.Media.Ortc;

/// <summary>An encoding of the Producer and the SSRC by which the Router knows it.</summary>
public sealed record RtpEncodingMapping
{
    public uint? Ssrc { get; init; }

    public string? Rid { get; init; }

    public string? ScalabilityMode { get; init; }

    public required uint MappedSsrc { get; init; }
}

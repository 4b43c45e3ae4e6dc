using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>A peer's part in the handshake and the fingerprints of its certificate.</summary>
public sealed record DtlsParameters
{
    public DtlsRole Role { get; init; } = DtlsRole.Auto;

    public ImmutableArray<DtlsFingerprint> Fingerprints { get; init => field = value.IsDefault ? [] : value; } = [];
}

namespace Sfu.Media.Dtls;

/// <summary>Choices of a <see cref="DtlsContext"/>.</summary>
public sealed record DtlsOptions
{
    /// <summary>The profiles to offer or to accept, best first. None makes every handshake fail for want of one.</summary>
    public IReadOnlyList<ushort> SrtpProfiles { get; init; } = DtlsSrtpProfile.Preferred;

    /// <summary>The longest datagram to send, 256 … <see cref="DtlsSession.MaxDatagramBytes"/>; longer handshake messages go out in fragments.</summary>
    public int MtuBytes { get; init; } = DtlsSession.MaxDatagramBytes;

    /// <summary>Overrides what <see cref="DtlsClockProbe"/> finds.</summary>
    internal DtlsClockMode? Clock { get; init; }
}

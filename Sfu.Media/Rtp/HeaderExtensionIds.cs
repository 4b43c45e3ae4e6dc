namespace Sfu.Media.Rtp;

/// <summary>The negotiated local identifiers of one RTP session: kind to identifier and back, in constant time. Immutable; any
/// thread.</summary>
public sealed class HeaderExtensionIds
{
    public static readonly HeaderExtensionIds None = new([]);

    private readonly byte[] _idOfKind = new byte[(int)HeaderExtensionKind.MediasoupPacketId + 1];

    // As long as the highest identifier asks; most sessions stay below 15.
    private readonly HeaderExtensionKind[] _kindOfId;

    /// <param name="pairs">Kind and identifier, 1 … 255 without 15. Unknown kinds are skipped; of two pairs of one kind the first
    /// counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">An identifier is outside its range.</exception>
    public HeaderExtensionIds(IEnumerable<(HeaderExtensionKind Kind, int Id)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var all = pairs.ToArray();
        _kindOfId = new HeaderExtensionKind[all.Select(static pair => Math.Clamp(pair.Id, 0, byte.MaxValue)).DefaultIfEmpty(-1).Max() + 1];
        foreach (var (kind, id) in all)
        {
            if (id is < 1 or > 255 or 15)
            {
                throw new ArgumentOutOfRangeException(nameof(pairs), id, "A header extension identifier is 1 to 255 without 15.");
            }

            if (kind != HeaderExtensionKind.Unknown && _idOfKind[(int)kind] == 0)
            {
                _idOfKind[(int)kind] = (byte)id;
                _kindOfId[id] = kind;
            }
        }
    }

    /// <summary>The identifier, or 0 when the kind was not negotiated.</summary>
    public byte IdOf(HeaderExtensionKind kind) => _idOfKind[(int)kind];

    public HeaderExtensionKind KindOf(byte id)
    {
        var kinds = _kindOfId;
        return id < kinds.Length ? kinds[id] : HeaderExtensionKind.Unknown;
    }
}

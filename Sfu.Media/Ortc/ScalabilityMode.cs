namespace Sfu.Media.Ortc;

/// <summary>
/// Layers of a stream as the W3C names them (webrtc-svc §6): <c>L</c> or <c>S</c>, spatial layers, <c>T</c>, temporal layers, and
/// <c>_KEY</c> when spatial layers depend on one another only at key frames.
/// </summary>
/// <param name="SpatialLayers">1–99.</param>
/// <param name="TemporalLayers">1–99.</param>
/// <param name="Ksvc">Inter-layer prediction at key frames only.</param>
/// <param name="Independent">An <c>S</c> mode: the spatial layers do not depend on one another at all.</param>
public readonly record struct ScalabilityMode(int SpatialLayers, int TemporalLayers, bool Ksvc, bool Independent = false)
{
    public static readonly ScalabilityMode Single = new(1, 1, false);

    /// <summary>Reads a mode by its beginning; what does not begin like one, and null, is one layer of each.</summary>
    public static ScalabilityMode Parse(string? text)
    {
        if (text is null || text.Length < 4 || text[0] is not ('L' or 'S'))
        {
            return Single;
        }

        var rest = text.AsSpan(1);
        if (!TryReadCount(ref rest, out var spatial) || rest.IsEmpty || rest[0] != 'T')
        {
            return Single;
        }

        rest = rest[1..];
        return TryReadCount(ref rest, out var temporal)
            ? new ScalabilityMode(spatial, temporal, rest.StartsWith("_KEY", StringComparison.Ordinal), text[0] == 'S')
            : Single;
    }

    /// <summary>One or two digits, the first not zero.</summary>
    private static bool TryReadCount(ref ReadOnlySpan<char> text, out int count)
    {
        count = 0;
        var digits = 0;
        while (digits < 2 && digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            count = (10 * count) + (text[digits] - '0');
            if (count == 0)
            {
                return false;
            }

            digits++;
        }

        text = text[digits..];
        return digits > 0;
    }
}

using System.Buffers.Binary;

namespace Sfu.Media.Codecs;

/// <summary>The scalability structure in a VP9 payload descriptor (RFC 9628 §4.2.1).</summary>
/// <remarks>
/// <code>
/// | N_S |Y|G|-|-|-|
/// |     WIDTH  16 |   N_S + 1 times, if Y
/// |    HEIGHT  16 |
/// |      N_G      |   if G
/// | TID |U| R |-|-|   N_G times, if G
/// |    P_DIFF     |   R times
/// </code>
/// </remarks>
/// <param name="SpatialLayers">1 … 8; 0 when there is no structure.</param>
/// <param name="HasResolutions">Y bit.</param>
/// <param name="Width">Of the highest spatial layer; 0 without resolutions.</param>
/// <param name="Height">Likewise.</param>
/// <param name="PicturesInGroup">N_G; 0 in flexible mode.</param>
public readonly record struct Vp9ScalabilityStructure(int SpatialLayers, bool HasResolutions, int Width, int Height, int PicturesInGroup)
{
    private const int ResolutionBytes = 4;

    /// <param name="payload">RTP payload.</param>
    /// <param name="position">Where the structure starts; then where it ends.</param>
    /// <param name="structure">What was read.</param>
    internal static bool TryParse(ReadOnlySpan<byte> payload, ref int position, out Vp9ScalabilityStructure structure)
    {
        structure = default;
        if (payload.Length <= position)
        {
            return false;
        }

        var first = payload[position++];
        var layers = (first >> 5) + 1;
        var hasResolutions = (first & 0x10) != 0;
        int width = 0, height = 0, pictures = 0;
        if (hasResolutions)
        {
            var end = position + (ResolutionBytes * layers);
            if (payload.Length < end)
            {
                return false;
            }

            width = BinaryPrimitives.ReadUInt16BigEndian(payload[(end - ResolutionBytes)..]);
            height = BinaryPrimitives.ReadUInt16BigEndian(payload[(end - 2)..]);
            position = end;
        }

        if ((first & 0x08) != 0)
        {
            if (payload.Length <= position)
            {
                return false;
            }

            pictures = payload[position++];
            for (var i = 0; i < pictures; i++)
            {
                if (payload.Length <= position)
                {
                    return false;
                }

                position += 1 + ((payload[position] >> 2) & 0x03);
            }
        }

        structure = new Vp9ScalabilityStructure(layers, hasResolutions, width, height, pictures);
        return position <= payload.Length;
    }
}

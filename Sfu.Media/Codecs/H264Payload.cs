using System.Buffers.Binary;

namespace Sfu.Media.Codecs;

/// <summary>Key frames in the RTP payload of H.264 (RFC 6184), packetization modes 0 and 1.</summary>
internal static class H264Payload
{
    private const int Idr = 5;
    private const int SequenceParameterSet = 7;
    private const int StapA = 24;
    private const int FuA = 28;

    /// <summary>
    /// An IDR slice or a sequence parameter set, alone (§5.6), aggregated (§5.7.1) or in the first fragment (§5.8). The parameter set
    /// counts,
    /// because senders put it in front of the IDR and a receiver that starts behind it cannot decode.
    /// </summary>
    public static bool IsKeyFrameStart(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
        {
            return false;
        }

        var type = payload[0] & 0x1F;
        return type switch
        {
            StapA => AggregateStartsKeyFrame(payload[1..]),
            FuA => (payload[1] & 0x80) != 0 && StartsKeyFrame(payload[1]),
            _ => StartsKeyFrame(payload[0]),
        };
    }

    private static bool AggregateStartsKeyFrame(ReadOnlySpan<byte> units)
    {
        while (units.Length > 2)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(units);
            if (size == 0 || size > units.Length - 2)
            {
                return false;
            }

            if (StartsKeyFrame(units[2]))
            {
                return true;
            }

            units = units[(2 + size)..];
        }

        return false;
    }

    private static bool StartsKeyFrame(byte header) => (header & 0x1F) is Idr or SequenceParameterSet;
}

using Sfu.Media.Wire;

namespace Sfu.Media.Srtp;

/// <summary>
/// The 48-bit index of an RTP packet: rollover counter and sequence number (RFC 3711 §3.3.1), guessed from the highest index that
/// its stream has authenticated.
/// </summary>
internal static class PacketIndex
{
    /// <summary>The highest index of a stream that has none yet.</summary>
    public const long None = -1;

    /// <summary>At 2⁴⁸ packets the keys are used up (RFC 3711 §9.2).</summary>
    public const long Max = (1L << 48) - 1;

    private const int Rollover = 1 << 16;
    private const int HalfRollover = 1 << 15;

    /// <summary>
    /// The guess of RFC 3711 §3.3.1 and appendix A, with one addition: while the ROC is zero nothing lies before it, so that a
    /// sequence number "behind zero" is one far ahead, a stream that went on unseen. Authentication decides either way.
    /// </summary>
    public static long Guess(ushort sequence, long highest)
    {
        if (highest < 0)
        {
            return sequence;
        }

        var index = Serial.Unwrap(sequence, highest);

        // RFC 3711 §3.3.1 keeps the ROC when the distance is exactly half the number space.
        var keepsRoc = index - highest == -HalfRollover && (ushort)highest < HalfRollover;
        return index < 0 || keepsRoc ? index + Rollover : index;
    }
}

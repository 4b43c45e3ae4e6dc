using System.Buffers.Binary;
using System.Globalization;

namespace Sfu.Media.Ortc;

/// <summary>The <c>profile-level-id</c> of H.264 (RFC 6184 §8.1): profile_idc, profile_iop and level_idc in six hexadecimal digits.</summary>
/// <param name="Profile">The profile that the first two bytes stand for.</param>
/// <param name="Level">Ten times the level, so 31 is level 3.1; and <see cref="Level1b"/>.</param>
public readonly record struct H264ProfileLevelId(H264Profile Profile, int Level)
{
    /// <summary>Level 1b, which lies between 1 and 1.1. On the wire it is level_idc 11 with constraint_set3.</summary>
    public const int Level1b = 0;

    /// <summary>What no <c>profile-level-id</c> means in browsers: Constrained Baseline, level 3.1.</summary>
    public static readonly H264ProfileLevelId Default = new(H264Profile.ConstrainedBaseline, 31);

    private const byte ConstraintSet3 = 0x10;

    // profile_idc, mask over profile_iop, profile_iop under the mask, profile; RFC 6184 §8.1, table 5.
    private static readonly (byte Idc, byte Mask, byte Iop, H264Profile Profile)[] _patterns =
    [
        (0x42, 0x4F, 0x40, H264Profile.ConstrainedBaseline),
        (0x4D, 0x8F, 0x80, H264Profile.ConstrainedBaseline),
        (0x58, 0xCF, 0xC0, H264Profile.ConstrainedBaseline),
        (0x42, 0x4F, 0x00, H264Profile.Baseline),
        (0x58, 0xCF, 0x80, H264Profile.Baseline),
        (0x4D, 0xAF, 0x00, H264Profile.Main),
        (0x64, 0xFF, 0x00, H264Profile.High),
        (0x64, 0xFF, 0x0C, H264Profile.ConstrainedHigh),
        (0xF4, 0xFF, 0x00, H264Profile.PredictiveHigh444),
    ];

    private static readonly byte[] _levels = [10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52];

    public static bool TryParse(ReadOnlySpan<char> text, out H264ProfileLevelId value)
    {
        value = default;
        Span<byte> bytes = stackalloc byte[4];
        if (text.Length != 6 || !uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        var (idc, iop, level) = (bytes[1], bytes[2], bytes[3]);
        if (!_levels.Contains(level))
        {
            return false;
        }

        foreach (var pattern in _patterns)
        {
            if (pattern.Idc == idc && (iop & pattern.Mask) == pattern.Iop)
            {
                value = new H264ProfileLevelId(pattern.Profile, level == 11 && (iop & ConstraintSet3) != 0 ? Level1b : level);
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The value that a codec's parameters give, by its absence too. A number of six digits counts as text: SDP parsers turn
    /// <c>640032</c> into one.
    /// </summary>
    public static bool TryParse(ParameterDictionary parameters, out H264ProfileLevelId value)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var given = parameters["profile-level-id"];
        if (given.IsEmpty)
        {
            value = Default;
            return true;
        }

        return TryParse(given.ToString(), out value);
    }

    /// <summary>Whether this level is less than the other one.</summary>
    public bool IsLevelBelow(H264ProfileLevelId other) => Rank(Level) < Rank(other.Level);

    /// <summary>Six lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        var start = Profile switch
        {
            H264Profile.ConstrainedBaseline => 0x42E000,
            H264Profile.Baseline => 0x420000,
            H264Profile.Main => 0x4D0000,
            H264Profile.ConstrainedHigh => 0x640C00,
            H264Profile.High => 0x640000,
            _ => 0xF40000,
        };
        var level = Level == Level1b ? (ConstraintSet3 << 8) | 11 : Level;
        return (start | level).ToString("x6", CultureInfo.InvariantCulture);
    }

    private static int Rank(int level) => level == Level1b ? 21 : 2 * level;
}

namespace Sfu.Media.Ortc;

/// <summary>Whether two codecs are the same one, as far as RTP endpoints must agree.</summary>
internal static class CodecMatching
{
    /// <summary>MIME type, clock rate, channels, and the streams of multiopus: enough to choose a codec from the supported ones.</summary>
    public static bool IsSameCodec(CodecView a, CodecView b) =>
        a.Is(b.MimeType)
        && a.ClockRate == b.ClockRate
        && a.Channels == b.Channels
        && (!a.Is("audio/multiopus") || (HasSame("num_streams", a, b) && HasSame("coupled_streams", a, b)));

    /// <summary>Also the profiles: what one sends, the other can decode.</summary>
    public static bool IsCompatible(CodecView a, CodecView b) =>
        IsSameCodec(a, b)
        && (!a.Is("video/H264") || IsCompatibleH264(a, b))
        && (!a.Is("video/VP9") || HasSameOrZero("profile-id", a, b))
        && (!a.Is("video/AV1") || HasSameOrZero("profile", a, b));

    /// <summary>
    /// The <c>profile-level-id</c> of the answer to <paramref name="offered"/> (RFC 6184 §8.2.2): its own level where both allow levels to
    /// differ by direction, else the lower of the two. Null when neither gives one.
    /// </summary>
    /// <remarks>The two are compatible H.264 codecs.</remarks>
    public static string? AnswerProfileLevelId(CodecView offered, CodecView supported)
    {
        const string Key = "profile-level-id";
        if ((offered.Parameters[Key].IsEmpty && supported.Parameters[Key].IsEmpty)
            || !H264ProfileLevelId.TryParse(offered.Parameters, out var mine)
            || !H264ProfileLevelId.TryParse(supported.Parameters, out var theirs))
        {
            return null;
        }

        var keepsOwnLevel = AllowsLevelAsymmetry(offered) && AllowsLevelAsymmetry(supported);
        var level = keepsOwnLevel || mine.IsLevelBelow(theirs) ? mine.Level : theirs.Level;
        return new H264ProfileLevelId(mine.Profile, level).ToString();
    }

    private static bool IsCompatibleH264(CodecView a, CodecView b) =>
        HasSameOrZero("packetization-mode", a, b)
        && H264ProfileLevelId.TryParse(a.Parameters, out var first)
        && H264ProfileLevelId.TryParse(b.Parameters, out var second)
        && first.Profile == second.Profile;

    private static bool AllowsLevelAsymmetry(CodecView codec)
    {
        var value = codec.Parameters["level-asymmetry-allowed"];
        return value == 1 || value == "1" || value == true;
    }

    private static bool HasSame(string key, CodecView a, CodecView b) => a.Parameters[key] == b.Parameters[key];

    private static bool HasSameOrZero(string key, CodecView a, CodecView b)
    {
        var (first, second) = (a.Parameters[key], b.Parameters[key]);
        return first == second || (first.IsEmpty && second.IsEmpty);
    }
}

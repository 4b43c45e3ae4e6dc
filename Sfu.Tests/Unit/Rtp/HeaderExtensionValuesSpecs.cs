using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Rtp;

public class HeaderExtensionValuesSpecs
{
    [Theory]
    [InlineData(0x80, true, 0)]
    [InlineData(0xFF, true, 127)]
    [InlineData(0x1E, false, 30)]
    public void Audio_level_has_a_voice_flag_and_seven_bits(byte value, bool voice, byte level)
    {
        Assert.True(HeaderExtensionValues.TryReadAudioLevel([value], out var readVoice, out var readLevel));
        Assert.Equal((voice, level), (readVoice, readLevel));
        Assert.False(HeaderExtensionValues.TryReadAudioLevel([], out _, out _));
    }

    [Fact]
    public void Video_orientation_has_camera_flip_and_rotation()
    {
        Assert.True(HeaderExtensionValues.TryReadVideoOrientation([0x0D], out var back, out var flipped, out var rotation));
        Assert.Equal((true, true, 90), (back, flipped, rotation));
        Assert.True(HeaderExtensionValues.TryReadVideoOrientation([0x03], out back, out flipped, out rotation));
        Assert.Equal((false, false, 270), (back, flipped, rotation));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000_000, 1 << 18)]
    [InlineData(63_999_999, 0xFFFFFF)]
    [InlineData(64_000_000, 0)]
    [InlineData(64_500_000, 1 << 17)]
    [InlineData(-500_000, 0x1000000 - (1 << 17))]
    public void Abs_send_time_is_seconds_with_18_fraction_bits_modulo_64(long us, int expected)
    {
        Assert.Equal((uint)expected, HeaderExtensionValues.ToAbsSendTime(new MediaTime(us)));
        Assert.True(HeaderExtensionValues.TryReadAbsSendTime([(byte)(expected >> 16), (byte)(expected >> 8), (byte)expected], out var read));
        Assert.Equal((uint)expected, read);
    }

    [Fact]
    public void Every_kind_but_unknown_has_its_own_uri_and_back()
    {
        var kinds = Enum.GetValues<HeaderExtensionKind>().Where(k => k != HeaderExtensionKind.Unknown).ToArray();
        Assert.Equal(12, kinds.Length);
        Assert.All(kinds, kind => Assert.Equal(kind, HeaderExtensionUris.FromUri(HeaderExtensionUris.ToUri(kind))));
        Assert.Equal("urn:ietf:params:rtp-hdrext:sdes:mid", HeaderExtensionUris.ToUri(HeaderExtensionKind.Mid));
        Assert.Equal("urn:ietf:params:rtp-hdrext:ssrc-audio-level", HeaderExtensionUris.ToUri(HeaderExtensionKind.AudioLevel));
        Assert.Equal("urn:3gpp:video-orientation", HeaderExtensionUris.ToUri(HeaderExtensionKind.VideoOrientation));
        Assert.Equal("urn:mediasoup:params:rtp-hdrext:packet-id", HeaderExtensionUris.ToUri(HeaderExtensionKind.MediasoupPacketId));
        Assert.Equal(HeaderExtensionKind.Unknown, HeaderExtensionUris.FromUri("urn:nobody:knows"));
        Assert.Equal(HeaderExtensionKind.Unknown, HeaderExtensionUris.FromUri(""));
        Assert.Equal(HeaderExtensionKind.Unknown, HeaderExtensionUris.FromUri(null));
    }

    [Fact]
    public void Identifiers_map_both_ways_and_the_first_of_a_kind_counts()
    {
        var ids = new HeaderExtensionIds([(HeaderExtensionKind.Mid, 4), (HeaderExtensionKind.Unknown, 9), (HeaderExtensionKind.Mid, 5)]);
        Assert.Equal(4, ids.IdOf(HeaderExtensionKind.Mid));
        Assert.Equal(HeaderExtensionKind.Mid, ids.KindOf(4));
        Assert.Equal(HeaderExtensionKind.Unknown, ids.KindOf(5));
        Assert.Equal(HeaderExtensionKind.Unknown, ids.KindOf(9));
        Assert.Equal(0, ids.IdOf(HeaderExtensionKind.AbsSendTime));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeaderExtensionIds([(HeaderExtensionKind.Mid, 15)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeaderExtensionIds([(HeaderExtensionKind.Mid, 0)]));
    }
}

using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;

namespace Sfu.Tests.Unit.Rtp;

public class AbsCaptureTimeSpecs
{
    [Theory]
    [InlineData("E1A2B3C4 80000000", null)]
    [InlineData("E1A2B3C4 80000000 FFFFFFFF 00000000", -1L << 32)]
    [InlineData("E1A2B3C4 80000000 00000000 00000001", 1L)]
    public void It_is_an_ntp_time_and_perhaps_a_signed_offset(string data, long? offset)
    {
        Assert.True(HeaderExtensionValues.TryReadAbsCaptureTime(Packets.Hex(data), out var value));
        Assert.Equal(new AbsCaptureTime(new NtpTime(0xE1A2B3C4_80000000), offset), value);
        var written = new byte[value.Length];
        Assert.Equal(written.Length, HeaderExtensionValues.WriteAbsCaptureTime(written, value));
        Assert.Equal(Packets.Hex(data), written);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(17)]
    public void Other_lengths_are_refused(int length) => Assert.False(HeaderExtensionValues.TryReadAbsCaptureTime(new byte[length], out _));
}

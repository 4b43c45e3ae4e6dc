using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Support;

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

    // Between two others, one of three bytes behind it; CSRC, payload and padding.
    [Theory]
    [InlineData("BEDE", "12 AABBCC 57 E1A2B3C4 80000000 31 0102", "12 AABBCC 5F E1A2B3C4 80000000 00000002 00000001 31 0102", 8)]
    [InlineData("BEDE", "12 AABBCC 5F E1A2B3C4 80000000 FFFFFFFF 00000000 31 0102", "12 AABBCC 5F E1A2B3C4 80000000 00000001 00000001 31 0102", 0)]
    [InlineData("1000", "0103 AABBCC 0508 E1A2B3C4 80000000 0302 0102", "0103 AABBCC 0510 E1A2B3C4 80000000 00000002 00000001 0302 0102", 8)]
    [InlineData("BEDE", "12 AABBCC 56 E1A2B3C4 800000 31 0102", "12 AABBCC 56 E1A2B3C4 800000 31 0102", 0)] // Seven bytes are no capture time.
    public void A_packet_gets_the_offset_from_another_clock_with_all_else_as_it_was(string profile, string elements, string expected, int growth)
    {
        var packet = Whole(profile, elements);
        Assert.True(RtpPacket.TryParse(packet, out var view));
        Assert.True(view.TryFindExtension(5, out var element));
        var written = new byte[packet.Length + CaptureTimeRewriter.MaxGrowth];
        Assert.Equal(growth, CaptureTimeRewriter.Write(view, element, ahead: (2L << 32) + 1, written));
        Assert.Equal(Whole(profile, expected), written[..(packet.Length + growth)]);
        Assert.Equal(0, AllocationProbe.Measure(_ =>
        {
            if (RtpPacket.TryParse(packet, out var again) && again.TryFindExtension(5, out var found))
            {
                CaptureTimeRewriter.Write(again, found, ahead: 1, written);
            }
        }));
    }

    private static byte[] Whole(string profile, string elements)
    {
        var data = Packets.Hex(elements).ToList();
        data.AddRange(new byte[(4 - (data.Count % 4)) % 4]);
        return [.. Packets.Hex("B1 60 0001 00000002 00000003 00000004"), .. Packets.Hex(profile), 0, (byte)(data.Count / 4), .. data, .. Packets.Hex("DEADBEEF 000002")];
    }
}

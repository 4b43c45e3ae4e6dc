using Sfu.Media.Rtp;

namespace Sfu.Tests.Unit.Rtp;

public class RtpPacketSpecs
{
    // V=2 P X CC=2 | M PT=111 | seq | ts | ssrc | 2 csrcs | BEDE, 1 word | payload 3 | padding 5
    private static readonly byte[] Full = Packets.Hex("B2 EF 1234 DEADBEEF CAFEBABE 00000001 00000002 BEDE0001 10FF0000 010203 0000000005");

    [Fact]
    public void Every_field_of_a_full_packet_is_read()
    {
        Assert.True(RtpPacket.TryParse(Full, out var packet));
        Assert.True(packet.Marker);
        Assert.Equal(111, packet.PayloadType);
        Assert.Equal(0x1234, packet.SequenceNumber);
        Assert.Equal(0xDEADBEEF, packet.Timestamp);
        Assert.Equal(0xCAFEBABE, packet.Ssrc);
        Assert.Equal(2, packet.CsrcCount);
        Assert.Equal(1u, packet.GetCsrc(0));
        Assert.Equal(2u, packet.GetCsrc(1));
        Assert.True(packet.HasExtension);
        Assert.Equal(0xBEDE, packet.ExtensionProfile);
        Assert.Equal(24, packet.ExtensionOffset);
        Assert.Equal(Packets.Hex("10FF0000"), packet.ExtensionData.ToArray());
        Assert.Equal(28, packet.HeaderLength);
        Assert.Equal(5, packet.PaddingLength);
        Assert.Equal(Packets.Hex("010203"), packet.Payload.ToArray());
    }

    [Fact]
    public void A_minimal_packet_has_an_empty_payload_and_no_extension()
    {
        Assert.True(RtpPacket.TryParse(Packets.Rtp(1, payloadLength: 0), out var packet));
        Assert.Equal(12, packet.HeaderLength);
        Assert.True(packet.Payload.IsEmpty);
        Assert.False(packet.HasExtension);
        Assert.Equal(0, packet.ExtensionProfile);
        Assert.True(packet.ExtensionData.IsEmpty);
    }

    [Theory]
    [InlineData("40600007010203041122334400")] // Version 1.
    [InlineData("C0600007010203041122334400")] // Version 3.
    [InlineData("8160000701020304112233440000")] // A CSRC that is not there.
    [InlineData("90600007010203041122334400")] // An extension header that is not there.
    [InlineData("906000070102030411223344BEDE000200000000")] // An extension longer than the packet.
    [InlineData("A06000070102030411223344000000")] // Padding of zero.
    [InlineData("A06000070102030411223344000004")] // Padding longer than what is behind the header.
    [InlineData("A06000070102030411223344")] // A padding bit and nothing behind the header.
    public void A_packet_that_contradicts_itself_is_refused(string hex)
    {
        Assert.False(RtpPacket.TryParse(Packets.Hex(hex), out _));
    }

    [Fact]
    public void A_packet_may_be_padding_only()
    {
        Assert.True(RtpPacket.TryParse(Packets.Hex("A06000070102030411223344 000003"), out var packet));
        Assert.Equal(3, packet.PaddingLength);
        Assert.True(packet.Payload.IsEmpty);
    }

    [Fact]
    public void The_header_is_read_before_the_padding_is_decrypted()
    {
        var encrypted = (byte[])Full.Clone();
        encrypted[^1] = 0xFF;
        Assert.False(RtpPacket.TryParse(encrypted, out _));
        Assert.True(RtpPacket.TryParseHeader(encrypted, out var packet));
        Assert.Equal(28, packet.HeaderLength);
        Assert.Equal(8, packet.Payload.Length);
        Assert.Equal(0x1234, packet.SequenceNumber);
    }

    [Fact]
    public void A_prefix_is_refused_until_the_header_is_whole()
    {
        for (var length = 0; length <= Full.Length; length++)
        {
            Assert.Equal(length >= 28, RtpPacket.TryParseHeader(Full.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void Setters_change_their_field_only()
    {
        var packet = (byte[])Full.Clone();
        RtpPacket.SetPayloadType(packet, 96);
        RtpPacket.SetSequenceNumber(packet, 0xABCD);
        RtpPacket.SetTimestamp(packet, 0x01020304);
        RtpPacket.SetSsrc(packet, 0x05060708);
        Assert.Equal(Packets.Hex("B2 E0 ABCD 01020304 05060708"), packet[..12]);
        Assert.Equal(Full[12..], packet[12..]);

        RtpPacket.SetMarker(packet, false);
        Assert.Equal(0x60, packet[1]);
        RtpPacket.SetMarker(packet, true);
        Assert.Equal(0xE0, packet[1]);
    }
}

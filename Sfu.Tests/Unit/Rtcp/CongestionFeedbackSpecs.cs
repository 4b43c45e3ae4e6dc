using Sfu.Media.Rtcp;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Rtcp;

public class CongestionFeedbackSpecs
{
    private static bool Parses(string hex)
    {
        var reader = new RtcpReader(Packets.Hex(hex));
        Assert.True(reader.TryNext(out var packet));
        return CongestionFeedback.TryParse(packet, out _);
    }

    [Fact] // RFC 8888 §3.1.
    public void A_message_tells_of_each_stream_packet_by_packet()
    {
        var reader = new RtcpReader(Packets.Hex("8BCD0008 00000001 00000002 FFFE0003 A0010000 FFFF0000 00000003 00070000 00012345"));
        Assert.True(reader.TryNext(out var packet));
        Assert.True(CongestionFeedback.TryParse(packet, out var feedback));
        Assert.Equal((1u, 0x12345u), (feedback.SenderSsrc, feedback.Timestamp));
        var blocks = feedback.GetBlocks();
        Assert.True(blocks.TryNext(out var block));
        Assert.Equal((2u, 0xFFFE, 3), (block.Ssrc, block.BeginSequence, block.Count));
        Assert.Equal((true, 1, 1), (block[0].IsReceived, block[0].Ecn, block[0].Offset));
        Assert.False(block[1].IsReceived);
        Assert.Equal((true, 3, PacketArrival.Unavailable), (block[2].IsReceived, block[2].Ecn, block[2].Offset));
        Assert.True(blocks.TryNext(out block));
        Assert.Equal((3u, 7, 0), (block.Ssrc, block.BeginSequence, block.Count));
        Assert.False(blocks.TryNext(out _));
    }

    [Theory]
    [InlineData("8BCD0002 00000001 00000002", true)] // No block at all.
    [InlineData("8BCD0001 00000001", false)] // No timestamp.
    [InlineData("8BCD0003 00000001 00000002 00000003", false)] // Half the head of a block.
    [InlineData("8BCD0004 00000001 00000002 00010001 00000003", false)] // A report that is not there.
    [InlineData("8BCD0005 00000001 00000002 0001FFFF 80000000 00000003", false)] // More than there is.
    [InlineData("8BCD0006 00000001 00000002 00010001 80000000 80000000 00000003", false)] // Less than there is.
    [InlineData("8FCD0004 00000001 00000002 00010000 00000003", false)] // Another format.
    public void A_message_that_its_blocks_do_not_fill_is_refused(string hex, bool valid) => Assert.Equal(valid, Parses(hex));

    [Fact]
    public void More_reports_than_a_block_may_have_are_refused_though_they_are_there()
    {
        var packet = new byte[4 + 4 + 8 + (2 * 16_386) + 4];
        packet[0] = 0x8B;
        packet[1] = 205;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(14), 16_386);
        var reader = new RtcpReader(packet);
        Assert.True(reader.TryNext(out var rtcp));
        Assert.False(CongestionFeedback.TryParse(rtcp, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000_000, 1024)]
    [InlineData(60_000_000, PacketArrival.LongAgo)]
    [InlineData(-1, PacketArrival.Unavailable)]
    public void An_arrival_is_told_in_1024ths_of_a_second(long us, int offset)
    {
        var arrival = PacketArrival.At(us);
        Assert.Equal((true, 0, offset), (arrival.IsReceived, arrival.Ecn, arrival.Offset));
    }
}

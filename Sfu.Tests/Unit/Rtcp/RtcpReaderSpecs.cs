using System.Text;
using Sfu.Media.Rtcp;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Rtcp;

public class RtcpReaderSpecs
{
    private delegate void Check(RtcpPacket packet);

    private static void One(string hex, Check check)
    {
        var reader = new RtcpReader(Packets.Hex(hex));
        Assert.True(reader.TryNext(out var packet));
        check(packet);
        Assert.False(reader.TryNext(out _));
        Assert.False(reader.IsMalformed);
    }

    [Theory]
    [InlineData("80CC0006 00000007 4C415952 00000001 00000002 00000003 FFFFFFFF", true)]
    [InlineData("83CC0006 00000007 4C415952 00000001 00000002 00000003 FFFFFFFF", true)]
    [InlineData("84CC0006 00000007 4C415952 00000001 00000002 00000003 FFFFFFFF", false)]
    [InlineData("80CC0006 00000007 4C415953 00000001 00000002 00000003 FFFFFFFF", false)]
    [InlineData("80CC0005 00000007 4C415952 00000001 00000002 00000003", false)]
    public void Layer_announcements_are_whole_or_none(string hex, bool valid)
    {
        var reader = new RtcpReader(Packets.Hex(hex));
        Assert.True(reader.TryNext(out var packet));
        Assert.Equal(valid, LayerAnnouncement.TryParse(packet, out var announcement));
        if (valid)
        {
            Assert.Equal(7u, announcement.Ssrc);
            Assert.Equal(1u, announcement.BitrateOf(0));
            Assert.Equal(uint.MaxValue, announcement.BitrateOf(3));
        }
    }

    [Theory]
    [InlineData("80CC0004 00000007 43524F53 0F37FFFE 09000000", true, 9)]
    [InlineData("80CC0004 00000007 43524F53 0F37FFFE 0B000000", true, null)]
    [InlineData("80CC0004 00000007 43524F53 0F37FFFE FF000000", true, null)]
    [InlineData("81CC0004 00000007 43524F53 0F37FFFE 09000000", false, null)]
    [InlineData("80CC0004 00000007 43524F54 0F37FFFE 09000000", false, null)]
    [InlineData("80CC0003 00000007 43524F53 0F37FFFE", false, null)]
    public void Crossing_notices_are_whole_or_none(string hex, bool valid, int? score)
    {
        var reader = new RtcpReader(Packets.Hex(hex));
        Assert.True(reader.TryNext(out var packet));
        Assert.Equal(valid, CrossingNotice.TryParse(packet, out var notice));
        if (valid)
        {
            Assert.Equal(7u, notice.Ssrc);
            Assert.Equal(0x0F37, notice.Targets);
            Assert.Equal(0xFFFE, notice.After);
            Assert.Equal(score, notice.Score);
        }
    }

    [Fact]
    public void A_compound_is_walked_packet_by_packet()
    {
        var reader = new RtcpReader(Packets.Hex("80C90001 00000001" + "81CA0002 00000001 01016100" + "81CB0001 00000001"));
        var types = new List<RtcpPacketType>();
        while (reader.TryNext(out var packet))
        {
            types.Add(packet.Type);
        }

        Assert.False(reader.IsMalformed);
        Assert.Equal([RtcpPacketType.ReceiverReport, RtcpPacketType.SourceDescription, RtcpPacketType.Goodbye], types);
    }

    [Theory]
    [InlineData("80C9")] // Shorter than a header.
    [InlineData("40C90001 00000001")] // Version 1.
    [InlineData("80C90002 00000001")] // Longer than the datagram.
    [InlineData("A0C90001 00000000")] // Padding of zero.
    [InlineData("A0C90001 00000008")] // Padding longer than the body.
    [InlineData("A0C90000")] // A padding bit and no body.
    public void A_broken_packet_ends_the_walk_behind_the_good_ones(string broken)
    {
        var reader = new RtcpReader(Packets.Hex("80C90001 00000001" + broken));
        Assert.True(reader.TryNext(out _));
        Assert.False(reader.TryNext(out _));
        Assert.True(reader.IsMalformed);
        Assert.False(reader.TryNext(out _));
    }

    [Theory]
    [InlineData("80C8 0000", true)]
    [InlineData("80C0 0000", true)]
    [InlineData("80DF 0000", true)]
    [InlineData("80BF 0000", false)]
    [InlineData("80E0 0000", false)]
    [InlineData("40C8 0000", false)]
    [InlineData("80C8 00", false)]
    public void Rtcp_is_told_from_rtp_by_packet_types_192_to_223(string hex, bool expected) => Assert.Equal(expected, RtcpPacket.IsRtcp(Packets.Hex(hex)));

    [Fact]
    public void A_sender_report_has_sender_info_and_report_blocks() => One(
        "81C8000C 00000001 B44DB705 20000000 00000002 00000003 00000004" + "0000000A 40FFFFFE 00011234 00000007 B7052000 00054000",
        packet =>
        {
            Assert.True(SenderReport.TryParse(packet, out var report));
            Assert.Equal(new SenderInfo(1, new NtpTime(0xB44D_B705_2000_0000), 2, 3, 4), report.Info);
            Assert.Equal(1, report.ReportCount);
            Assert.Equal(new ReportBlock(10, 0x40, -2, 0x1_1234, 7, 0xB705_2000, 0x5_4000), report.GetReport(0));
            Assert.False(ReceiverReport.TryParse(packet, out _));
        });

    [Fact]
    public void A_receiver_report_may_be_empty_or_have_blocks()
    {
        One("80C90001 00000005", packet =>
        {
            Assert.True(ReceiverReport.TryParse(packet, out var report));
            Assert.Equal((5u, 0), (report.Ssrc, report.ReportCount));
        });
        One("81C90007 00000005 0000000A 007FFFFF 00011234 00000007 00000000 00000000", packet =>
        {
            Assert.True(ReceiverReport.TryParse(packet, out var report));
            Assert.Equal(ReportBlock.MaxCumulativeLost, report.GetReport(0).CumulativeLost);
        });
    }

    [Theory]
    [InlineData("81C8000B 00000001 00000000 00000000 00000002 00000003 00000004 00000000 00000000 00000000 00000000 00000000")]
    [InlineData("80C80004 00000001 00000000 00000000 00000002")]
    [InlineData("82C90007 00000005 0000000A 007FFFFF 00011234 00000007 00000000 00000000")]
    [InlineData("82CB0001 00000005")]
    [InlineData("81CD0002 00000001 00000002")]
    [InlineData("81CE0001 00000001")]
    [InlineData("84CE0003 00000001 00000000 00000003")]
    [InlineData("8FCE0004 00000001 00000000 52454D42 02000001")]
    [InlineData("8FCE0004 00000001 00000000 52454D43 00000001")]
    [InlineData("8FCE0004 00000001 00000000 52454D42 00FFFFFF")] // 2^81 bits per second.
    [InlineData("80CF0000")]
    public void A_count_or_length_that_contradicts_the_body_is_refused(string hex) => One(hex, packet =>
    {
        Assert.False(SenderReport.TryParse(packet, out _));
        Assert.False(ReceiverReport.TryParse(packet, out _));
        Assert.False(Goodbye.TryParse(packet, out _));
        Assert.False(GenericNack.TryParse(packet, out _));
        Assert.False(PictureLossIndication.TryParse(packet, out _));
        Assert.False(FullIntraRequest.TryParse(packet, out _));
        Assert.False(ReceiverEstimatedMaxBitrate.TryParse(packet, out _));
        Assert.False(ExtendedReport.TryParse(packet, out _));
    });

    [Fact]
    public void Source_descriptions_yield_each_chunks_cname() => One(
        // Chunk 1: NAME "x", CNAME "abc", one null octet; chunk 2: no item, four null octets; chunk 3: CNAME "ab", four null octets.
        "83CA0009 00000001 020178 0103616263 00 000000" + "00000002 00000000" + "00000003 01026162 00000000",
        packet =>
        {
            // The first chunk: 4 + 3 + 5 + 1 = 13 octets, filled up to 16.
            Assert.True(SourceDescription.TryParse(packet, out var view));
            Assert.True(view.TryNext(out var ssrc, out var cname));
            Assert.Equal((1u, "abc"), (ssrc, Encoding.UTF8.GetString(cname)));
            Assert.True(view.TryNext(out ssrc, out cname));
            Assert.Equal((2u, ""), (ssrc, Encoding.UTF8.GetString(cname)));
            Assert.True(view.TryNext(out ssrc, out cname));
            Assert.Equal((3u, "ab"), (ssrc, Encoding.UTF8.GetString(cname)));
            Assert.False(view.TryNext(out _, out _));
        });

    [Theory]
    [InlineData("81CA0002 00000001 01FF6162")] // An item longer than the packet.
    [InlineData("81CA0002 00000001 01026162")] // No end of the chunk.
    [InlineData("81CA0001 00000001")] // A chunk without items.
    public void A_broken_source_description_yields_nothing(string hex) => One(hex, packet =>
    {
        Assert.True(SourceDescription.TryParse(packet, out var view));
        Assert.False(view.TryNext(out _, out _));
    });

    [Fact]
    public void A_goodbye_lists_its_sources() => One("82CB0003 00000005 00000006 03627965", packet =>
    {
        Assert.True(Goodbye.TryParse(packet, out var bye));
        Assert.Equal((2, 5u, 6u), (bye.Count, bye.GetSsrc(0), bye.GetSsrc(1)));
    });

    [Fact]
    public void A_nack_lists_lost_packets_across_the_wrap() => One("81CD0004 00000001 00000002 FFFE8005 00100000", packet =>
    {
        Assert.True(GenericNack.TryParse(packet, out var nack));
        Assert.Equal((1u, 2u), (nack.SenderSsrc, nack.MediaSsrc));
        var lost = new List<ushort>();
        while (nack.TryNext(out var sequence))
        {
            lost.Add(sequence);
        }

        Assert.Equal([65534, 65535, 1, 14, 16], lost);
    });

    [Fact]
    public void A_nack_with_every_bit_set_lists_seventeen_packets() => One("81CD0003 00000001 00000002 0064FFFF", packet =>
    {
        Assert.True(GenericNack.TryParse(packet, out var nack));
        for (var expected = 100; expected <= 116; expected++)
        {
            Assert.True(nack.TryNext(out var sequence));
            Assert.Equal(expected, sequence);
        }

        Assert.False(nack.TryNext(out _));
    });

    [Fact]
    public void Key_frame_requests_name_their_stream()
    {
        One("81CE0002 00000001 00000002", packet =>
        {
            Assert.True(PictureLossIndication.TryParse(packet, out var pli));
            Assert.Equal(new PictureLossIndication(1, 2), pli);
        });
        One("84CE0006 00000001 00000000 00000003 07000000 00000004 08000000", packet =>
        {
            Assert.True(FullIntraRequest.TryParse(packet, out var fir));
            Assert.Equal((1u, 2), (fir.SenderSsrc, fir.Count));
            Assert.Equal((3u, (byte)7), fir.GetEntry(0));
            Assert.Equal((4u, (byte)8), fir.GetEntry(1));
        });
    }

    [Fact] // draft-alvestrand-rmcat-remb-03 §2.2: mantissa × 2^exponent.
    public void A_remb_gives_a_bitrate_for_streams() => One("8FCE0006 00000001 00000000 52454D42 020BFFFF 00000002 00000003", packet =>
    {
        Assert.True(ReceiverEstimatedMaxBitrate.TryParse(packet, out var remb));
        Assert.Equal(0x3FFFF << 2, remb.BitsPerSecond);
        Assert.Equal((1u, 2, 2u, 3u), (remb.SenderSsrc, remb.SsrcCount, remb.GetSsrc(0), remb.GetSsrc(1)));
    });

    [Fact]
    public void Extended_reports_are_walked_block_by_block() => One(
        "80CF000D 00000001" + "01000001 00000000" + "04000002 00000001 80000000" + "05000006 0000000A 0000000B 0000000C 0000000D 0000000E 0000000F",
        packet =>
        {
            Assert.True(ExtendedReport.TryParse(packet, out var report));
            Assert.Equal(1u, report.Ssrc);
            Assert.True(report.TryNext(out var block));
            Assert.Equal((1, 0), (block.Type, block.DlrrCount));
            Assert.False(block.TryGetReferenceTime(out _));
            Assert.True(report.TryNext(out block));
            Assert.True(block.TryGetReferenceTime(out var time));
            Assert.Equal(0x1_8000_0000u, time.Value);
            Assert.True(report.TryNext(out block));
            Assert.Equal(2, block.DlrrCount);
            Assert.Equal(new DlrrItem(10, 11, 12), block.GetDlrr(0));
            Assert.Equal(new DlrrItem(13, 14, 15), block.GetDlrr(1));
            Assert.False(report.TryNext(out _));
        });
}

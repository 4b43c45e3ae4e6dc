using Sfu.Media.Rtcp;
using Sfu.Tests.Support;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Rtcp;

public class RtcpWriterSpecs
{
    private static readonly ReportBlock Block = new(10, 0x40, -2, 0x1_1234, 7, 0xB705_2000, 0x5_4000);

    private delegate bool Add(ref RtcpWriter writer);

    /// <summary>The packet appears behind what is there already, needs exactly its length, and with less room leaves the buffer as it was.</summary>
    private static void Writes(string expectedHex, Add add)
    {
        var expected = Packets.Hex(expectedHex);
        for (var room = 8; room < 8 + expected.Length; room++)
        {
            var small = new RtcpWriter(new byte[room]);
            Assert.True(small.TryAddReceiverReport(1, []));
            Assert.False(add(ref small));
            Assert.Equal(8, small.Length);
        }

        var buffer = new byte[8 + expected.Length];
        Array.Fill(buffer, (byte)0xEE);
        var writer = new RtcpWriter(buffer);
        Assert.True(writer.TryAddReceiverReport(1, []));
        Assert.True(add(ref writer));
        Assert.Equal([.. Packets.Hex("80C90001 00000001"), .. expected], writer.Written.ToArray());
    }

    [Fact]
    public void Sender_reports() => Writes(
        "81C8000C 00000001 B44DB705 20000000 00000002 00000003 00000004 0000000A 40FFFFFE 00011234 00000007 B7052000 00054000",
        (ref RtcpWriter writer) => writer.TryAddSenderReport(new SenderInfo(1, new NtpTime(0xB44D_B705_2000_0000), 2, 3, 4), [Block]));

    [Fact]
    public void Receiver_reports() => Writes(
        "81C90007 00000005 0000000A 40FFFFFE 00011234 00000007 B7052000 00054000",
        (ref RtcpWriter writer) => writer.TryAddReceiverReport(5, [Block]));

    [Fact]
    public void Cumulative_loss_is_clamped_to_24_bits() => Writes(
        "82C9000D 00000005 00000001 007FFFFF 00000000 00000000 00000000 00000000 00000001 00800000 00000000 00000000 00000000 00000000",
        (ref RtcpWriter writer) => writer.TryAddReceiverReport(
            5,
            [new ReportBlock(1, 0, 10_000_000, 0, 0, 0, 0), new ReportBlock(1, 0, -10_000_000, 0, 0, 0, 0)]));

    [Theory]
    [InlineData("", "81CA0002 00000001 01000000")]
    [InlineData("a", "81CA0002 00000001 01016100")]
    [InlineData("ab", "81CA0003 00000001 01026162 00000000")]
    [InlineData("abc", "81CA0003 00000001 01036162 63000000")]
    public void Canonical_names_end_with_at_least_one_null_octet(string cname, string expected) => Writes(
        expected,
        (ref RtcpWriter writer) => writer.TryAddCname(1, System.Text.Encoding.UTF8.GetBytes(cname)));

    [Fact]
    public void Goodbyes() => Writes("82CB0002 00000005 00000006", (ref RtcpWriter writer) => writer.TryAddGoodbye([5, 6]));

    [Fact]
    public void Layer_announcements() => Writes(
        "80CC0006 00000007 4C415952 00000001 00000000 00000003 FFFFFFFF",
        (ref RtcpWriter writer) => writer.TryAddLayerAnnouncement(7, 0, [1, -1, 3, 1L << 40]));

    [Fact]
    public void Layer_announcements_of_a_spatial_layer() => Writes(
        "82CC0006 00000007 4C415952 00000001 00000000 00000003 00000004",
        (ref RtcpWriter writer) => writer.TryAddLayerAnnouncement(7, 2, [1, 0, 3, 4]));

    [Theory]
    [InlineData(9, "09")]
    [InlineData(null, "FF")]
    public void Crossing_notices(int? score, string expected) => Writes(
        $"80CC0004 00000007 43524F53 0F37FFFE {expected}000000",
        (ref RtcpWriter writer) => writer.TryAddCrossingNotice(7, 0x0F37, 0xFFFE, score));

    [Fact]
    public void Picture_loss_indications() => Writes("81CE0002 00000001 00000002", (ref RtcpWriter writer) => writer.TryAddPictureLossIndication(1, 2));

    [Fact]
    public void Full_intra_requests() => Writes(
        "84CE0004 00000001 00000000 00000003 07000000",
        (ref RtcpWriter writer) => writer.TryAddFullIntraRequest(1, 3, 7));

    [Theory]
    [InlineData(0, "00000000")]
    [InlineData(0x3FFFF, "0003FFFF")]
    [InlineData(0x40000, "00060000")]
    [InlineData(0x3FFFF << 2, "000BFFFF")]
    [InlineData(0x3FFFF << 2 | 3, "000BFFFF")]
    public void Rembs_have_18_significant_bits(long bitrate, string value) => Writes(
        $"8FCE0005 00000001 00000000 52454D42 01{value[2..]} 00000002",
        (ref RtcpWriter writer) => writer.TryAddRemb(1, bitrate, [2]));

    [Fact]
    public void The_largest_bitrate_survives()
    {
        var writer = new RtcpWriter(new byte[100]);
        Assert.True(writer.TryAddRemb(1, long.MaxValue, []));
        var reader = new RtcpReader(writer.Written);
        Assert.True(reader.TryNext(out var packet));
        Assert.True(ReceiverEstimatedMaxBitrate.TryParse(packet, out var remb));
        Assert.Equal(0x3FFFFL << 45, remb.BitsPerSecond);
    }

    [Fact]
    public void Receiver_reference_times() => Writes(
        "80CF0004 00000001 04000002 00000001 80000000",
        (ref RtcpWriter writer) => writer.TryAddReceiverReferenceTime(1, new NtpTime(0x1_8000_0000)));

    [Fact]
    public void Delays_since_the_last_receiver_report() => Writes(
        "80CF0008 00000001 05000006 0000000A 0000000B 0000000C 0000000D 0000000E 0000000F",
        (ref RtcpWriter writer) => writer.TryAddDlrr(1, [new DlrrItem(10, 11, 12), new DlrrItem(13, 14, 15)]));

    [Fact]
    public void Nacks_pack_sixteen_followers_into_a_mask() => Writes(
        "81CD0003 00000001 00000002 FFFE8005",
        (ref RtcpWriter writer) => writer.TryAddNack(1, 2, [65534, 65535, 1, 14], out var consumed) && consumed == 4);

    [Fact]
    public void A_nack_takes_what_fits_and_says_how_much()
    {
        var writer = new RtcpWriter(new byte[12 + 8]);
        Assert.False(writer.TryAddNack(1, 2, [], out _));
        Assert.True(writer.TryAddNack(1, 2, [10, 20, 40, 60, 61], out var consumed));
        Assert.Equal(3, consumed);
        Assert.Equal(Packets.Hex("81CD0004 00000001 00000002 000A0200 00280000"), writer.Written.ToArray());
        Assert.False(writer.TryAddNack(1, 2, [60, 61], out consumed));
        Assert.Equal(0, consumed);
    }

    [Fact]
    public void Random_nacks_come_back_as_they_were()
    {
        var random = new SeededRandom(31);
        var buffer = new byte[1400];
        for (var round = 0; round < 2000; round++)
        {
            var wanted = new ushort[1 + random.Next(200)];
            var next = random.Next(65536);
            for (var i = 0; i < wanted.Length; i++)
            {
                next += 1 + (random.Next(3) == 0 ? random.Next(40) : 0);
                wanted[i] = (ushort)next;
            }

            var read = new List<ushort>();
            for (var done = 0; done < wanted.Length;)
            {
                var writer = new RtcpWriter(buffer.AsSpan(0, 16 + random.Next(300)));
                Assert.True(writer.TryAddNack(1, 2, wanted.AsSpan(done), out var consumed));
                done += consumed;
                var reader = new RtcpReader(writer.Written);
                Assert.True(reader.TryNext(out var packet));
                Assert.True(GenericNack.TryParse(packet, out var nack));
                while (nack.TryNext(out var sequence))
                {
                    read.Add(sequence);
                }
            }

            Assert.Equal(wanted, read);
        }
    }

    [Fact]
    public void More_reports_than_the_count_field_holds_are_refused()
    {
        var writer = new RtcpWriter(new byte[2000]);
        Assert.False(writer.TryAddReceiverReport(1, new ReportBlock[32]));
        Assert.False(writer.TryAddGoodbye(new uint[32]));
        Assert.False(writer.TryAddCname(1, new byte[256]));
        Assert.Equal(0, writer.Length);
        Assert.True(writer.TryAddReceiverReport(1, new ReportBlock[31]));
    }

    [Fact]
    public void A_packet_written_elsewhere_joins_the_compound()
    {
        var writer = new RtcpWriter(new byte[16]);
        Packets.Hex("80C90001 00000009").CopyTo(writer.Free);
        writer.Commit(8);
        Assert.True(writer.TryAddReceiverReport(1, []));
        Assert.Equal(Packets.Hex("80C90001 00000009 80C90001 00000001"), writer.Written.ToArray());
    }

    [Fact]
    public void Writing_and_reading_a_compound_allocates_nothing()
    {
        var buffer = new byte[1400];
        ushort[] lost = [1, 2, 3, 30];
        uint[] streams = [2];
        Assert.Equal(0, AllocationProbe.Measure(_ =>
        {
            var writer = new RtcpWriter(buffer);
            writer.TryAddSenderReport(new SenderInfo(1, default, 2, 3, 4), [Block]);
            writer.TryAddCname(1, "abcdef"u8);
            writer.TryAddNack(1, 2, lost, out int _);
            writer.TryAddPictureLossIndication(1, 2);
            writer.TryAddRemb(1, 1_000_000, streams);
            var reader = new RtcpReader(writer.Written);
            while (reader.TryNext(out var packet))
            {
                if (GenericNack.TryParse(packet, out var nack))
                {
                    while (nack.TryNext(out ushort _))
                    {
                    }
                }
            }
        }));
    }
}

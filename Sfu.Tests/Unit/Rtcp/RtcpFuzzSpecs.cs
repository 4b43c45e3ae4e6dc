using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Rtcp;

public class RtcpFuzzSpecs
{
    private static readonly byte[][] Seeds =
    [
        Packets.Hex("81C8000C 00000001 B44DB705 20000000 00000002 00000003 00000004 0000000A 40FFFFFE 00011234 00000007 B7052000 00054000"
            + "83CA0009 00000001 020178 0103616263 00 000000 00000002 00000000 00000003 01026162 00000000"),
        Packets.Hex("81C90007 00000005 0000000A 007FFFFF 00011234 00000007 00000000 00000000 82CB0003 00000005 00000006 03627965"),
        Packets.Hex("81CD0004 00000001 00000002 FFFE8005 00100000 81CE0002 00000001 00000002"),
        Packets.Hex("84CE0006 00000001 00000000 00000003 07000000 00000004 08000000"),
        Packets.Hex("8FCE0006 00000001 00000000 52454D42 020BFFFF 00000002 00000003"),
        Packets.Hex("80CF000D 00000001 01000001 00000000 04000002 00000001 80000000 05000006 0000000A 0000000B 0000000C 0000000D 0000000E 0000000F"),
        Packets.Hex("AFCD0006 00000001 00000002 00050007 FFFFFE03 AC800408 FF000002"),
        Packets.Hex("8FCD0006 00000001 00000002 00050007 FFFFFE03 D9002003 04080102"),
        Packets.Hex("8BCD0008 00000001 00000002 FFFE0003 A0010000 FFFF0000 00000003 00070000 00012345"),
    ];

    private static void Probe(ReadOnlySpan<byte> input)
    {
        RtcpPacket.IsRtcp(input);
        var reader = new RtcpReader(input);
        while (reader.TryNext(out var packet))
        {
            ReadReports(packet);
            ReadFeedback(packet);
        }
    }

    private static void ReadReports(RtcpPacket packet)
    {
        if (SenderReport.TryParse(packet, out var sender))
        {
            _ = sender.Info;
            for (var i = 0; i < sender.ReportCount; i++)
            {
                sender.GetReport(i);
            }
        }

        if (ReceiverReport.TryParse(packet, out var receiver))
        {
            for (var i = 0; i < receiver.ReportCount; i++)
            {
                receiver.GetReport(i);
            }
        }

        if (SourceDescription.TryParse(packet, out var description))
        {
            var chunks = 0;
            while (description.TryNext(out _, out _))
            {
                chunks++;
            }

            Assert.InRange(chunks, 0, packet.Count);
        }

        if (Goodbye.TryParse(packet, out var goodbye))
        {
            for (var i = 0; i < goodbye.Count; i++)
            {
                goodbye.GetSsrc(i);
            }
        }

        if (ExtendedReport.TryParse(packet, out var extended))
        {
            while (extended.TryNext(out var block))
            {
                block.TryGetReferenceTime(out _);
                for (var i = 0; i < block.DlrrCount; i++)
                {
                    block.GetDlrr(i);
                }
            }
        }
    }

    private static void ReadFeedback(RtcpPacket packet)
    {
        if (GenericNack.TryParse(packet, out var nack))
        {
            var count = 0;
            while (nack.TryNext(out _))
            {
                count++;
            }

            Assert.InRange(count, 1, packet.Body.Length / 4 * 17);
        }

        _ = PictureLossIndication.TryParse(packet, out _);
        if (FullIntraRequest.TryParse(packet, out var fir))
        {
            for (var i = 0; i < fir.Count; i++)
            {
                fir.GetEntry(i);
            }
        }

        if (ReceiverEstimatedMaxBitrate.TryParse(packet, out var remb))
        {
            Assert.True(remb.BitsPerSecond >= 0);
            for (var i = 0; i < remb.SsrcCount; i++)
            {
                remb.GetSsrc(i);
            }
        }

        if (TransportCcFeedback.TryParse(packet, out var feedback))
        {
            var packets = feedback.GetPackets();
            var count = 0;
            while (packets.TryNext(out _, out _, out _))
            {
                count++;
            }

            Assert.Equal(feedback.StatusCount, count);
        }

        if (CongestionFeedback.TryParse(packet, out var congestion))
        {
            _ = congestion.Timestamp;
            var blocks = congestion.GetBlocks();
            while (blocks.TryNext(out var block))
            {
                for (var i = 0; i < block.Count; i++)
                {
                    _ = block[i];
                }
            }
        }
    }

    [Fact]
    public void Any_prefix_is_harmless() => Array.ForEach(Seeds, seed => ParserFuzz.Truncate(seed, Probe));

    [Fact]
    public void Any_mutation_is_harmless() => ParserFuzz.Mutate(Seeds, seed: 3, rounds: 60_000, Probe);
}

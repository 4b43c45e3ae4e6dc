using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using static Sfu.Tests.Fuzz.FuzzOutcome;
using static Sfu.Tests.Fuzz.Targets.FuzzTargets;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>RTCP compound packets and what is in them.</summary>
internal static class RtcpTargets
{
    private static readonly byte[][] _feedback =
    [
        Hex("AFCD0006 00000001 00000002 00050007 FFFFFE03 AC800408 FF000002"),
        Hex("8FCD0006 00000001 00000002 00050007 FFFFFE03 D9002003 04080102"),
        Hex("8FCD0005 00000001 00000002 00010003 00000100 20030101 01000000"),
    ];

    private static readonly byte[][] _congestion =
    [
        Hex("8BCD0008 00000001 00000002 FFFE0003 A0010000 FFFF0000 00000003 00070000 00012345"),
        Hex("8BCD0005 00000001 00000002 00010001 9FFE0000 00000003"),
        Hex("8BCD0002 00000001 00000002"),
    ];

    private static readonly byte[][] _compounds =
    [
        Hex("81C8000C 00000001 B44DB705 20000000 00000002 00000003 00000004 0000000A 40FFFFFE 00011234 00000007 B7052000 00054000"
            + "83CA0009 00000001 020178 0103616263 00 000000 00000002 00000000 00000003 01026162 00000000"),
        Hex("81C90007 00000005 0000000A 007FFFFF 00011234 00000007 00000000 00000000 82CB0003 00000005 00000006 03627965"),
        Hex("81CD0004 00000001 00000002 FFFE8005 00100000 81CE0002 00000001 00000002"),
        Hex("84CE0006 00000001 00000000 00000003 07000000 00000004 08000000"),
        Hex("8FCE0006 00000001 00000000 52454D42 020BFFFF 00000002 00000003"),
        Hex("80CF000D 00000001 01000001 00000000 04000002 00000001 80000000 05000006 0000000A 0000000B 0000000C 0000000D 0000000E 0000000F"),
        Hex("80CC0006 00000007 4C415952 00000001 00000002 00000003 FFFFFFFF"),
        Hex("82CC0006 00000007 4C415952 00000001 00000002 00000003 FFFFFFFF"),
        Hex("80CC0004 00000007 43524F53 0F37FFFE 09000000"),
    ];

    public static FuzzTarget Rtcp { get; } = new("rtcp", [.. _compounds, .. _feedback, .. _congestion], ProbeCompound);

    public static FuzzTarget TransportCc { get; } = new("transport-cc", _feedback, ProbeFeedbackAlone);

    public static FuzzTarget CongestionControl { get; } = new("ccfb", _congestion, ProbeCongestionAlone);

    private static void ProbeCompound(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        outcome.Note(RtcpPacket.IsRtcp(input));
        var reader = new RtcpReader(input);
        while (reader.TryNext(out var packet))
        {
            outcome.Note((int)packet.Type);
            outcome.Note(packet.Count);
            ReadReports(packet, ref outcome);
            ReadNames(packet, ref outcome);
            ReadFeedback(packet, ref outcome);
            ReadTransportCc(packet, ref outcome);
            ReadAnnouncement(packet, ref outcome);
            ReadCongestion(packet, ref outcome);
        }
    }

    private static void ReadAnnouncement(RtcpPacket packet, ref FuzzOutcome outcome)
    {
        if (LayerAnnouncement.TryParse(packet, out var announcement))
        {
            outcome.Note((int)announcement.Ssrc);
            outcome.Note(announcement.SpatialLayer);
            for (var temporal = 0; temporal < LayerAnnouncement.Layers; temporal++)
            {
                outcome.Note(announcement.BitrateOf(temporal) > 0);
            }
        }

        if (CrossingNotice.TryParse(packet, out var notice))
        {
            outcome.Note((int)notice.Ssrc);
            outcome.Note(notice.Targets);
            outcome.Note(notice.After);
            outcome.Note(notice.Score ?? -1);
        }
    }

    private static void ProbeCongestionAlone(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        var reader = new RtcpReader(input);
        while (reader.TryNext(out var packet))
        {
            ReadCongestion(packet, ref outcome);
        }
    }

    private static void ProbeFeedbackAlone(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        var reader = new RtcpReader(input);
        while (reader.TryNext(out var packet))
        {
            ReadTransportCc(packet, ref outcome);
        }
    }

    private static void ReadCongestion(RtcpPacket packet, ref FuzzOutcome outcome)
    {
        if (!CongestionFeedback.TryParse(packet, out var feedback))
        {
            return;
        }

        _ = feedback.Timestamp;
        var blocks = feedback.GetBlocks();
        int count = 0, bytes = 0;
        while (blocks.TryNext(out var block))
        {
            count++;
            bytes += 8 + (((block.Count * 2) + 3) & ~3);
            var came = 0;
            for (var i = 0; i < block.Count; i++)
            {
                came += block[i].IsReceived ? 1 : 0;
            }

            Require(came <= block.Count && block.Count <= CongestionFeedback.MaxReports, "no more came than are told of");
            outcome.NoteSize(came);
        }

        Require(bytes == packet.Body.Length - 8, "the blocks fill the message");
        outcome.NoteSize(count);
    }

    private static void ReadReports(RtcpPacket packet, ref FuzzOutcome outcome)
    {
        if (SenderReport.TryParse(packet, out var sender))
        {
            _ = sender.Info;
            outcome.Note(sender.ReportCount);
            for (var i = 0; i < sender.ReportCount; i++)
            {
                sender.GetReport(i);
            }
        }

        if (ReceiverReport.TryParse(packet, out var receiver))
        {
            outcome.Note(receiver.ReportCount);
            for (var i = 0; i < receiver.ReportCount; i++)
            {
                receiver.GetReport(i);
            }
        }

        if (ExtendedReport.TryParse(packet, out var extended))
        {
            while (extended.TryNext(out var block))
            {
                outcome.Note(block.TryGetReferenceTime(out _));
                outcome.NoteSize(block.DlrrCount);
                for (var i = 0; i < block.DlrrCount; i++)
                {
                    block.GetDlrr(i);
                }
            }
        }
    }

    private static void ReadNames(RtcpPacket packet, ref FuzzOutcome outcome)
    {
        if (SourceDescription.TryParse(packet, out var description))
        {
            var chunks = 0;
            while (description.TryNext(out _, out var name))
            {
                chunks++;
                outcome.NoteSize(name.Length);
            }

            Require(chunks <= packet.Count, "no more chunks than were told");
        }

        if (Goodbye.TryParse(packet, out var goodbye))
        {
            outcome.Note(goodbye.Count);
            for (var i = 0; i < goodbye.Count; i++)
            {
                goodbye.GetSsrc(i);
            }
        }
    }

    private static void ReadFeedback(RtcpPacket packet, ref FuzzOutcome outcome)
    {
        if (GenericNack.TryParse(packet, out var nack))
        {
            var count = 0;
            while (nack.TryNext(out _))
            {
                count++;
            }

            Require(count >= 1 && count <= packet.Body.Length / 4 * 17, "17 packets to an entry at most");
            outcome.NoteSize(count);
        }

        outcome.Note(PictureLossIndication.TryParse(packet, out _));
        if (FullIntraRequest.TryParse(packet, out var fir))
        {
            outcome.NoteSize(fir.Count);
            for (var i = 0; i < fir.Count; i++)
            {
                fir.GetEntry(i);
            }
        }

        if (ReceiverEstimatedMaxBitrate.TryParse(packet, out var remb))
        {
            Require(remb.BitsPerSecond >= 0, "a bitrate is not negative");
            outcome.NoteSize(remb.SsrcCount);
            for (var i = 0; i < remb.SsrcCount; i++)
            {
                remb.GetSsrc(i);
            }
        }
    }

    private static void ReadTransportCc(RtcpPacket packet, ref FuzzOutcome outcome)
    {
        if (!TransportCcFeedback.TryParse(packet, out var feedback))
        {
            return;
        }

        var packets = feedback.GetPackets();
        int count = 0, came = 0;
        while (packets.TryNext(out _, out var received, out _))
        {
            count++;
            came += received ? 1 : 0;
        }

        Require(count == feedback.StatusCount, "each packet has a status");
        outcome.NoteSize(count);
        outcome.NoteSize(came);
        outcome.NoteSize(packet.Body.Length);
    }
}

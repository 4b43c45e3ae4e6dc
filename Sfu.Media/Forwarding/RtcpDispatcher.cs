using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>Reads a compound RTCP packet from a client and tells those it concerns. Media thread only.</summary>
internal static class RtcpDispatcher
{
    /// <returns>Whether there was a packet in it.</returns>
    public static bool Dispatch(MediaTransport transport, ReadOnlySpan<byte> compound, MediaTime now)
    {
        var reader = new RtcpReader(compound);
        var any = false;
        while (reader.TryNext(out var packet))
        {
            any = true;
            if (SenderReport.TryParse(packet, out var sender))
            {
                if (transport.Ingress.Streams.FindMedia(sender.Info.Ssrc) is { } stream)
                {
                    stream.Reception.OnSenderReport(sender.Info, now);
                    transport.Ingress.Clock.OnSenderReport(sender.Info.Ntp, transport.Reporter.NtpAt(now));
                    stream.Producer.OnSenderReport(stream);
                    Traces.Reported(stream.Producer, sender.Info, now);
                }

                for (var i = 0; i < sender.ReportCount; i++)
                {
                    OnReport(transport, sender.GetReport(i), now);
                }
            }
            else if (ReceiverReport.TryParse(packet, out var receiver))
            {
                for (var i = 0; i < receiver.ReportCount; i++)
                {
                    OnReport(transport, receiver.GetReport(i), now);
                }
            }
            else if (Goodbye.TryParse(packet, out var goodbye))
            {
                for (var i = 0; i < goodbye.Count; i++)
                {
                    // Should the source come back under the same SSRC, it does not go on where it was.
                    if (transport.Ingress.Streams.FindMedia(goodbye.GetSsrc(i)) is { } gone)
                    {
                        gone.Producer.Resynchronize(gone);
                    }
                }
            }
            else if (GenericNack.TryParse(packet, out var nack))
            {
                transport.Egress.Find(nack.MediaSsrc)?.OnNack(nack, now);
            }
            else if (LayerAnnouncement.TryParse(packet, out var announcement))
            {
                if (transport.Ingress.Streams.FindMedia(announcement.Ssrc) is { } announced)
                {
                    announced.Producer.Demand?.OnAnnounced(announced.Encoding, announcement);
                }
            }
            else if (CrossingNotice.TryParse(packet, out var notice))
            {
                if (transport.Ingress.Streams.FindMedia(notice.Ssrc) is { } noticed)
                {
                    noticed.Producer.Demand?.OnNotice(noticed.Encoding, notice);
                }
            }
            else if (ExtendedReport.TryParse(packet, out var extended))
            {
                OnExtendedReport(transport, extended, now);
            }
            else if (TransportCcFeedback.TryParse(packet, out var feedback))
            {
                transport.Egress.OnFeedback(feedback, now);
            }
            else if (CongestionFeedback.TryParse(packet, out var congestion))
            {
                transport.Egress.OnFeedback(congestion, now);
            }
            else if (ReceiverEstimatedMaxBitrate.TryParse(packet, out var remb))
            {
                transport.Egress.OnRemb(remb.BitsPerSecond, now);
            }
            else if (PictureLossIndication.TryParse(packet, out var pli))
            {
                transport.Egress.Find(pli.MediaSsrc)?.OnKeyFrameRequest(full: false, now);
            }
            else if (FullIntraRequest.TryParse(packet, out var fir))
            {
                for (var i = 0; i < fir.Count; i++)
                {
                    transport.Egress.Find(fir.GetEntry(i).Ssrc)?.OnKeyFrameRequest(full: true, now);
                }
            }
        }

        return any;
    }

    private static void OnExtendedReport(MediaTransport transport, ExtendedReport report, MediaTime now)
    {
        while (report.TryNext(out var block))
        {
            if (block.TryGetReferenceTime(out var time))
            {
                transport.Reporter.OnReferenceTime(report.Ssrc, time, now);
            }

            for (var i = 0; i < block.DlrrCount; i++)
            {
                transport.Reporter.OnDelay(block.GetDlrr(i), now);
            }
        }
    }

    private static void OnReport(MediaTransport transport, in ReportBlock report, MediaTime now)
    {
        // An RTX stream's reports say nothing about the media stream beside it.
        if (transport.Egress.Find(report.Ssrc) is { } consumer && consumer.Ssrc == report.Ssrc)
        {
            consumer.OnReport(report, now);
        }
    }
}

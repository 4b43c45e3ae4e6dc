using System.Runtime.CompilerServices;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Sends a transport's regular reports (RFC 3550 §6.4): a Sender Report with CNAME for each consumer that sends, and Receiver
/// Report blocks for each stream that arrives. Media thread only.
/// </summary>
internal sealed class RtcpReporter(MediaTransport transport)
{
    private const int IntervalMs = 1000;
    private const int MaxCompoundBytes = RtcpWriter.MaxCompoundBytes;

    /// <summary>The count field of a report has five bits.</summary>
    private const int MaxBlocks = 31;

    /// <summary>The SSRC of this node's own reports and requests on the transport.</summary>
    public uint Ssrc { get; } = transport.Engine.Parts.Random.NextUInt32() | 1;

    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    public void Start(MediaTime now) => Schedule(now);

    public void Stop() => NextTimeout = MediaTime.Never;

    public NtpTime NtpAt(MediaTime now) => NtpTime.FromUnixMicroseconds(transport.Engine.Parts.UnixOriginUs + now.Us);

    public void OnTime(MediaTime now)
    {
        if (now < NextTimeout)
        {
            return;
        }

        Schedule(now);
        foreach (var consumer in transport.Egress.Consumers)
        {
            consumer.OnTime(now);
        }

        foreach (var producer in transport.Ingress.Streams.Producers)
        {
            producer.OnTime(now);
        }

        if (transport.CanSend)
        {
            SendSenderReports(now);
            SendReceiverReports(now);
        }
    }

    /// <summary>A stream of ours is over (RFC 3550 §6.6).</summary>
    [SkipLocalsInit]
    public void SendGoodbye(uint ssrc, MediaTime now)
    {
        // A compound packet begins with a report (RFC 3550 §6.1).
        var writer = new RtcpWriter(stackalloc byte[MaxCompoundBytes]);
        if (transport.CanSend && writer.TryAddReceiverReport(Ssrc, []) && writer.TryAddGoodbye([ssrc]))
        {
            transport.Egress.SendRtcp(writer.Written, now);
        }
    }

    /// <summary>Somewhere in 0.5 … 1.5 of the interval, so that the reports of many transports do not fall together (RFC 3550 §6.2).</summary>
    private void Schedule(MediaTime now) =>
        NextTimeout = now.PlusMs((IntervalMs / 2) + (transport.Engine.Parts.Random.NextUInt16() % IntervalMs));

    [SkipLocalsInit]
    private void SendSenderReports(MediaTime now)
    {
        Span<byte> compound = stackalloc byte[MaxCompoundBytes];
        var ntp = NtpAt(now);
        var writer = new RtcpWriter(compound);
        foreach (var consumer in transport.Egress.Consumers)
        {
            if (!consumer.TryBuildSenderReport(ntp, now, out var info))
            {
                continue;
            }

            var before = writer.Length;
            if (writer.TryAddSenderReport(info, []) && writer.TryAddCname(consumer.Ssrc, consumer.Cname))
            {
                continue;
            }

            // Full: what is complete leaves, and this report begins the next compound.
            transport.Egress.SendRtcp(compound[..before], now);
            writer = new RtcpWriter(compound);
            if (!writer.TryAddSenderReport(info, []) || !writer.TryAddCname(consumer.Ssrc, consumer.Cname))
            {
                return;
            }
        }

        if (writer.Length > 0)
        {
            transport.Egress.SendRtcp(writer.Written, now);
        }
    }

    private void SendReceiverReports(MediaTime now)
    {
        Span<ReportBlock> blocks = stackalloc ReportBlock[MaxBlocks];
        var count = 0;
        foreach (var stream in transport.Ingress.Streams.Media)
        {
            if (stream.Reception.PacketCount == 0)
            {
                continue;
            }

            blocks[count++] = stream.Reception.BuildReportBlock(now);
            if (count == MaxBlocks)
            {
                SendReceiverReport(blocks[..count], now);
                count = 0;
            }
        }

        if (count > 0)
        {
            SendReceiverReport(blocks[..count], now);
        }
    }

    [SkipLocalsInit]
    private void SendReceiverReport(ReadOnlySpan<ReportBlock> blocks, MediaTime now)
    {
        var writer = new RtcpWriter(stackalloc byte[MaxCompoundBytes]);
        if (writer.TryAddReceiverReport(Ssrc, blocks))
        {
            transport.Egress.SendRtcp(writer.Written, now);
        }
    }
}

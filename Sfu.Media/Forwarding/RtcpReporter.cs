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
    private const long BeatUs = 20_000;
    private const int MaxCompoundBytes = RtcpWriter.MaxCompoundBytes;

    /// <summary>The count field of a report has five bits.</summary>
    private const int MaxBlocks = 31;

    private const int MaxRembSsrcs = 32;

    // How often the publisher is told that a limit is lifted: what tells it may be lost.
    private const int LiftNotices = 4;

    // Beyond a minute a round-trip time is a stale or forged answer.
    private const uint MaxRttUnits = 60 * 65536;

    private const long MaxDelayUs = 60_000_000;

    // The client's last reference time, to be answered once.
    private uint _askedBy;
    private uint _askedTime;
    private MediaTime _askedAt;

    private int _liftsToTell;

    /// <summary>The SSRC of this node's own reports and requests on the transport.</summary>
    public uint Ssrc { get; } = transport.Engine.Parts.Random.NextUInt32() | 1;

    /// <summary>Round-trip time to the client as a publisher, from its answers to reference times (RFC 3611 §4.5); 0 while unknown.</summary>
    public long InboundRttUs { get; private set; }

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
            foreach (var consumer in transport.Egress.Consumers)
            {
                consumer.Crossing?.Announce(now);
            }

            if (transport.Ingress.Estimate is null)
            {
                SendRemb(now);
            }
        }
    }

    /// <summary>The client asks for the round-trip time by its own reference time (RFC 3611 §4.4); the next report answers.</summary>
    public void OnReferenceTime(uint ssrc, NtpTime time, MediaTime now)
    {
        _askedBy = ssrc;
        _askedTime = time.Compact;
        _askedAt = now;
    }

    /// <summary>The client's answer to a reference time of ours.</summary>
    public void OnDelay(in DlrrItem item, MediaTime now)
    {
        if (item.Ssrc != Ssrc || item.LastReceiverReference == 0)
        {
            return;
        }

        var units = NtpAt(now).Compact - item.LastReceiverReference - item.Delay;
        if (units <= MaxRttUnits)
        {
            InboundRttUs = Math.Max(1, units * 1_000_000L >> 16);
            foreach (var stream in transport.Ingress.Streams.Media)
            {
                if (stream.Nack is { } nack)
                {
                    nack.RttUs = InboundRttUs;
                }
            }
        }
    }

    /// <summary>What the publisher may send has changed: it is told at once.</summary>
    /// <param name="isLifted">There was a limit, and is none any more.</param>
    /// <param name="now">Call time.</param>
    public void OnLimit(bool isLifted, MediaTime now)
    {
        _liftsToTell = isLifted ? LiftNotices : _liftsToTell;
        if (transport.CanSend)
        {
            SendRemb(now);
        }
    }

    /// <summary>Tells the publisher how much it may send: what its path carries, where that is estimated here, and no more than the limit.</summary>
    /// <remarks>
    /// libwebrtc keeps the last value for good, and takes 0 for no limit. A very high one would do as well, but for a path that is seconds old, where it counts
    /// as a rate to begin with.
    /// </remarks>
    [SkipLocalsInit]
    public void SendRemb(MediaTime now)
    {
        var bitrate = Math.Min(transport.Ingress.Estimate ?? long.MaxValue, transport.Limits.MaxIncoming is > 0 and var max ? max : long.MaxValue);
        var isUnlimited = bitrate == long.MaxValue;
        if (isUnlimited && _liftsToTell == 0)
        {
            return;
        }

        Span<uint> ssrcs = stackalloc uint[MaxRembSsrcs];
        var count = 0;
        foreach (var stream in transport.Ingress.Streams.Media)
        {
            if (count < MaxRembSsrcs)
            {
                ssrcs[count++] = stream.Ssrc;
            }
        }

        var writer = new RtcpWriter(stackalloc byte[MaxCompoundBytes]);
        if (count > 0 && writer.TryAddRemb(Ssrc, isUnlimited ? 0 : bitrate, ssrcs[..count]))
        {
            _liftsToTell = isUnlimited ? _liftsToTell - 1 : 0;
            transport.Egress.SendRtcp(writer.Written, now);
        }
    }

    /// <summary>The clock of a stream that is about to begin.</summary>
    [SkipLocalsInit]
    public void SendSenderReport(MediaConsumer consumer, MediaTime now)
    {
        var writer = new RtcpWriter(stackalloc byte[MaxCompoundBytes]);
        if (consumer.TryBuildSenderReport(NtpAt(now), now, out var info) && writer.TryAddSenderReport(info, []) &&
            writer.TryAddCname(consumer.Ssrc, consumer.Cname))
        {
            transport.Egress.SendRtcp(writer.Written, now);
        }
    }

    /// <summary>Tells the other end of a pipe about an encoding.</summary>
    [SkipLocalsInit]
    public void Announce(PipeCrossing crossing, MediaTime now)
    {
        var writer = new RtcpWriter(stackalloc byte[MaxCompoundBytes]);
        if (writer.TryAddReceiverReport(Ssrc, []) && crossing.TryWrite(ref writer))
        {
            transport.Egress.SendRtcp(writer.Written, now);
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
        NextTimeout = now.PlusMs((IntervalMs / 2) + (transport.Engine.Parts.Random.NextUInt16() % IntervalMs)).OnBeat(BeatUs);

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

        if (_askedTime != 0)
        {
            var delay = (uint)((Math.Clamp(now.UsSince(_askedAt), 0, MaxDelayUs) << 16) / 1_000_000);
            if (writer.TryAddDlrr(Ssrc, [new DlrrItem(_askedBy, _askedTime, delay)]))
            {
                _askedTime = 0;
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
        if (writer.TryAddReceiverReport(Ssrc, blocks) && writer.TryAddReceiverReferenceTime(Ssrc, NtpAt(now)))
        {
            transport.Egress.SendRtcp(writer.Written, now);
        }
    }
}

using System.Buffers.Binary;
using System.Numerics;
using Sfu.Media.Wire;

namespace Sfu.Media.Rtcp;

/// <summary>
/// Builds a compound packet in a buffer that somebody else owns. Each method adds one packet, or returns false and leaves the buffer as
/// it was when the
/// packet does not fit. RFC 3550 §6.1 wants a report first unless reduced size (RFC 5506) was negotiated; the caller keeps that order.
/// Media thread only.
/// </summary>
public ref struct RtcpWriter(Span<byte> destination)
{
    /// <summary>A compound of this size goes into one datagram on every path.</summary>
    public const int MaxCompoundBytes = 1200;

    private const int MaxCount = 31;
    private const int FeedbackHeaderLength = RtcpPacket.HeaderLength + 8;

    private readonly Span<byte> _buffer = destination;

    /// <summary>Bytes of the compound so far.</summary>
    public int Length { get; private set; }

    /// <summary>The compound so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>The free part of the buffer, for a packet that is written elsewhere and then taken with <see cref="Commit"/>.</summary>
    public readonly Span<byte> Free => _buffer[Length..];

    /// <summary>Takes the first <paramref name="length"/> bytes of <see cref="Free"/>, a whole RTCP packet, into the compound.</summary>
    public void Commit(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(_buffer.Length - Length), nameof(length));
        Length += length;
    }

    /// <param name="info">The sender's own data.</param>
    /// <param name="reports">At most 31.</param>
    public bool TryAddSenderReport(in SenderInfo info, scoped ReadOnlySpan<ReportBlock> reports)
    {
        var length = SenderReport.InfoLength + (reports.Length * ReportBlock.Length);
        if (reports.Length > MaxCount || !TryReserve(RtcpPacketType.SenderReport, reports.Length, length, out var body))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, info.Ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[4..], info.Ntp.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], info.RtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], info.PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], info.OctetCount);
        WriteReports(body[SenderReport.InfoLength..], reports);
        return true;
    }

    /// <param name="ssrc">Who reports.</param>
    /// <param name="reports">At most 31; may be empty.</param>
    public bool TryAddReceiverReport(uint ssrc, scoped ReadOnlySpan<ReportBlock> reports)
    {
        if (reports.Length > MaxCount
            || !TryReserve(RtcpPacketType.ReceiverReport, reports.Length, 4 + (reports.Length * ReportBlock.Length), out var body))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        WriteReports(body[4..], reports);
        return true;
    }

    /// <summary>A source description with one chunk and its canonical name (RFC 3550 §6.5.1).</summary>
    /// <param name="ssrc">The source.</param>
    /// <param name="cname">UTF-8, at most 255 bytes.</param>
    public bool TryAddCname(uint ssrc, scoped ReadOnlySpan<byte> cname)
    {
        // At least one null octet ends the chunk; all of them fill it to a multiple of four.
        var itemsLength = (2 + cname.Length + 4) & ~3;
        if (cname.Length > byte.MaxValue || !TryReserve(RtcpPacketType.SourceDescription, 1, 4 + itemsLength, out var body))
        {
            return false;
        }

        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4] = SourceDescription.CnameItem;
        body[5] = (byte)cname.Length;
        cname.CopyTo(body[6..]);
        return true;
    }

    /// <summary>See <see cref="LayerAnnouncement"/>.</summary>
    /// <param name="ssrc">The encoding's, on the pipe.</param>
    /// <param name="spatial">0 … 3, within the encoding.</param>
    /// <param name="bitrates">Four, in bit/s; what is more than 32 bits hold is told as the most that they do.</param>
    public bool TryAddLayerAnnouncement(uint ssrc, int spatial, scoped ReadOnlySpan<long> bitrates)
    {
        if (bitrates.Length != LayerAnnouncement.Layers || (uint)spatial >= LayerAnnouncement.SpatialLayers ||
            !TryReserve(RtcpPacketType.Application, spatial, LayerAnnouncement.BodyLength, out var body))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], LayerAnnouncement.Name);
        for (var temporal = 0; temporal < LayerAnnouncement.Layers; temporal++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(body[(8 + (4 * temporal))..], (uint)Math.Clamp(bitrates[temporal], 0, uint.MaxValue));
        }

        return true;
    }

    /// <summary>See <see cref="CrossingNotice"/>.</summary>
    /// <param name="ssrc">The encoding's, on the pipe.</param>
    /// <param name="targets">Decode targets, bit 4·s + t.</param>
    /// <param name="after">The last sequence number that was sent before they hold.</param>
    /// <param name="score">0 … 10; null: not known.</param>
    public bool TryAddCrossingNotice(uint ssrc, ushort targets, ushort after, int? score)
    {
        if (!TryReserve(RtcpPacketType.Application, 0, CrossingNotice.BodyLength, out var body))
        {
            return false;
        }

        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], CrossingNotice.Name);
        BinaryPrimitives.WriteUInt16BigEndian(body[8..], targets);
        BinaryPrimitives.WriteUInt16BigEndian(body[10..], after);
        body[12] = (byte)(score ?? CrossingNotice.NoScore);
        return true;
    }

    /// <param name="ssrcs">1 … 31 sources that end.</param>
    public bool TryAddGoodbye(scoped ReadOnlySpan<uint> ssrcs)
    {
        if (ssrcs.Length > MaxCount || !TryReserve(RtcpPacketType.Goodbye, ssrcs.Length, 4 * ssrcs.Length, out var body))
        {
            return false;
        }

        WriteSsrcs(body, ssrcs);
        return true;
    }

    /// <summary>A generic NACK. Writes as many numbers as fit.</summary>
    /// <param name="senderSsrc">Who asks.</param>
    /// <param name="mediaSsrc">The stream that lacks packets.</param>
    /// <param name="sequences">In ascending order, wrap-around included.</param>
    /// <param name="consumed">How many numbers were written; the rest goes into another packet.</param>
    /// <returns>False when not even one number fits, or there is none.</returns>
    public bool TryAddNack(uint senderSsrc, uint mediaSsrc, scoped ReadOnlySpan<ushort> sequences, out int consumed)
    {
        consumed = 0;
        var room = (_buffer.Length - Length - FeedbackHeaderLength) / GenericNack.EntryLength;
        var entries = 0;
        for (var i = 0; i < sequences.Length && entries < room; entries++)
        {
            i += NackEntry(sequences[i..], out _);
        }

        var length = entries * GenericNack.EntryLength;
        if (entries == 0
            || !TryAddFeedback(RtcpPacketType.TransportFeedback, FeedbackFormat.GenericNack, senderSsrc, mediaSsrc, length, out var fci))
        {
            return false;
        }

        for (; entries > 0; entries--)
        {
            BinaryPrimitives.WriteUInt16BigEndian(fci, sequences[consumed]);
            consumed += NackEntry(sequences[consumed..], out var mask);
            BinaryPrimitives.WriteUInt16BigEndian(fci[2..], mask);
            fci = fci[GenericNack.EntryLength..];
        }

        return true;
    }

    public bool TryAddPictureLossIndication(uint senderSsrc, uint mediaSsrc) =>
        TryAddFeedback(RtcpPacketType.PayloadFeedback, FeedbackFormat.PictureLossIndication, senderSsrc, mediaSsrc, 0, out _);

    /// <param name="senderSsrc">Who asks.</param>
    /// <param name="mediaSsrc">The stream that shall send a key frame.</param>
    /// <param name="sequenceNumber">Grows by one with each new request for this stream; stays with a repetition (RFC 5104
    /// §4.3.1.1).</param>
    public bool TryAddFullIntraRequest(uint senderSsrc, uint mediaSsrc, byte sequenceNumber)
    {
        // RFC 5104 §4.3.1.2: the SSRC of the media source in the header is not used and is 0.
        const int EntryLength = FullIntraRequest.EntryLength;
        if (!TryAddFeedback(RtcpPacketType.PayloadFeedback, FeedbackFormat.FullIntraRequest, senderSsrc, 0, EntryLength, out var fci))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(fci, mediaSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(fci[4..], (uint)sequenceNumber << 24);
        return true;
    }

    /// <param name="senderSsrc">Who estimates.</param>
    /// <param name="bitsPerSecond">Not negative; rounded down to 18 significant bits.</param>
    /// <param name="ssrcs">At most 255 streams that the estimate is for.</param>
    public bool TryAddRemb(uint senderSsrc, long bitsPerSecond, scoped ReadOnlySpan<uint> ssrcs)
    {
        const int FixedFciLength = ReceiverEstimatedMaxBitrate.FixedLength - 8;
        var length = FixedFciLength + (4 * ssrcs.Length);
        if (ssrcs.Length > byte.MaxValue
            || !TryAddFeedback(RtcpPacketType.PayloadFeedback, FeedbackFormat.ApplicationLayer, senderSsrc, 0, length, out var fci))
        {
            return false;
        }

        var exponent = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)bitsPerSecond) - 18);
        BinaryPrimitives.WriteUInt32BigEndian(fci, ReceiverEstimatedMaxBitrate.Identifier);
        BinaryPrimitives.WriteUInt32BigEndian(fci[4..], ((uint)ssrcs.Length << 24) | ((uint)exponent << 18) | (uint)(bitsPerSecond >> exponent));
        WriteSsrcs(fci[FixedFciLength..], ssrcs);
        return true;
    }

    /// <summary>An XR packet with a receiver reference time block (RFC 3611 §4.4).</summary>
    public bool TryAddReceiverReferenceTime(uint senderSsrc, NtpTime ntp)
    {
        if (!TryAddExtendedReport(senderSsrc, ExtendedReportBlock.ReceiverReferenceTime, 8, out var contents))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt64BigEndian(contents, ntp.Value);
        return true;
    }

    /// <summary>An XR packet with a DLRR block (RFC 3611 §4.5).</summary>
    public bool TryAddDlrr(uint senderSsrc, scoped ReadOnlySpan<DlrrItem> items)
    {
        var length = items.Length * ExtendedReportBlock.DlrrItemLength;
        if (!TryAddExtendedReport(senderSsrc, ExtendedReportBlock.DelaySinceLastReceiverReport, length, out var contents))
        {
            return false;
        }

        foreach (ref readonly var item in items)
        {
            BinaryPrimitives.WriteUInt32BigEndian(contents, item.Ssrc);
            BinaryPrimitives.WriteUInt32BigEndian(contents[4..], item.LastReceiverReference);
            BinaryPrimitives.WriteUInt32BigEndian(contents[8..], item.Delay);
            contents = contents[ExtendedReportBlock.DlrrItemLength..];
        }

        return true;
    }

    /// <summary>How many of the numbers the first entry takes, and its bitmask of following lost packets.</summary>
    private static int NackEntry(scoped ReadOnlySpan<ushort> sequences, out ushort mask)
    {
        mask = 0;
        var taken = 1;
        while (taken < sequences.Length && Serial.Distance(sequences[taken], sequences[0]) is var distance and >= 1 and <= 16)
        {
            mask |= (ushort)(1 << (distance - 1));
            taken++;
        }

        return taken;
    }

    private static void WriteReports(Span<byte> destination, scoped ReadOnlySpan<ReportBlock> reports)
    {
        foreach (ref readonly var report in reports)
        {
            report.Write(destination);
            destination = destination[ReportBlock.Length..];
        }
    }

    private static void WriteSsrcs(Span<byte> destination, scoped ReadOnlySpan<uint> ssrcs)
    {
        for (var i = 0; i < ssrcs.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[(4 * i)..], ssrcs[i]);
        }
    }

    private bool TryAddFeedback(RtcpPacketType type, int format, uint senderSsrc, uint mediaSsrc, int fciLength, out Span<byte> fci)
    {
        if (!TryReserve(type, format, 8 + fciLength, out var body))
        {
            fci = default;
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], mediaSsrc);
        fci = body[8..];
        return true;
    }

    private bool TryAddExtendedReport(uint senderSsrc, byte blockType, int contentsLength, out Span<byte> contents)
    {
        if (!TryReserve(RtcpPacketType.ExtendedReport, 0, 4 + ExtendedReport.BlockHeaderLength + contentsLength, out var body))
        {
            contents = default;
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], ((uint)blockType << 24) | (uint)(contentsLength / 4));
        contents = body[8..];
        return true;
    }

    /// <summary>Writes the common header for a body of this length, a multiple of four, and takes the room.</summary>
    private bool TryReserve(RtcpPacketType type, int count, int bodyLength, out Span<byte> body)
    {
        var total = RtcpPacket.HeaderLength + bodyLength;
        if (total > _buffer.Length - Length)
        {
            body = default;
            return false;
        }

        var packet = _buffer.Slice(Length, total);
        packet[0] = (byte)(0x80 | count);
        packet[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(bodyLength / 4));
        Length += total;
        body = packet[RtcpPacket.HeaderLength..];
        return true;
    }
}

using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>One XR report block: |BT (8)|type-specific (8)|length in words (16)| and its contents (RFC 3611 §3).</summary>
public readonly ref struct ExtendedReportBlock
{
    /// <summary>RFC 3611 §4.4.</summary>
    public const byte ReceiverReferenceTime = 4;

    /// <summary>RFC 3611 §4.5.</summary>
    public const byte DelaySinceLastReceiverReport = 5;

    internal const int DlrrItemLength = 12;

    internal ExtendedReportBlock(byte type, ReadOnlySpan<byte> contents)
    {
        Type = type;
        Contents = contents;
    }

    public byte Type { get; }

    /// <summary>Without the block's four bytes of header.</summary>
    public ReadOnlySpan<byte> Contents { get; }

    /// <summary>Number of sub-blocks when this is a DLRR block, else 0.</summary>
    public int DlrrCount => Type == DelaySinceLastReceiverReport ? Contents.Length / DlrrItemLength : 0;

    /// <param name="index">0 … <see cref="DlrrCount"/> − 1.</param>
    public DlrrItem GetDlrr(int index)
    {
        var item = Contents.Slice(index * DlrrItemLength, DlrrItemLength);
        return new DlrrItem(
            BinaryPrimitives.ReadUInt32BigEndian(item),
            BinaryPrimitives.ReadUInt32BigEndian(item[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(item[8..]));
    }

    /// <returns>False when this is not a receiver reference time block.</returns>
    public bool TryGetReferenceTime(out NtpTime time)
    {
        var valid = Type == ReceiverReferenceTime && Contents.Length == 8;
        time = valid ? new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(Contents)) : default;
        return valid;
    }
}

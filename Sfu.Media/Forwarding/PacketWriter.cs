using System.Text;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;

namespace Sfu.Media.Forwarding;

/// <summary>The numbers that a packet gets on its way to one client. A packet that is sent again under its own number keeps them all.</summary>
internal readonly record struct PacketNumbers(byte PayloadType, ushort Sequence, uint Timestamp, ushort TransportSequence, uint AbsSendTime);

/// <summary>Rewrites packets of one producer for one consumer. Holds no state of the stream. Media thread only.</summary>
internal sealed class PacketWriter
{
    private const int MaxExtensions = 16;

    private readonly HeaderExtensionIds _sourceIds;
    private readonly HeaderExtensionIds _ids;
    private readonly uint _ssrc;
    private readonly byte[] _mid;
    private readonly byte _midId;
    private readonly byte _absSendTimeId;
    private readonly byte _transportSequenceId;

    /// <param name="parameters">What the consuming client was told.</param>
    /// <param name="sourceIds">Header extension identifiers of the producing client.</param>
    /// <param name="ssrc">What the packets are sent under.</param>
    public PacketWriter(RtpParameters parameters, HeaderExtensionIds sourceIds, uint ssrc)
    {
        _sourceIds = sourceIds;
        _ids = MediaProducer.ExtensionIdsOf(parameters);
        _ssrc = ssrc;
        _mid = Encoding.UTF8.GetBytes(parameters.Mid ?? "");
        _midId = _mid.Length is > 0 and <= ExtensionItem.MaxValueLength ? _ids.IdOf(HeaderExtensionKind.Mid) : (byte)0;
        _absSendTimeId = _ids.IdOf(HeaderExtensionKind.AbsSendTime);
        _transportSequenceId = _ids.IdOf(HeaderExtensionKind.TransportWideSequenceNumber);
    }

    public bool WritesTransportSequence => _transportSequenceId != 0;

    /// <summary>Writes the packet's header as this client gets it: its own numbers, SSRC and header extension identifiers.</summary>
    /// <returns>Bytes written; −1 when they do not fit.</returns>
    public int WriteHeader(in RtpPacket packet, in PacketNumbers numbers, Span<byte> room)
    {
        Span<ExtensionItem> items = stackalloc ExtensionItem[MaxExtensions];
        var count = 0;
        if (_midId != 0)
        {
            items[count++] = ExtensionItem.FromValue(_midId, _mid);
        }

        if (_absSendTimeId != 0)
        {
            items[count++] = ExtensionItem.FromUInt24(_absSendTimeId, numbers.AbsSendTime);
        }

        if (_transportSequenceId != 0)
        {
            items[count++] = ExtensionItem.FromUInt16(_transportSequenceId, numbers.TransportSequence);
        }

        var extensions = packet.Extensions;
        while (count < MaxExtensions && extensions.TryNext(out var extension))
        {
            var kind = _sourceIds.KindOf(extension.Id);
            if (kind is HeaderExtensionKind.Unknown or HeaderExtensionKind.Mid or HeaderExtensionKind.RtpStreamId or
                HeaderExtensionKind.RepairedRtpStreamId or HeaderExtensionKind.AbsSendTime or HeaderExtensionKind.TransportWideSequenceNumber)
            {
                continue;
            }

            var id = _ids.IdOf(kind);
            if (id != 0)
            {
                items[count++] = ExtensionItem.FromSource(id, extension);
            }
        }

        var headerLength = RtpRewriter.WriteHeader(packet, items[..count], room);
        if (headerLength < 0)
        {
            return -1;
        }

        RtpPacket.SetPayloadType(room, numbers.PayloadType);
        RtpPacket.SetSequenceNumber(room, numbers.Sequence);
        RtpPacket.SetTimestamp(room, numbers.Timestamp);
        RtpPacket.SetSsrc(room, _ssrc);
        return headerLength;
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Sfu.Media.Codecs;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;

namespace Sfu.Media.Forwarding;

/// <summary>The numbers that a packet gets on its way to one client. A packet that is sent again under its own number keeps them all.</summary>
/// <param name="MarkerAndType">The header's second byte: marker bit and payload type.</param>
/// <param name="Sequence">Of the stream.</param>
/// <param name="Timestamp">On the stream's clock.</param>
/// <param name="TransportSequence">Over all streams of the transport.</param>
/// <param name="AbsSendTime">As the header extension carries it.</param>
internal readonly record struct PacketNumbers(byte MarkerAndType, ushort Sequence, uint Timestamp, ushort TransportSequence, uint AbsSendTime)
{
    public const byte MarkerBit = 0x80;

    public byte PayloadType => (byte)(MarkerAndType & ~MarkerBit);
}

/// <summary>
/// Rewrites the headers of one producer's packets for one consumer. Holds no state of the stream. Media thread only.
/// </summary>
/// <remarks>
/// What browsers send has header extensions in the one-byte form (RFC 8285 §4.2), and what this node offers fits it: then the elements that
/// this node adds stand ready in a template, and the others are copied under their new identifiers as they are found. Everything else
/// goes through <see cref="RtpRewriter"/>.
/// </remarks>
internal sealed class PacketWriter
{
    private const int MaxExtensions = 16;
    private const int MaxOneByteId = 14;
    private const int BlockHeaderLength = 4;
    private const int Absent = -1;

    private readonly HeaderExtensionIds _sourceIds;
    private readonly HeaderExtensionIds _ids;
    private readonly uint _ssrc;
    private readonly byte[] _mid;
    private readonly byte _midId;
    private readonly byte _absSendTimeId;
    private readonly byte _transportSequenceId;
    private readonly byte _descriptorId;

    // The elements of this node's own in the one-byte form, and where the values in them stand that change from packet to packet. Null:
    // an identifier needs the two-byte form.
    private readonly byte[]? _template;
    private readonly int _absSendTimeAt = Absent;
    private readonly int _transportSequenceAt = Absent;

    // The identifier that a source's element gets here, by its own; 0: it is left out.
    private readonly OneByteIds _renamed;

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
        _descriptorId = RenumberedDescriptors(parameters);
        for (byte id = 1; id <= MaxOneByteId; id++)
        {
            _renamed[id] = Rename(id);
        }

        if (!FitsOneByteForm())
        {
            return;
        }

        var template = new List<byte>();
        if (_midId != 0)
        {
            template.AddRange([(byte)((_midId << 4) | (_mid.Length - 1)), .. _mid]);
        }

        if (_absSendTimeId != 0)
        {
            _absSendTimeAt = template.Count + 1;
            template.AddRange([(byte)((_absSendTimeId << 4) | (HeaderExtensionValues.AbsSendTimeLength - 1)), 0, 0, 0]);
        }

        if (_transportSequenceId != 0)
        {
            _transportSequenceAt = template.Count + 1;
            template.AddRange([(byte)((_transportSequenceId << 4) | (HeaderExtensionValues.TransportSequenceLength - 1)), 0, 0]);
        }

        _template = [.. template];
    }

    /// <summary>The source's dependency descriptors go on to this client, and what they number goes on without a jump.</summary>
    public bool RenumbersFrames => _descriptorId != 0;

    /// <summary>Writes the packet's header as this client gets it: its own numbers, SSRC and header extension identifiers.</summary>
    /// <param name="packet">As the producing client sent it.</param>
    /// <param name="numbers">That it gets.</param>
    /// <param name="shift">Of the numbers in its dependency descriptor, where those go on.</param>
    /// <param name="room">Where the header goes.</param>
    /// <returns>Bytes written; −1 when they do not fit.</returns>
    public int WriteHeader(in RtpPacket packet, in PacketNumbers numbers, DescriptorShift shift, Span<byte> room)
    {
        var headerLength = _template is not null && (!packet.HasExtension || packet.ExtensionProfile == HeaderExtensionReader.OneByteProfile)
            ? WriteOneByteForm(packet, numbers, room)
            : WriteAnyForm(packet, numbers, room);
        if (headerLength < 0)
        {
            return -1;
        }

        room[1] = numbers.MarkerAndType;
        RtpPacket.SetSequenceNumber(room, numbers.Sequence);
        RtpPacket.SetTimestamp(room, numbers.Timestamp);
        RtpPacket.SetSsrc(room, _ssrc);
        if (_descriptorId != 0 && !shift.IsNone && RtpPacket.TryParseHeader(room[..headerLength], out var written)
            && written.TryFindExtension(_descriptorId, out var descriptor))
        {
            FrameNumbers.Apply(room.Slice(descriptor.Offset, descriptor.Data.Length), shift);
        }

        return headerLength;
    }

    private int WriteOneByteForm(in RtpPacket packet, in PacketNumbers numbers, Span<byte> room)
    {
        var fixedLength = RtpPacket.FixedHeaderLength + (4 * packet.CsrcCount);
        var source = packet.ExtensionData;
        if (room.Length < fixedLength + BlockHeaderLength + _template!.Length + source.Length + 3)
        {
            return -1;
        }

        packet.Packet[..fixedLength].CopyTo(room);
        var elements = room[(fixedLength + BlockHeaderLength)..];
        _template.CopyTo(elements);
        if (_absSendTimeAt != Absent)
        {
            elements[_absSendTimeAt] = (byte)(numbers.AbsSendTime >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(elements[(_absSendTimeAt + 1)..], (ushort)numbers.AbsSendTime);
        }

        if (_transportSequenceAt != Absent)
        {
            BinaryPrimitives.WriteUInt16BigEndian(elements[_transportSequenceAt..], numbers.TransportSequence);
        }

        var length = _template.Length;
        for (var at = 0; at < source.Length;)
        {
            var first = source[at];
            if (first == 0)
            {
                at++;
                continue;
            }

            // RFC 8285 §4.2: identifier 0 with a length, and 15, end the block; so does an element that does not fit.
            var id = first >> 4;
            var whole = (first & 0x0F) + 2;
            if (id is 0 or > MaxOneByteId || at + whole > source.Length)
            {
                break;
            }

            if (_renamed[id] is not 0 and var renamed)
            {
                source.Slice(at, whole).CopyTo(elements[length..]);
                elements[length] = (byte)((renamed << 4) | (first & 0x0F));
                length += whole;
            }

            at += whole;
        }

        return Finish(room, fixedLength, elements, length);
    }

    private static int Finish(Span<byte> room, int fixedLength, Span<byte> elements, int length)
    {
        if (length == 0)
        {
            room[0] = (byte)(room[0] & ~(RtpPacket.PaddingBit | RtpPacket.ExtensionBit));
            return fixedLength;
        }

        var padded = (length + 3) & ~3;
        elements[length..padded].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(room[fixedLength..], HeaderExtensionReader.OneByteProfile);
        BinaryPrimitives.WriteUInt16BigEndian(room[(fixedLength + 2)..], (ushort)(padded / 4));
        room[0] = (byte)((room[0] & ~RtpPacket.PaddingBit) | RtpPacket.ExtensionBit);
        return fixedLength + BlockHeaderLength + padded;
    }

    /// <summary>The long way, which takes every form.</summary>
    internal int WriteAnyForm(in RtpPacket packet, in PacketNumbers numbers, Span<byte> room)
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
            if (Rename(extension.Id) is not 0 and var id)
            {
                items[count++] = ExtensionItem.FromSource(id, extension);
            }
        }

        return RtpRewriter.WriteHeader(packet, items[..count], room);
    }

    /// <summary>Those that this node writes itself, and those that mean something only to the source's own transport, are left out.</summary>
    private byte Rename(byte id) => _sourceIds.KindOf(id) switch
    {
        HeaderExtensionKind.Unknown or HeaderExtensionKind.Mid or HeaderExtensionKind.RtpStreamId or HeaderExtensionKind.RepairedRtpStreamId or
            HeaderExtensionKind.AbsSendTime or HeaderExtensionKind.TransportWideSequenceNumber => 0,
        var kind => _ids.IdOf(kind),
    };

    /// <returns>The identifier of dependency descriptors here; 0: there are none, or the payload has the numbers that count.</returns>
    private byte RenumberedDescriptors(RtpParameters parameters)
    {
        var hasOwnNumbers = parameters.Codecs.Any(static codec => CodecKinds.FromMimeType(codec.MimeType) is CodecKind.Vp8 or CodecKind.Vp9);
        return hasOwnNumbers || _sourceIds.IdOf(HeaderExtensionKind.DependencyDescriptor) == 0 ? (byte)0 : _ids.IdOf(HeaderExtensionKind.DependencyDescriptor);
    }

    private bool FitsOneByteForm()
    {
        if (_mid.Length > 16 || _midId > MaxOneByteId || _absSendTimeId > MaxOneByteId || _transportSequenceId > MaxOneByteId)
        {
            return false;
        }

        for (byte id = 1; id <= MaxOneByteId; id++)
        {
            if (_renamed[id] > MaxOneByteId)
            {
                return false;
            }
        }

        return true;
    }

    [InlineArray(MaxOneByteId + 1)]
    private struct OneByteIds
    {
        private byte _first;
    }
}

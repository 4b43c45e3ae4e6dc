using System.Buffers.Binary;
using Sfu.Media.Codecs;
using Sfu.Media.Forwarding;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using static Sfu.Tests.Fuzz.FuzzOutcome;
using static Sfu.Tests.Fuzz.Targets.FuzzTargets;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>What rewrites a publisher's packets for a client: the numbers in dependency descriptors, and whole headers.</summary>
internal static class ForwardingTargets
{
    private const byte Canary = 0xEE;
    private const uint Ssrc = 0xABCD_0123;
    private const int RoomBytes = 2048;

    /// <summary>As many as the long way writes.</summary>
    private const int MaxElements = 12;

    private static readonly HeaderExtensionKind[] _kinds =
    [
        HeaderExtensionKind.Mid, HeaderExtensionKind.RtpStreamId, HeaderExtensionKind.RepairedRtpStreamId, HeaderExtensionKind.AudioLevel,
        HeaderExtensionKind.VideoOrientation, HeaderExtensionKind.AbsSendTime, HeaderExtensionKind.TransportWideSequenceNumber,
        HeaderExtensionKind.AbsCaptureTime, HeaderExtensionKind.DependencyDescriptor, HeaderExtensionKind.PlayoutDelay, HeaderExtensionKind.TimestampOffset,
    ];

    /// <summary>Clients that differ in their identifiers: as the source's, in another order, beyond the one-byte form, and none at all.</summary>
    private static readonly Client[] _clients =
    [
        Client.Of("audio-0", static i => i + 1), Client.Of("", static i => 14 - i), Client.Of("a-mid-of-18-bytes!", static i => 40 + (3 * i)), Client.Of("m", static _ => 0),
    ];

    public static FuzzTarget FrameNumbering { get; } = new(
        "frame-numbers",
        [
            .. StreamTargets.Structures(0), .. StreamTargets.Structures(1),
            [.. StreamTargets.Sequence(KnownStructures.All[0]), .. StreamTargets.Sequence(KnownStructures.All[2], 1), .. StreamTargets.Sequence(KnownStructures.All[1], 1)],
        ],
        ProbeFrameNumbers,
        Allocates: true);

    /// <summary>The first byte chooses the client (2 bits) and what is added to descriptors, the second the room for the header; the rest is the packet.</summary>
    public static FuzzTarget Writer { get; } = new(
        "packet-writer",
        [
            Hex("00FF 80600001 01020304 11223344 01020304"),
            Hex("01FF 90600007 01020304 11223344 BEDE0006 12416869 4088 5003 62010203 710405 A2001002 B2010203 00 AABBCC"),
            Hex("02FF 90600007 01020304 11223344 BEDE0006 12416869 4088 5003 62010203 710405 A2001002 B2010203 00 AABBCC"),
            Hex("F0FF 92EF1234 DEADBEEF CAFEBABE 00000001 00000002 BEDE0001 92C00005 010203"),
            Hex("00FF 90600007 01020304 11223344 BEDE0005 8FE1A2B3C480000000FFFFFFFF00000000 000000 01"),
            Hex("54FF 90600007 01020304 11223344 10000003 040188 0903C00002 0500 0000 01"),
            Hex("0320 B0600007 01020304 11223344 10000003 040188 0903C00002 0500 0000 01 02"),
            .. KnownStructures.All.Select(static known => Packet(0x54, known[0])), .. KnownStructures.All.Select(static known => Packet(0x55, known[1])),
        ],
        ProbeWriter);

    private static byte[] Packet(byte client, byte[] descriptor)
    {
        // The two-byte form, with an audio level behind.
        byte[] elements = [9, (byte)descriptor.Length, .. descriptor, 4, 1, 0x88];
        var words = (elements.Length + 3) / 4;
        return [client, 0xFF, .. Hex("90600007 01020304 11223344 1000"), (byte)(words >> 8), (byte)words, .. elements, .. new byte[(4 * words) - elements.Length], 1, 2, 3];
    }

    private static void ProbeFrameNumbers(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        Span<byte> buffer = stackalloc byte[256];
        var numbers = new FrameNumbers();
        var changed = false;
        var last = -1;
        while (StreamTargets.TryTake(ref input, out var action, out var data))
        {
            if ((action & 1) != 0)
            {
                numbers.Sync();
                changed = true;
            }

            var shift = numbers.Forward(data);
            var copy = buffer[..data.Length];
            data.CopyTo(copy);
            FrameNumbers.Apply(copy, shift);
            if (!DependencyDescriptor.TryParseMandatory(data, out var before))
            {
                Require(shift.IsNone && copy.SequenceEqual(data), "what is no descriptor stays as it is");
                continue;
            }

            Require(DependencyDescriptor.TryParseMandatory(copy, out var after), "a copy is a descriptor");
            Require(after.FrameNumber == (ushort)(before.FrameNumber + shift.FrameNumber), "a frame has the number that it got");
            Require(after.TemplateId == ((before.TemplateId + shift.TemplateId) & 0x3F), "a frame has its template");
            Require(after.HasStructure == before.HasStructure, "a structure stays one");
            Require(!changed || last < 0 || after.FrameNumber == (ushort)(last + 1), "a change leaves no jump");
            last = last < 0 || (ushort)(after.FrameNumber - last) is > 0 and < 0x8000 ? after.FrameNumber : last;
            outcome.Note(changed);
            outcome.Note(shift.IsNone);
            outcome.NoteSize(shift.TemplateId);
            changed = false;
            CheckRest(data, copy, shift, ref outcome);
        }
    }

    /// <summary>But for its numbers a descriptor stays as it is, to the bit, and one with a structure reads the same.</summary>
    private static void CheckRest(ReadOnlySpan<byte> data, ReadOnlySpan<byte> copy, DescriptorShift shift, ref FuzzOutcome outcome)
    {
        Require(data[0] >> 6 == copy[0] >> 6, "flags stay");
        for (var i = DependencyDescriptor.MandatoryLength; i < data.Length; i++)
        {
            // The offset of templates: three bits end one byte, and three begin the next.
            var mask = i == 3 ? 0xF8 : i == 4 ? 0x1F : 0xFF;
            Require(((data[i] ^ copy[i]) & mask) == 0, "what is no number stays");
        }

        new DependencyStructureCache(new ScalabilityMode(3, 3, true)).Read(1, data, out var first, out var structure);
        new DependencyStructureCache(new ScalabilityMode(3, 3, true)).Read(1, copy, out var second, out var copied);
        Require(structure is null == copied is null, "a structure is one for the client too");
        if (structure is null || copied is null)
        {
            return;
        }

        Require(structure.TargetCount == copied.TargetCount && structure.TemplateCount == copied.TemplateCount && structure.ChainCount == copied.ChainCount, "a structure stays");
        Require(first.SpatialLayer == second.SpatialLayer && first.Indications == second.Indications && first.ReferenceCount == second.ReferenceCount, "a frame stays");
        outcome.Note(structure.TemplateCount);
        outcome.Note(structure.TargetCount);
        outcome.NoteSize(shift.FrameNumber);
    }

    private static void ProbeWriter(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (input.Length < 2 || !RtpPacket.TryParse(input[2..], out var packet))
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[RoomBytes];
        buffer.Fill(Canary);
        var client = _clients[input[0] & 3];
        var shift = DescriptorShift.OfFrame(300 * (input[0] >> 4), input[0] >> 2);
        var room = buffer[..(input[1] == 0xFF ? RoomBytes / 2 : 2 * input[1])];
        var numbers = new PacketNumbers((byte)(input[0] ^ input[1]), 0x1234, 0x5678_9ABC, 0xDEF0, 0x0102_03);
        var written = client.Writer.WriteHeader(packet, numbers, shift, room);
        Require(!buffer[room.Length..].ContainsAnyExcept(Canary), "nothing is written beyond the room");
        outcome.Note(written < 0);
        if (written < 0)
        {
            return;
        }

        Require(RtpPacket.TryParseHeader(room[..written], out var header), "a header is one");
        Require(header.HeaderLength == written, "a header is as long as it says");
        Require(header.Ssrc == Ssrc && header.SequenceNumber == numbers.Sequence && header.Timestamp == numbers.Timestamp, "a packet has the numbers that it got");
        Require(room[1] == numbers.MarkerAndType && (room[0] & RtpPacket.PaddingBit) == 0 && header.CsrcCount == packet.CsrcCount, "a packet has its marker and sources, and no padding");
        for (var i = 0; i < packet.CsrcCount; i++)
        {
            Require(header.GetCsrc(i) == packet.GetCsrc(i), "sources stay");
        }

        CheckElements(client, packet, header, numbers, shift, ref outcome);
    }

    private static void CheckElements(
        Client client, in RtpPacket packet, in RtpPacket header, in PacketNumbers numbers, DescriptorShift shift, ref FuzzOutcome outcome)
    {
        Span<byte> expected = stackalloc byte[256];
        var copied = header.Extensions;
        outcome.Note(header.HasExtension ? header.ExtensionProfile >> 8 : 0);
        if (client.MidId != 0)
        {
            Require(copied.TryNext(out var mid) && mid.Id == client.MidId && mid.Data.SequenceEqual(client.Mid), "the mid is the client's");
        }

        if (client.IdOf(HeaderExtensionKind.AbsSendTime) is not 0 and var timeId)
        {
            Require(copied.TryNext(out var time) && time.Id == timeId && time.Data.Length == 3, "a packet has its time");
            Require(BinaryPrimitives.ReadUInt16BigEndian(time.Data[1..]) == (ushort)numbers.AbsSendTime, "a packet has its time");
        }

        if (client.IdOf(HeaderExtensionKind.TransportWideSequenceNumber) is not 0 and var numberId)
        {
            Require(copied.TryNext(out var number) && number.Id == numberId, "a packet has its number");
            Require(BinaryPrimitives.ReadUInt16BigEndian(number.Data) == numbers.TransportSequence, "a packet has its number");
        }

        // The others in the order in which they came, under the client's identifiers.
        var hasDescriptor = false;
        var source = packet.Extensions;
        for (var count = 0; count < MaxElements && source.TryNext(out var element);)
        {
            var kind = Client.Source.KindOf(element.Id);
            if (Client.IsOwn(kind) || client.IdOf(kind) is not (not 0 and var id))
            {
                continue;
            }

            count++;
            Require(copied.TryNext(out var copy) && copy.Id == id, "an element is passed on");
            element.Data.CopyTo(expected);
            if (kind == HeaderExtensionKind.DependencyDescriptor && !hasDescriptor)
            {
                FrameNumbers.Apply(expected[..element.Data.Length], shift);
                hasDescriptor = true;
            }

            Require(copy.Data.SequenceEqual(expected[..element.Data.Length]), "an element is passed on as it is");
            outcome.Note((int)kind);
            outcome.NoteSize(copy.Data.Length);
            if (count == MaxElements)
            {
                return;
            }
        }

        Require(!copied.TryNext(out _), "no element comes from nowhere");
    }

    /// <summary>A client's header extensions, and the writer for what it gets.</summary>
    private sealed class Client
    {
        private readonly HeaderExtensionIds _ids;

        private Client(string mid, HeaderExtensionIds ids, RtpParameters parameters)
        {
            _ids = ids;
            Mid = System.Text.Encoding.UTF8.GetBytes(mid);
            MidId = mid.Length is > 0 and <= ExtensionItem.MaxValueLength ? ids.IdOf(HeaderExtensionKind.Mid) : (byte)0;
            Writer = new PacketWriter(parameters, Source, Ssrc);
        }

        /// <summary>The publisher's: from 1 on, as in the list of kinds.</summary>
        public static HeaderExtensionIds Source { get; } = new(_kinds.Select(static (kind, i) => (kind, i + 1)));

        public byte[] Mid { get; }

        public byte MidId { get; }

        public PacketWriter Writer { get; }

        public static Client Of(string mid, Func<int, int> id)
        {
            var pairs = _kinds.Select((kind, i) => (Kind: kind, Id: id(i))).Where(static pair => pair.Id != 0).ToArray();
            var parameters = new RtpParameters
            {
                Mid = mid,
                HeaderExtensions = [.. pairs.Select(static pair => new RtpHeaderExtensionParameters { Uri = HeaderExtensionUris.ToUri(pair.Kind), Id = pair.Id })],
            };
            return new Client(mid, new HeaderExtensionIds(pairs), parameters);
        }

        /// <summary>Written by the node, or of no meaning beyond the publisher's transport.</summary>
        public static bool IsOwn(HeaderExtensionKind kind) => kind is HeaderExtensionKind.Unknown or HeaderExtensionKind.Mid
            or HeaderExtensionKind.RtpStreamId or HeaderExtensionKind.RepairedRtpStreamId or HeaderExtensionKind.AbsSendTime
            or HeaderExtensionKind.TransportWideSequenceNumber;

        public byte IdOf(HeaderExtensionKind kind) => _ids.IdOf(kind);
    }
}

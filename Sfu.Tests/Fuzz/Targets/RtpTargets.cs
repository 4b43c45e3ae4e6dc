using Sfu.Media.Rtp;
using static Sfu.Tests.Fuzz.FuzzOutcome;
using static Sfu.Tests.Fuzz.Targets.FuzzTargets;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>RTP packets and their header extensions.</summary>
internal static class RtpTargets
{
    private static readonly byte[][] _packets =
    [
        Hex("80600001 01020304 11223344 01020304"),
        Hex("90600007 01020304 11223344 BEDE0003 1061 210005 416869 5088 0000 AABBCC"),
        Hex("90600007 01020304 11223344 10000003 0100 0201BB 00 C80401020304 AABBCC"),
        Hex("B2EF1234 DEADBEEF CAFEBABE 00000001 00000002 BEDE0001 10FF0000 010203 0000000005"),
        Hex("90E0FFFF 01020304 11223344 BEDE0009 17E1A2B3C480000000 CF010203040506070809101112131415 93800001 0000 78"),
        Hex("90600007 01020304 11223344 1000000A 0110E1A2B3C480000000FFFFFFFF00000000 0214 C000018000000000000000000000000000000000 AABB"),
    ];

    public static FuzzTarget Rtp { get; } = new("rtp", _packets, ProbePacket);

    /// <summary>The first byte tells the form of the block, the second the number of CSRCs; the rest is the block.</summary>
    public static FuzzTarget Extensions { get; } = new(
        "extensions", [.. _packets.Skip(1).Select(packet => new byte[] { packet[12], 0 }.Concat(packet[16..]).ToArray())], ProbeBlock);

    public static FuzzTarget Rtx { get; } = new("rtx", [.. _packets, Hex("A0610001 01020304 11223344 0007 010203 0003 0003")], ProbeRtx);

    private static void ProbePacket(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (RtpPacket.TryParseHeader(input, out var header))
        {
            Require(header.HeaderLength >= RtpPacket.FixedHeaderLength && header.HeaderLength <= input.Length, "the header is in the packet");
            outcome.Note(1);
        }

        if (!RtpPacket.TryParse(input, out var packet))
        {
            return;
        }

        Require(input.Length == packet.HeaderLength + packet.Payload.Length + packet.PaddingLength, "the parts are the whole");
        outcome.Note(packet.Marker);
        outcome.Note(packet.CsrcCount);
        outcome.NoteSize(packet.PaddingLength);
        outcome.NoteSize(packet.Payload.Length);
        for (var i = 0; i < packet.CsrcCount; i++)
        {
            packet.GetCsrc(i);
        }

        ReadExtensions(packet, ref outcome);
    }

    private static void ReadExtensions(in RtpPacket packet, ref FuzzOutcome outcome)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var end = packet.ExtensionOffset;
        var reader = packet.Extensions;
        while (reader.TryNext(out var extension))
        {
            Require(extension.Offset > end, "elements follow one another");
            end = extension.Offset + extension.Data.Length;
            Require(end <= packet.HeaderLength, "elements are in the block");
            outcome.NoteSize(extension.Data.Length);
            outcome.Note(HeaderExtensionValues.TryReadAudioLevel(extension.Data, out var voice, out _) && voice);
            outcome.Note(HeaderExtensionValues.TryReadAbsSendTime(extension.Data, out _));
            outcome.Note(HeaderExtensionValues.TryReadTransportSequence(extension.Data, out _));
            HeaderExtensionValues.TryReadVideoOrientation(extension.Data, out _, out _, out _);
            if (HeaderExtensionValues.TryReadAbsCaptureTime(extension.Data, out var capture))
            {
                Require(HeaderExtensionValues.WriteAbsCaptureTime(buffer, capture) == extension.Data.Length, "a capture time is written as it was");
                Require(extension.Data.SequenceEqual(buffer[..capture.Length]), "a capture time is written as it was");
            }

            var written = RtpRewriter.CopyWithExtensions(packet, [ExtensionItem.FromSource(1, extension)], buffer);
            Require(RtpPacket.TryParse(buffer[..written], out var copy), "a copy is a packet");
            Require(copy.TryFindExtension(1, out var copied) && copied.Data.SequenceEqual(extension.Data), "a copy has the element");
            Require(copy.Payload.SequenceEqual(packet.Payload), "a copy has the payload");
        }
    }

    private static void ProbeBlock(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (input.Length < 2)
        {
            return;
        }

        Span<byte> packet = stackalloc byte[2048];
        packet.Clear();
        var csrcs = input[1] & 0x0F;
        var block = input[2..Math.Min(input.Length, 1500)];
        var words = (block.Length + 3) / 4;
        packet[0] = (byte)(0x90 | csrcs);
        var offset = 12 + (4 * csrcs);
        (packet[offset], packet[offset + 1]) = (input[0] & 0x80) != 0 ? ((byte)0xBE, (byte)0xDE) : ((byte)0x10, (byte)(input[0] & 0x0F));
        (packet[offset + 2], packet[offset + 3]) = ((byte)(words >> 8), (byte)words);
        block.CopyTo(packet[(offset + 4)..]);
        ProbePacket(packet[..(offset + 4 + (4 * words))], ref outcome);
    }

    private static void ProbeRtx(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        Span<byte> packet = stackalloc byte[Mutator.MaxLength];
        input.CopyTo(packet);
        packet = packet[..input.Length];
        var result = Sfu.Media.Rtp.Rtx.TryUnwrap(packet, 1, 96, out var length);
        outcome.Note((int)result);
        if (result == RtxUnwrap.Media)
        {
            Require(length <= input.Length - Sfu.Media.Rtp.Rtx.OsnLength, "an original is shorter");
            outcome.Note(RtpPacket.TryParse(packet[..length], out var original));
            outcome.NoteSize(original.PaddingLength);
        }
    }
}

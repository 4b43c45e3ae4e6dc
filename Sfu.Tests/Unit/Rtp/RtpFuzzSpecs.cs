using Sfu.Media.Rtp;

namespace Sfu.Tests.Unit.Rtp;

public class RtpFuzzSpecs
{
    private static readonly byte[][] Seeds =
    [
        Packets.Rtp(1),
        Packets.WithExtension("BEDE0003 1061 210005 416869 5088 0000"),
        Packets.WithExtension("10000003 0100 0201BB 00 C80401020304"),
        Packets.Hex("B2 EF 1234 DEADBEEF CAFEBABE 00000001 00000002 BEDE0001 10FF0000 010203 0000000005"),
    ];

    private static void Probe(ReadOnlySpan<byte> input)
    {
        Span<byte> buffer = stackalloc byte[2048];
        if (RtpPacket.TryParseHeader(input, out var header))
        {
            Assert.InRange(header.HeaderLength, 12, input.Length);
        }

        if (!RtpPacket.TryParse(input, out var packet))
        {
            return;
        }

        Assert.Equal(input.Length, packet.HeaderLength + packet.Payload.Length + packet.PaddingLength);
        for (var i = 0; i < packet.CsrcCount; i++)
        {
            packet.GetCsrc(i);
        }

        var end = packet.ExtensionOffset;
        var reader = packet.Extensions;
        while (reader.TryNext(out var extension))
        {
            Assert.True(extension.Offset > end);
            end = extension.Offset + extension.Data.Length;
            Assert.InRange(end, packet.ExtensionOffset, packet.HeaderLength);
            HeaderExtensionValues.TryReadAudioLevel(extension.Data, out _, out _);
            HeaderExtensionValues.TryReadAbsSendTime(extension.Data, out _);
            HeaderExtensionValues.TryReadTransportSequence(extension.Data, out _);
            HeaderExtensionValues.TryReadVideoOrientation(extension.Data, out _, out _, out _);
            var written = RtpRewriter.CopyWithExtensions(packet, [ExtensionItem.FromSource(1, extension)], buffer);
            Assert.True(RtpPacket.TryParse(buffer[..written], out var copy));
            Assert.True(copy.TryFindExtension(1, out var copied));
            Assert.True(copied.Data.SequenceEqual(extension.Data));
            Assert.True(copy.Payload.SequenceEqual(packet.Payload));
        }

        input.CopyTo(buffer);
        Rtx.TryUnwrap(buffer[..input.Length], 1, 96, out _);
    }

    [Fact]
    public void Any_prefix_is_harmless()
    {
        foreach (var seed in Seeds)
        {
            ParserFuzz.Truncate(seed, Probe);
        }
    }

    [Fact]
    public void Any_mutation_is_harmless() => ParserFuzz.Mutate(Seeds, seed: 1, rounds: 40_000, Probe);
}

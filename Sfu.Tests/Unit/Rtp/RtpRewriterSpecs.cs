using Sfu.Media.Rtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class RtpRewriterSpecs
{
    [Fact]
    public void A_copy_has_exactly_the_new_extensions_and_the_payload()
    {
        // mid 1, transport-wide number 2, rid 4, audio level 5 come in; mid changes, audio level moves, the rid goes.
        var source = Packets.WithExtension("BEDE0003 1061 210005 416869 5088 0000", "AABBCC");
        Assert.True(RtpPacket.TryParse(source, out var view));
        Assert.True(view.TryFindExtension(5, out var level));
        var destination = new byte[1500];
        var length = RtpRewriter.CopyWithExtensions(
            view,
            [ExtensionItem.FromValue(3, "12"u8), ExtensionItem.FromUInt16(1, 0x0102), ExtensionItem.FromSource(7, level)],
            destination);

        Assert.Equal(Packets.Hex("90600007 01020304 11223344 BEDE0002 313132 110102 7088 AABBCC"), destination[..length]);
    }

    [Fact]
    public void A_copy_without_items_has_no_block_and_no_padding()
    {
        var source = Packets.Hex("B1 E0 0007 01020304 11223344 00000009 BEDE0001 10AA0000 AABB 000003");
        Assert.True(RtpPacket.TryParse(source, out var view));
        var destination = new byte[1500];
        var length = RtpRewriter.CopyWithExtensions(view, [], destination);
        Assert.Equal(Packets.Hex("81 E0 0007 01020304 11223344 00000009 AABB"), destination[..length]);
    }

    [Fact]
    public void A_packet_without_extensions_gains_a_block()
    {
        Assert.True(RtpPacket.TryParse(Packets.Rtp(7), out var view));
        var destination = new byte[1500];
        Assert.Equal(20, RtpRewriter.WriteHeader(view, [ExtensionItem.FromUInt24(3, 0xABCDEF)], destination));
        Assert.Equal(Packets.Hex("90600007 01020304 11223344 BEDE0001 32ABCDEF"), destination[..20]);
    }

    [Fact]
    public void A_destination_of_exactly_the_length_is_enough_and_one_byte_less_is_not()
    {
        Assert.True(RtpPacket.TryParse(Packets.Rtp(7), out var view));
        ExtensionItem[] items = [ExtensionItem.FromByte(1, 1)];
        for (var room = 0; room < 24; room++)
        {
            Assert.Equal(-1, RtpRewriter.CopyWithExtensions(view, items, new byte[room]));
        }

        Assert.Equal(24, RtpRewriter.CopyWithExtensions(view, items, new byte[24]));
    }

    [Fact]
    public void An_item_that_refers_beyond_the_source_is_refused()
    {
        var longer = Packets.WithExtension("BEDE0002 10AA 21BBCC 21DDEE", "");
        Assert.True(RtpPacket.TryParse(longer, out var view));
        Assert.True(view.TryFindExtension(2, out var extension));
        var item = ExtensionItem.FromSource(2, extension);
        Assert.True(RtpPacket.TryParse(Packets.Rtp(1, payloadLength: 0), out var other));
        Assert.Equal(-1, RtpRewriter.WriteHeader(other, [item], new byte[100]));
    }

    [Fact]
    public void Parsing_and_copying_allocates_nothing()
    {
        var source = Packets.WithExtension("BEDE0003 1061 210005 416869 5088 0000", "AABBCC");
        var destination = new byte[1500];
        var allocated = AllocationProbe.Measure(round =>
        {
            Assert.True(RtpPacket.TryParse(source, out var view));
            view.TryFindExtension(5, out var level);
            Span<ExtensionItem> items =
            [
                ExtensionItem.FromValue(3, "12"u8), ExtensionItem.FromUInt16(1, (ushort)round), ExtensionItem.FromSource(7, level),
            ];
            RtpRewriter.CopyWithExtensions(view, items, destination);
        });
        Assert.Equal(0, allocated);
    }
}

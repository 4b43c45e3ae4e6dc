using Sfu.Media.Rtp;

namespace Sfu.Tests.Unit.Rtp;

public class HeaderExtensionSpecs
{
    private static string Read(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        var reader = packet.Extensions;
        var found = new List<string>();
        while (reader.TryNext(out var extension))
        {
            Assert.Equal(extension.Data.ToArray(), bytes[extension.Offset..(extension.Offset + extension.Data.Length)]);
            found.Add($"{extension.Id}:{Convert.ToHexString(extension.Data)}");
        }

        Assert.False(reader.TryNext(out _));
        return string.Join(' ', found);
    }

    [Fact] // RFC 8285 §4.2, the figure's layout.
    public void The_one_byte_form_is_read_over_padding() =>
        Assert.Equal("1:AA 2:BBCC 3:01020304", Read(Packets.WithExtension("BEDE0003 10AA 21BBCC 0000 3301020304")));

    [Fact] // RFC 8285 §4.3, the figure's layout.
    public void The_two_byte_form_is_read_over_padding() =>
        Assert.Equal("1: 2:BB 200:01020304", Read(Packets.WithExtension("10000003 0100 0201BB 00 C80401020304")));

    [Fact]
    public void The_application_bits_of_the_two_byte_form_are_ignored() =>
        Assert.Equal("2:BB", Read(Packets.WithExtension("100F0001 0201BB00")));

    [Theory]
    [InlineData("BEDE0002 10AA F1BBCC 20DD 00")] // Identifier 15 is reserved and ends the block.
    [InlineData("BEDE0002 10AA 01BBCC 20DD 00")] // A padding byte with a length ends it too.
    [InlineData("BEDE0002 10AA 2FBBCCDDEEFF00")] // An element longer than the block.
    [InlineData("10000002 0101AA 02FFBBCCDD")] // The same in the two-byte form.
    public void What_follows_a_broken_element_is_not_read(string block) => Assert.Equal("1:AA", Read(Packets.WithExtension(block)));

    [Fact]
    public void Identifier_15_is_ordinary_in_the_two_byte_form() => Assert.Equal("15:AA", Read(Packets.WithExtension("10000001 0F01AA00")));

    [Fact]
    public void A_two_byte_element_without_its_length_byte_ends_the_block() =>
        Assert.Equal("1:AA", Read(Packets.WithExtension("10000001 0101AA 07")));

    [Fact]
    public void Blocks_of_other_profiles_have_no_elements() => Assert.Equal("", Read(Packets.WithExtension("ABCD0001 10AA0000")));

    [Fact]
    public void An_element_is_found_by_identifier_at_its_place_in_the_packet()
    {
        var bytes = Packets.WithExtension("BEDE0003 10AA 210005 0000 3301020304");
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        Assert.True(packet.TryFindExtension(2, out var extension));
        Assert.True(HeaderExtensionValues.TryReadTransportSequence(extension.Data, out var sequence));
        Assert.Equal(5, sequence);
        Assert.True(extension.Data.SequenceEqual(bytes.AsSpan(extension.Offset, 2)));
        Assert.False(packet.TryFindExtension(4, out _));
    }

    [Fact]
    public void The_writer_takes_the_one_byte_form_when_it_can()
    {
        var block = new byte[64];
        var length = HeaderExtensionWriter.Write([ExtensionItem.FromByte(1, 0xAA), ExtensionItem.FromUInt16(14, 0xBBCC)], [], block);
        Assert.Equal(Packets.Hex("BEDE0002 10AA E1BBCC 000000"), block[..length]);
    }

    [Theory]
    [InlineData(15, 1)]
    [InlineData(16, 2)]
    [InlineData(255, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 17)]
    public void The_writer_takes_the_two_byte_form_when_it_must(byte id, int valueLength)
    {
        var value = Enumerable.Range(1, valueLength).Select(i => (byte)i).ToArray();
        var block = new byte[64];
        ExtensionItem[] items = [ExtensionItem.FromValue(id, value), ExtensionItem.FromByte(2, 0x77)];
        var length = HeaderExtensionWriter.Write(items, [], block);
        Assert.Equal(HeaderExtensionWriter.Measure(items), length);
        Assert.Equal(0, length % 4);
        Assert.Equal(Packets.Hex("1000"), block[..2]);
        Assert.Equal($"{id}:{Convert.ToHexString(value)} 2:77", Read(Packets.WithExtension(Convert.ToHexString(block[..length]))));
    }

    [Fact]
    public void Sixteen_bytes_still_fit_the_one_byte_form()
    {
        var value = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        var block = new byte[64];
        var length = HeaderExtensionWriter.Write([ExtensionItem.FromValue(9, value)], [], block);
        Assert.Equal(24, length);
        Assert.Equal(0x9F, block[4]);
        Assert.Equal($"9:{Convert.ToHexString(value)}", Read(Packets.WithExtension(Convert.ToHexString(block[..length]))));
    }

    [Fact]
    public void The_writer_refuses_what_does_not_fit_and_identifier_zero()
    {
        ExtensionItem[] items = [ExtensionItem.FromUInt24(3, 0x123456)];
        Assert.Equal(0, HeaderExtensionWriter.Write([], [], []));
        for (var room = 0; room < 8; room++)
        {
            Assert.Equal(-1, HeaderExtensionWriter.Write(items, [], new byte[room]));
        }

        Assert.Equal(8, HeaderExtensionWriter.Write(items, [], new byte[8]));
        Assert.Equal(-1, HeaderExtensionWriter.Write([ExtensionItem.FromByte(0, 1)], [], new byte[16]));
    }

    [Fact]
    public void A_value_too_long_for_an_item_is_an_error_of_the_caller() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ExtensionItem.FromValue(1, new byte[ExtensionItem.MaxValueLength + 1]));
}

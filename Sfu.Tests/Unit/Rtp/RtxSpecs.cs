using Sfu.Media.Rtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class RtxSpecs
{
    private static readonly byte[] Original = Packets.Hex("90 E0 0007 01020304 11223344 BEDE0001 10AA0000 AABBCC");

    // RFC 4588 §4: the original sequence number follows the header, extension included.
    private static readonly byte[] Retransmission = Packets.Hex("90 E1 FFFF 01020304 55667788 BEDE0001 10AA0000 0007 AABBCC");

    [Fact]
    public void Wrapping_puts_the_original_number_in_front_of_the_payload()
    {
        var destination = new byte[100];
        var length = Rtx.Wrap(Original, 20, 0x55667788, 97, 0xFFFF, destination);
        Assert.Equal(Retransmission, destination[..length]);
    }

    [Fact]
    public void Unwrapping_restores_the_original_in_place()
    {
        var packet = (byte[])Retransmission.Clone();
        Assert.Equal(RtxUnwrap.Media, Rtx.TryUnwrap(packet, 0x11223344, 96, out var length));
        Assert.Equal(Original, packet[..length]);
    }

    [Fact]
    public void Padding_survives_wrapping_and_unwrapping()
    {
        var padded = Packets.Hex("A0 60 0007 01020304 11223344 AABBCC 000003");
        var destination = new byte[100];
        var length = Rtx.Wrap(padded, 12, 1, 97, 5, destination);
        Assert.Equal(RtxUnwrap.Media, Rtx.TryUnwrap(destination.AsSpan(0, length), 0x11223344, 96, out var restored));
        Assert.Equal(padded, destination[..restored]);
    }

    [Theory]
    [InlineData("A0 61 0001 01020304 55667788 000003", RtxUnwrap.PaddingOnly)]
    [InlineData("80 61 0001 01020304 55667788", RtxUnwrap.PaddingOnly)]
    [InlineData("A0 61 0001 01020304 55667788 0007 0002", RtxUnwrap.PaddingOnly)]
    [InlineData("80 61 0001 01020304 55667788 07", RtxUnwrap.Malformed)]
    [InlineData("A0 61 0001 01020304 55667788 07 0002", RtxUnwrap.Malformed)]
    [InlineData("A0 61 0001 01020304 55667788 07 0009", RtxUnwrap.Malformed)]
    [InlineData("80 61 0001 0102", RtxUnwrap.Malformed)]
    public void A_packet_without_an_original_is_told_apart_and_left_alone(string hex, RtxUnwrap expected)
    {
        var packet = Packets.Hex(hex);
        var before = (byte[])packet.Clone();
        Assert.Equal(expected, Rtx.TryUnwrap(packet, 1, 96, out var length));
        Assert.Equal(0, length);
        Assert.Equal(before, packet);
    }

    [Fact]
    public void Wrapping_refuses_what_does_not_fit()
    {
        for (var room = 0; room < Original.Length + 2; room++)
        {
            Assert.Equal(-1, Rtx.Wrap(Original, 20, 1, 97, 1, new byte[room]));
        }

        Assert.Equal(Original.Length + 2, Rtx.Wrap(Original, 20, 1, 97, 1, new byte[Original.Length + 2]));
        Assert.Equal(-1, Rtx.Wrap(Original, Original.Length + 1, 1, 97, 1, new byte[100]));
    }

    [Fact]
    public void Wrapping_and_unwrapping_allocates_nothing()
    {
        var destination = new byte[100];
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            var length = Rtx.Wrap(Original, 20, 1, 97, (ushort)round, destination);
            Rtx.TryUnwrap(destination.AsSpan(0, length), 2, 96, out _);
        }));
    }
}

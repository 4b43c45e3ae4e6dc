using Sfu.Media.Codecs;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Codecs;

public class AudioPayloadSpecs
{
    [Fact]
    public void Red_blocks_come_before_the_primary_one()
    {
        // RFC 2198 §3: |1|111| offset 960, length 3 |, |1|111| offset 16383, length 0 |, |0|111|.
        Assert.True(RedPayload.TryParse(Packets.Hex("EF 0F00 03 EF FFFC 00 6F AABBCC 01020304"), out var view));
        Assert.Equal((2, 111), (view.RedundantCount, view.PrimaryPayloadType));
        Assert.Equal("01020304", Convert.ToHexString(view.Primary));
        var text = new List<string>();
        var blocks = view.Blocks;
        while (blocks.TryNext(out var block))
        {
            text.Add($"{block.PayloadType} {block.TimestampOffset} {Convert.ToHexString(block.Data)} {block.IsPrimary}");
        }

        Assert.Equal(["111 960 AABBCC False", "111 16383  False", "111 0 01020304 True"], text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("EF 0F00 03")] // No primary header.
    [InlineData("EF 0F00")] // A cut header.
    [InlineData("EF 0F00 03 6F AABB")] // A block longer than the packet.
    public void Broken_red_is_refused(string payload) => Assert.False(RedPayload.TryParse(Packets.Hex(payload), out _));

    [Fact]
    public void Red_may_carry_the_primary_block_alone()
    {
        Assert.True(RedPayload.TryParse(Packets.Hex("6F 0102"), out var view));
        Assert.Equal((0, 2), (view.RedundantCount, view.Primary.Length));
        var blocks = default(RedPayload).Blocks;
        Assert.False(blocks.TryNext(out _));
    }

    [Fact]
    public void Any_red_and_opus_is_harmless()
    {
        byte[][] seeds = [Packets.Hex("EF 0F00 03 EF FFFC 00 6F AABBCC 01020304"), Packets.Hex("7B C5 FF 01 0001 010101"), Packets.Hex("7A 01 02 03")];
        static void Probe(ReadOnlySpan<byte> input)
        {
            OpusPayload.IsDtx(input);
            if (!RedPayload.TryParse(input, out var view))
            {
                return;
            }

            var length = 0;
            var blocks = view.Blocks;
            while (blocks.TryNext(out var block))
            {
                length += block.Data.Length;
            }

            Assert.Equal(input.Length, (4 * view.RedundantCount) + 1 + length);
        }

        Array.ForEach(seeds, seed => ParserFuzz.Truncate(seed, Probe));
        ParserFuzz.Mutate(seeds, 11, 20_000, Probe);
    }

    [Theory]
    [InlineData("78", true)] // The TOC alone.
    [InlineData("78 FF", true)] // One frame of a byte.
    [InlineData("78 FF FE", false)]
    [InlineData("79 FF FE", true)] // Two frames of a byte.
    [InlineData("79 FF FE 01 02", false)]
    [InlineData("7A 01 FF", true)] // Two frames of one and no byte.
    [InlineData("7A 02 FF FF", false)]
    [InlineData("7B 03 01 02 03", true)] // Three frames of a byte.
    [InlineData("7B 03 010203 040506", false)]
    [InlineData("7B 83 01 00 FF", true)] // Lengths told: one, none, none.
    [InlineData("7B 83 02 00 FFFF", false)]
    [InlineData("7B 42 02 AA BB 00 00", true)] // Padding of two bytes.
    [InlineData("7B 00 00", false)] // No frames at all is not valid.
    [InlineData("7B 41 FF", false)] // Padding cut off.
    [InlineData("", false)]
    public void Opus_is_discontinuous_when_its_frames_are_empty(string payload, bool expected) =>
        Assert.Equal(expected, OpusPayload.IsDtx(Packets.Hex(payload)));
}

using System.Globalization;
using Sfu.Media.Codecs;
using Sfu.Tests.Support;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Codecs;

public class PictureNumbersSpecs
{
    private readonly PictureNumbers _numbers = new(CodecKind.Vp8);

    /// <summary>X, S; I, L, T, K.</summary>
    private static byte[] Vp8(int pictureId, int tl0, int layer, int key = 3, bool keyFrame = false, bool start = true) =>
        Packets.Hex(string.Create(
            CultureInfo.InvariantCulture,
            $"{(start ? 0x90 : 0x80):X2} F0 {0x8000 | pictureId:X4} {tl0 & 0xFF:X2} {(layer << 6) | key:X2} {(keyFrame ? 0x50 : 0x51):X2}"));

    private static byte[] Vp9(int pictureId, int tl0, int layer, int spatial = 0, bool keyFrame = false) =>
        Packets.Hex(string.Create(
            CultureInfo.InvariantCulture,
            $"{(keyFrame ? 0xA8 : 0xE8):X2} {0x8000 | pictureId:X4} {(layer << 5) | (spatial << 1):X2} {tl0 & 0xFF:X2} 82"));

    private static bool StartsKeyFrame(CodecKind codec, byte[] payload) => codec == CodecKind.Vp9
        ? Vp9PayloadDescriptor.TryParse(payload, out var vp9) && vp9.IsKeyFrameStart
        : Vp8PayloadDescriptor.TryParse(payload, out var vp8) && vp8.IsKeyFrameStart;

    private string? Forward(byte[] payload) => Forward(_numbers, CodecKind.Vp8, payload);

    private static string? Forward(PictureNumbers numbers, CodecKind codec, byte[] payload, bool? isKey = null)
    {
        if (!numbers.TryForward(payload, isKey ?? StartsKeyFrame(codec, payload), out var shift))
        {
            return null;
        }

        var copy = payload.ToArray();
        PictureNumbers.Apply(codec, copy, shift);
        if (codec == CodecKind.Vp9)
        {
            Assert.True(Vp9PayloadDescriptor.TryParse(copy, out var vp9));
            return $"{vp9.PictureId} {vp9.Tl0PictureIndex}";
        }

        Assert.True(Vp8PayloadDescriptor.TryParse(copy, out var vp8));
        return $"{vp8.PictureId} {vp8.Tl0PictureIndex} {vp8.KeyIndex}";
    }

    [Fact]
    public void Numbers_of_the_first_source_stay_as_they_are()
    {
        Assert.True(_numbers.TryForward(Vp8(0x7FFF, 255, 0, keyFrame: true), startsKeyFrame: true, out var shift));
        Assert.True(shift.IsNone);
        Assert.Equal("0 0 3", Forward(Vp8(0, 0, 0)));
        Assert.Equal("2 1 3", Forward(Vp8(2, 1, 0)));
    }

    [Fact]
    public void Numbers_go_on_when_the_source_changes()
    {
        Forward(Vp8(100, 10, 0, key: 31, keyFrame: true));
        Forward(Vp8(101, 10, 2, key: 31));
        _numbers.Sync();
        Assert.Equal("102 11 0", Forward(Vp8(20_000, 200, 0, key: 9, keyFrame: true)));
        Assert.Equal("102 11 0", Forward(Vp8(20_000, 200, 0, key: 9, start: false)));
        Assert.Equal("103 11 0", Forward(Vp8(20_001, 200, 2, key: 9)));
        Assert.Equal("105 12 0", Forward(Vp8(20_003, 201, 0, key: 9)));

        // What came before the change was another's.
        Assert.Null(Forward(Vp8(19_999, 199, 0)));
        Assert.Null(Forward(Vp8(19_990, 198, 0, keyFrame: true)));
        Assert.Equal("106 12 0", Forward(Vp8(20_004, 201, 1, key: 9)));
    }

    [Fact]
    public void A_picture_that_is_left_out_leaves_no_gap_and_one_that_is_lost_does()
    {
        Assert.Equal("0 0 3", Forward(Vp8(0, 0, 0, keyFrame: true)));
        _numbers.Drop(Vp8(1, 0, 2));
        _numbers.Drop(Vp8(1, 0, 2, start: false));
        Assert.Equal("1 0 3", Forward(Vp8(2, 0, 1)));
        _numbers.Drop(Vp8(3, 0, 2));
        Assert.Equal("3 1 3", Forward(Vp8(5, 1, 0)));

        // The one that was missing comes late, between two that were left out.
        _numbers.Drop(Vp8(6, 1, 2));
        Assert.Equal("2 1 3", Forward(Vp8(4, 1, 0)));
        Assert.Equal("1 0 3", Forward(Vp8(2, 0, 1)));
        Assert.Equal("4 1 3", Forward(Vp8(7, 1, 1)));
        Assert.Null(Forward(Vp8(3, 0, 2)));
        _numbers.Drop(Vp8(2, 0, 1));
        Assert.Equal("1 0 3", Forward(Vp8(2, 0, 1)));
    }

    [Fact]
    public void A_base_picture_that_is_left_out_counts_in_tl0picidx()
    {
        Forward(Vp8(10, 5, 0, keyFrame: true));
        _numbers.Drop(Vp8(11, 6, 0));
        Assert.Equal("11 6 3", Forward(Vp8(12, 7, 0)));
        Assert.Equal("10 5 3", Forward(Vp8(10, 5, 0)));
    }

    [Fact]
    public void What_comes_late_may_be_the_last_that_was_sent()
    {
        Forward(Vp8(10, 5, 0, keyFrame: true));
        _numbers.Drop(Vp8(12, 5, 2));
        Assert.Equal("11 6 3", Forward(Vp8(11, 6, 0)));
        _numbers.Sync();
        Assert.Equal("12 7 4", Forward(Vp8(5000, 0, 0, keyFrame: true)));
    }

    [Fact]
    public void Key_frames_without_an_extended_descriptor_pass()
    {
        Forward(Vp8(10, 5, 0, keyFrame: true));
        _numbers.Sync();
        Assert.True(_numbers.TryForward(Packets.Hex("10 50 01 00 9D 01 2A"), startsKeyFrame: true, out var shift));
        Assert.True(shift.IsNone);
        Assert.Equal("11 5 3", Forward(Vp8(701, 90, 1, key: 8)));
        Assert.Equal("12 6 3", Forward(Vp8(702, 91, 0, key: 8)));
        Assert.True(_numbers.TryForward([], startsKeyFrame: false, out shift));
        Assert.True(shift.IsNone);
    }

    [Fact]
    public void Short_picture_identifiers_wrap_in_seven_bits()
    {
        static byte[] Short(int pictureId) => Packets.Hex($"90 80 {pictureId:X2} 51");
        Assert.Equal("126 -1 -1", Forward(Short(126)));
        _numbers.Sync();
        Assert.Equal("127 -1 -1", Forward(Short(3)));
        Assert.Equal("0 -1 -1", Forward(Short(4)));
        _numbers.Drop(Short(5));
        Assert.Equal("1 -1 -1", Forward(Short(6)));
        Assert.Equal("0 -1 -1", Forward(Short(4)));
        Assert.Equal("1 -1 -1", Forward(Short(6)));
        for (var i = 7; i < 300; i++)
        {
            Assert.Equal($"{(i - 5) & 0x7F} -1 -1", Forward(Short(i & 0x7F)));
        }
    }

    [Fact]
    public void A_sender_that_counts_anew_goes_on_with_its_key_frame()
    {
        Forward(Vp8(5000, 1, 0, keyFrame: true));
        Forward(Vp8(5001, 2, 0));
        Assert.Null(Forward(Vp8(7, 0, 0)));
        Assert.Equal("5002 3 4", Forward(Vp8(8, 0, 0, keyFrame: true)));
        Assert.Equal("5003 4 4", Forward(Vp8(9, 1, 0)));
    }

    [Fact] // What stands behind the descriptor may be encrypted.
    public void Whether_a_key_frame_starts_is_not_read_from_the_payload()
    {
        Forward(_numbers, CodecKind.Vp8, Vp8(5000, 1, 0), isKey: true);
        Assert.Null(Forward(_numbers, CodecKind.Vp8, Vp8(7, 0, 0, keyFrame: true), isKey: false));
        Assert.Equal("5001 2 4", Forward(_numbers, CodecKind.Vp8, Vp8(8, 0, 0), isKey: true));
    }

    [Fact]
    public void Any_run_of_losses_drops_and_reordering_is_numbered_like_a_plain_count()
    {
        var random = new Random(7);
        for (var run = 0; run < 50; run++)
        {
            var numbers = new PictureNumbers(CodecKind.Vp8);
            var first = random.Next(0x8000);
            var dropped = 0;
            var expected = new Dictionary<int, int>();
            var late = new Queue<int>();
            for (var i = 0; i < 400; i++)
            {
                var pictureId = (first + i) & 0x7FFF;
                if (i > 0 && random.Next(3) == 0)
                {
                    numbers.Drop(Vp8(pictureId, 0, 2));
                    dropped++;
                    continue;
                }

                expected[i] = (first + i - dropped) & 0x7FFF;
                if (i > 0 && random.Next(4) == 0)
                {
                    late.Enqueue(i);
                    continue;
                }

                Assert.Equal($"{expected[i]} 0 3", Forward(numbers, CodecKind.Vp8, Vp8(pictureId, 0, 1)));
                if (late.Count > 0 && (random.Next(3) == 0 || i - late.Peek() > 100))
                {
                    var old = late.Dequeue();
                    Assert.Equal($"{expected[old]} 0 3", Forward(numbers, CodecKind.Vp8, Vp8((first + old) & 0x7FFF, 0, 1)));
                }
            }
        }
    }

    [Fact]
    public void Vp9_pictures_keep_their_distances()
    {
        var numbers = new PictureNumbers(CodecKind.Vp9);
        string? Send(byte[] payload) => Forward(numbers, CodecKind.Vp9, payload);
        Assert.Equal("9 1", Send(Vp9(9, 1, 0, keyFrame: true)));
        numbers.Drop(Vp9(10, 1, 2));
        Assert.Equal("11 1", Send(Vp9(11, 1, 1)));
        numbers.Sync();
        Assert.Equal("12 2", Send(Vp9(500, 77, 0, keyFrame: true)));
        Assert.Equal("12 2", Send(Vp9(500, 77, 0, spatial: 1)));
        numbers.Drop(Vp9(500, 77, 0, spatial: 2));
        numbers.Drop(Vp9(501, 77, 2));
        Assert.Equal("14 2", Send(Vp9(502, 77, 1)));
        Assert.Equal("16 3", Send(Vp9(504, 78, 0)));
        Assert.Equal("14 2", Send(Vp9(502, 77, 1)));
    }

    [Fact]
    public void A_shift_is_four_bytes_and_none_is_zero()
    {
        var shift = new DescriptorShift(-1, -2, -3);
        Assert.Equal((0x7FFF, 254, 29), (shift.PictureId, shift.Tl0PictureIndex, shift.KeyIndex));
        Assert.Equal(4, System.Runtime.CompilerServices.Unsafe.SizeOf<DescriptorShift>());
        Assert.True(new DescriptorShift(0x8000, 256, 32).IsNone);
        Assert.True(default(DescriptorShift).IsNone);
    }

    [Fact]
    public void Renumbering_allocates_nothing_and_a_consumer_pays_little()
    {
        var payload = Vp8(1, 0, 0);
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            payload[3] = (byte)round;
            if (round % 3 == 0)
            {
                _numbers.Drop(payload);
            }
            else if (_numbers.TryForward(payload, startsKeyFrame: false, out var shift))
            {
                PictureNumbers.Apply(CodecKind.Vp8, payload.AsSpan(0, 6), shift);
            }
        }));
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(new PictureNumbers(CodecKind.Vp8));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 120);
    }
}

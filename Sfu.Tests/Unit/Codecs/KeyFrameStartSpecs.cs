using Sfu.Media.Codecs;
using Sfu.Tests.Support;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Codecs;

/// <summary>Where a codec's key frames start, by the parsers of its payload.</summary>
public class KeyFrameStartSpecs
{
    [Theory]
    [InlineData("10 50 01 00 9D 01 2A", true)] // No X bit, S, partition 0, inverse key frame bit 0.
    [InlineData("10 51 01 00", false)] // Delta frame.
    [InlineData("00 50 01 00", false)] // Continuation.
    [InlineData("11 50 01 00", false)] // Start of another partition.
    [InlineData("90 80 05 50", true)] // 7-bit picture identifier.
    [InlineData("90 80 85 55 50", true)] // 15-bit picture identifier.
    [InlineData("90 80 85 55 51", false)]
    [InlineData("90 E0 85 55 07 20 50", true)] // I, L, T.
    [InlineData("90 F0 85 55 07 2C 51", false)]
    [InlineData("90 10 0C 50", true)] // K only.
    [InlineData("90 80 85 55", false)] // Nothing behind the descriptor.
    [InlineData("90", false)]
    [InlineData("", false)]
    public void Vp8_key_frames_start_with_the_first_packet_of_partition_0(string payload, bool expected) =>
        Assert.Equal(expected, IsKeyFrameStart(CodecKind.Vp8, Packets.Hex(payload)));

    [Theory]
    [InlineData("08 82", true)] // B only.
    [InlineData("8A 85 55 18", true)] // I, B, V.
    [InlineData("C8 85 55 82", false)] // P: refers to earlier pictures.
    [InlineData("80 85 55 82", false)] // Not the beginning.
    [InlineData("A8 85 55 00 07 82", true)] // L, layer 0 of 0, TL0PICIDX.
    [InlineData("A8 85 55 02 07 82", false)] // Spatial layer 1.
    [InlineData("A8 85 55 01 07 82", false)] // Depends on a lower layer.
    [InlineData("B8 05 00 82", true)] // Flexible mode has no TL0PICIDX.
    [InlineData("A8 85 55 00 07", false)] // Nothing behind the descriptor.
    [InlineData("A8 85 55 00", false)]
    [InlineData("", false)]
    public void Vp9_key_frames_start_with_the_base_layer_of_an_independent_picture(string payload, bool expected) =>
        Assert.Equal(expected, IsKeyFrameStart(CodecKind.Vp9, Packets.Hex(payload)));

    [Theory]
    [InlineData("65 88", true)] // Single IDR.
    [InlineData("67 42", true)] // Sequence parameter set.
    [InlineData("68 CE", false)] // Picture parameter set.
    [InlineData("41 9A", false)] // Non-IDR slice.
    [InlineData("78 0002 6742 0002 68CE 0002 6588", true)] // STAP-A with SPS first.
    [InlineData("78 0002 09F0 0002 6588", true)] // STAP-A with a delimiter first.
    [InlineData("78 0002 419A 0002 68CE", false)]
    [InlineData("78 0002 419A 0009 6588", false)] // A unit longer than the packet.
    [InlineData("78 0000 0002 6588", false)] // An empty unit.
    [InlineData("7C 85 88", true)] // FU-A, start, IDR.
    [InlineData("7C 05 88", false)] // FU-A, middle.
    [InlineData("7C 45 88", false)] // FU-A, end.
    [InlineData("7C 87 42", true)] // FU-A, start, SPS.
    [InlineData("7C 81 9A", false)] // FU-A, start, non-IDR.
    [InlineData("7C", false)]
    [InlineData("", false)]
    public void H264_key_frames_are_idr_slices_and_sequence_parameter_sets(string payload, bool expected) =>
        Assert.Equal(expected, IsKeyFrameStart(CodecKind.H264, Packets.Hex(payload)));

    [Theory]
    [InlineData("18 0A0B00", true)] // N, W=1: a sequence header alone.
    [InlineData("28 03 0A0B00 320102", true)] // N, W=2.
    [InlineData("08 03 0A0B00 02 3201", true)] // N, W=0: each element has its length.
    [InlineData("28 01 12 0A0B", true)] // A temporal delimiter first.
    [InlineData("08 8100 0A", true)] // A length that takes two octets to say 1.
    [InlineData("10 0A0B00", false)] // No N bit.
    [InlineData("98 0A0B00", false)] // A continuation.
    [InlineData("18 320102", false)] // N, but no sequence header.
    [InlineData("28 7F 0A0B00", false)] // An element longer than the packet.
    [InlineData("08 FFFFFFFFFFFFFFFFFF", false)] // A length without end.
    [InlineData("08 FFFFFFFFFFFFFF7F 0A", false)]
    [InlineData("18", false)]
    [InlineData("", false)]
    public void Av1_key_frames_start_a_coded_video_sequence_with_its_header(string payload, bool expected) =>
        Assert.Equal(expected, IsKeyFrameStart(CodecKind.Av1, Packets.Hex(payload)));

    [Fact]
    public void The_vp8_descriptor_is_read_whole()
    {
        Assert.True(Vp8PayloadDescriptor.TryParse(Packets.Hex("B0 F0 9234 07 6C 50"), out var view));
        Assert.Equal(6, view.Length);
        Assert.True(view.IsNonReference);
        Assert.True(view.IsFrameStart);
        Assert.Equal((0x1234, 2, true), (view.PictureId, view.PictureIdOffset, view.HasLongPictureId));
        Assert.Equal((7, 4), (view.Tl0PictureIndex, view.Tl0PictureIndexOffset));
        Assert.Equal((1, true, 12), (view.TemporalLayer, view.IsLayerSync, view.KeyIndex));

        Assert.True(Vp8PayloadDescriptor.TryParse(Packets.Hex("00 00"), out view));
        Assert.Equal((1, -1, -1, -1, -1, -1), (view.Length, view.PictureId, view.PictureIdOffset, view.Tl0PictureIndex, view.TemporalLayer, view.KeyIndex));
    }

    [Fact]
    public void The_vp9_descriptor_is_read_as_far_as_forwarding_needs()
    {
        Assert.True(Vp9PayloadDescriptor.TryParse(Packets.Hex("EC 9234 53 07 82"), out var view));
        Assert.True(view.IsInterPicturePredicted);
        Assert.True(view.IsFrameStart);
        Assert.True(view.IsFrameEnd);
        Assert.False(view.IsFlexibleMode);
        Assert.Equal((0x1234, 2, 1, 7), (view.PictureId, view.TemporalLayer, view.SpatialLayer, view.Tl0PictureIndex));
        Assert.True(view.IsSwitchingUpPoint);
        Assert.True(view.IsInterLayerPredicted);
    }

    [Fact]
    public void Truncation_and_mutation_are_harmless()
    {
        byte[][] seeds =
        [
            Packets.Hex("90 F0 85 55 07 2C 50 01 00 9D 01 2A"), Packets.Hex("EA 85 55 00 07 18 01 02 03"),
            Packets.Hex("78 0002 6742 0002 68CE 0002 6588"), Packets.Hex("08 03 0A0B00 02 3201"),
        ];

        static void Probe(ReadOnlySpan<byte> input)
        {
            foreach (var codec in Enum.GetValues<CodecKind>().Where(CodecKinds.HasKeyFrames))
            {
                IsKeyFrameStart(codec, input);
            }

            if (Vp8PayloadDescriptor.TryParse(input, out var vp8))
            {
                Assert.InRange(vp8.Length, 1, input.Length - 1);
            }
        }

        Array.ForEach(seeds, seed => ParserFuzz.Truncate(seed, Probe));
        ParserFuzz.Mutate(seeds, 2, 30_000, Probe);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var payload = Packets.Hex("90 F0 85 55 07 2C 50 01 00 9D 01 2A");
        Assert.Equal(0, AllocationProbe.Measure(round => IsKeyFrameStart(CodecKind.Vp8 + (round % 4), payload)));
    }

    [Theory]
    [InlineData("video/VP8", CodecKind.Vp8)]
    [InlineData("VIDEO/vp9", CodecKind.Vp9)]
    [InlineData("video/H264", CodecKind.H264)]
    [InlineData("video/AV1", CodecKind.Av1)]
    [InlineData("video/rtx", CodecKind.Rtx)]
    [InlineData("audio/rtx", CodecKind.Rtx)]
    [InlineData("audio/opus", CodecKind.Opus)]
    [InlineData("audio/multiopus", CodecKind.MultiOpus)]
    [InlineData("audio/PCMU", CodecKind.Pcmu)]
    [InlineData("audio/PCMA", CodecKind.Pcma)]
    [InlineData("audio/G722", CodecKind.G722)]
    [InlineData("audio/CN", CodecKind.ComfortNoise)]
    [InlineData("audio/telephone-event", CodecKind.TelephoneEvent)]
    [InlineData("audio/VP8", CodecKind.Unknown)]
    [InlineData("video/opus", CodecKind.Unknown)]
    [InlineData("video/H266", CodecKind.Unknown)]
    [InlineData("VP8", CodecKind.Unknown)]
    [InlineData("", CodecKind.Unknown)]
    [InlineData(null, CodecKind.Unknown)]
    public void Mime_types_name_codecs(string? mimeType, CodecKind expected) => Assert.Equal(expected, CodecKinds.FromMimeType(mimeType));

    private static bool IsKeyFrameStart(CodecKind codec, ReadOnlySpan<byte> payload) => codec switch
    {
        CodecKind.Vp8 => Vp8PayloadDescriptor.TryParse(payload, out var vp8) && vp8.IsKeyFrameStart,
        CodecKind.Vp9 => Vp9PayloadDescriptor.TryParse(payload, out var vp9) && vp9.IsKeyFrameStart,
        CodecKind.H264 => H264Payload.IsKeyFrameStart(payload),
        _ => Av1Payload.IsKeyFrameStart(payload),
    };
}

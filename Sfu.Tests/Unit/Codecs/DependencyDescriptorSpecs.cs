using Sfu.Media.Codecs;
using Sfu.Media.Ortc;
using Sfu.Tests.Unit.Rtp;
using static Sfu.Tests.Unit.Codecs.InspectedStream;

namespace Sfu.Tests.Unit.Codecs;

public class DependencyDescriptorSpecs
{
    private const string AllOfL3T3 = "00 01 02 10 11 12 20 21 22";

    private static readonly DescriptorStructure _l3t3Key = DescriptorStructure.L3T3Key();

    [Fact]
    public void A_key_frame_carries_the_structure_and_lets_everybody_begin()
    {
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        var key = stream.Next(descriptor: _l3t3Key.Frame(0, 1, structure: true));
        Assert.Equal((0, 0), (key.SpatialLayer, key.TemporalLayer));
        Assert.Equal(AllOfL3T3, Targets(key.Targets));
        Assert.Equal(AllOfL3T3, Targets(key.Switches));
        Assert.Equal(
            FrameFlags.KeyFrame | FrameFlags.FrameStart | FrameFlags.FrameEnd | FrameFlags.PictureStart | FrameFlags.Independent, key.Flags);
        Assert.True(key.AllowsSwitch(-1, 0, 2, 2));
        Assert.True(key.AllowsSwitch(2, 2, 0, 0));

        var middle = stream.Next(descriptor: _l3t3Key.Frame(5, 2));
        Assert.Equal("10 11 12 20 21 22", Targets(middle.Targets));
        Assert.Equal(FrameFlags.FrameStart | FrameFlags.FrameEnd, middle.Flags);
        Assert.Equal("20 21 22", Targets(stream.Next(marker: true, descriptor: _l3t3Key.Frame(10, 3)).Targets));
    }

    [Fact]
    public void What_a_browser_sends_for_H264_in_three_temporal_layers_is_read()
    {
        // Chromium's H264 encoder with L1T3: one chain, so that the chain of a target takes no bit (av1-rtp-spec §A.8.3).
        var stream = new InspectedStream(CodecKind.H264, "L1T3");
        var key = stream.Next(descriptor: Convert.FromHexString("800081800214EAA860414D1410208426"));
        Assert.Equal("00 01 02", Targets(key.Targets));
        Assert.Equal(FrameFlags.KeyFrame | FrameFlags.FrameStart | FrameFlags.PictureStart | FrameFlags.Independent, key.Flags);
        stream.Next(marker: true, descriptor: Convert.FromHexString("400081"));
        Assert.Equal("02", Targets(stream.Next(marker: true, descriptor: Convert.FromHexString("C30082")).Targets));
    }

    [Fact]
    public void In_a_key_mode_each_spatial_layer_goes_its_own_way_between_key_frames()
    {
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        KeyPicture(stream);
        Assert.Equal("02", Targets(stream.Next(descriptor: _l3t3Key.Frame(3, 4)).Targets));
        Assert.Equal("12", Targets(stream.Next(descriptor: _l3t3Key.Frame(8, 5)).Targets));
        var last = stream.Next(marker: true, descriptor: _l3t3Key.Frame(13, 6));
        Assert.Equal("22", Targets(last.Targets));
        Assert.Equal("", Targets(last.Switches));
        Assert.True((last.Flags & FrameFlags.Discardable) != 0);

        var next = stream.Next(descriptor: _l3t3Key.Frame(2, 7));
        Assert.Equal((0, 1), (next.SpatialLayer, next.TemporalLayer));
        Assert.Equal("01 02", Targets(next.Targets));
        Assert.Equal("02", Targets(next.Switches));
        Assert.True((next.Flags & FrameFlags.PictureStart) != 0);
    }

    [Fact]
    public void A_switch_indication_of_an_upper_layer_is_no_use_to_who_has_only_lower_ones()
    {
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        KeyPicture(stream);
        stream.Next(descriptor: _l3t3Key.Frame(1, 4));
        var middle = stream.Next(descriptor: _l3t3Key.Frame(6, 5));
        Assert.Equal("10 11 12", Targets(middle.Switches));
        Assert.False(middle.AllowsSwitch(0, 2, 1, 0));
        Assert.False(middle.AllowsSwitch(2, 2, 1, 0));
        Assert.False(middle.AllowsSwitch(-1, 0, 1, 0));
        Assert.True(middle.AllowsSwitch(1, 0, 1, 2));
    }

    [Fact]
    public void With_full_svc_one_may_go_down_at_each_picture_and_up_at_key_frames()
    {
        var structure = DescriptorStructure.L2T1();
        var stream = new InspectedStream(CodecKind.Av1, "L2T1");
        var key = stream.Next(descriptor: structure.Frame(1, 1, structure: true));
        Assert.True(key.AllowsSwitch(0, 0, 1, 0));
        stream.Next(marker: true, descriptor: structure.Frame(3, 2));

        var low = stream.Next(descriptor: structure.Frame(0, 3));
        Assert.Equal(("00 10", "00"), (Targets(low.Targets), Targets(low.Switches)));
        Assert.True(low.AllowsSwitch(1, 0, 0, 0));
        Assert.False(low.AllowsSwitch(0, 0, 1, 0));
        var high = stream.Next(marker: true, descriptor: structure.Frame(2, 4));
        Assert.Equal(("10", "10"), (Targets(high.Targets), Targets(high.Switches)));
        Assert.False(high.AllowsSwitch(0, 0, 1, 0));
    }

    [Fact]
    public void Independent_layers_each_begin_by_themselves()
    {
        var structure = DescriptorStructure.S2T1();
        var stream = new InspectedStream(CodecKind.Av1, "S2T1");
        var low = stream.Next(descriptor: structure.Frame(0, 1, structure: true));
        var high = stream.Next(marker: true, descriptor: structure.Frame(2, 2));
        Assert.Equal(("00", "10"), (Targets(low.Targets), Targets(high.Targets)));
        Assert.True(high.AllowsSwitch(-1, 0, 1, 0));
        Assert.True(high.AllowsSwitch(0, 0, 1, 0));
        Assert.True((high.Flags & FrameFlags.KeyFrame) == 0);
    }

    [Fact]
    public void Temporal_layers_of_any_codec_switch_up_at_base_pictures()
    {
        var structure = DescriptorStructure.L1T3();
        var stream = new InspectedStream(CodecKind.H264, "L1T3");
        stream.Next(marker: true, descriptor: structure.Frame(0, 1, structure: true));
        Assert.Equal("02", Targets(stream.Next(marker: true, descriptor: structure.Frame(3, 2)).Targets));
        var middle = stream.Next(marker: true, descriptor: structure.Frame(2, 3));
        Assert.Equal(("01 02", "02"), (Targets(middle.Targets), Targets(middle.Switches)));
        Assert.False(middle.AllowsSwitch(0, 0, 0, 2));
        Assert.True(middle.AllowsSwitch(0, 1, 0, 2));
        Assert.True(middle.AllowsSwitch(0, 2, 0, 0));
        stream.Next(marker: true, descriptor: structure.Frame(4, 4));
        Assert.True(stream.Next(marker: true, descriptor: structure.Frame(1, 5)).AllowsSwitch(0, 0, 0, 2));
    }

    [Fact]
    public void Only_the_first_packet_of_a_frame_is_a_place_to_switch()
    {
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        stream.Next(descriptor: _l3t3Key.Frame(0, 1, end: false, structure: true));
        var rest = stream.Next(descriptor: _l3t3Key.Frame(0, 1, start: false, end: false));
        Assert.Equal(AllOfL3T3, Targets(rest.Targets));
        Assert.Equal((0, FrameFlags.Independent), (rest.Switches, rest.Flags));
        Assert.False(rest.AllowsSwitch(2, 2, 2, 0));
        Assert.Equal(FrameFlags.Independent | FrameFlags.FrameEnd, stream.Next(descriptor: _l3t3Key.Frame(0, 1, start: false)).Flags);
    }

    [Fact]
    public void Targets_that_are_not_active_are_left_out_until_they_are_again()
    {
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        Assert.Equal("00 01 02 10 11 12", Targets(stream.Next(descriptor: _l3t3Key.Frame(0, 1, structure: true, active: 0b000_111_111)).Targets));
        Assert.Equal("00 01 02 10 11 12", Targets(stream.Inspector.ActiveTargets));
        Assert.Equal("10 11 12", Targets(stream.Next(marker: true, descriptor: _l3t3Key.Frame(5, 2)).Targets));
        stream.Next(descriptor: _l3t3Key.Frame(1, 3, active: 0b000_000_111));
        Assert.Equal("", Targets(stream.Next(marker: true, descriptor: _l3t3Key.Frame(6, 4)).Targets));

        // What comes late does not tell what is active now.
        stream.At((ushort)(stream.Sequence - 3), "00", false, _l3t3Key.Frame(1, 2, active: 0b111_111_111));
        Assert.Equal("00 01 02", Targets(stream.Inspector.ActiveTargets));
        Assert.Equal(AllOfL3T3, Targets(stream.Next(descriptor: _l3t3Key.Frame(0, 5, structure: true)).Targets));
    }

    [Fact]
    public void A_frame_may_differ_from_its_template()
    {
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        KeyPicture(stream);
        var frame = stream.Next(descriptor: _l3t3Key.Frame(
            1, 4, indications: "RR-S-----", references: [3, 40, 300], chains: [255, 0, 1]));
        Assert.Equal(("00 01 10", "10"), (Targets(frame.Targets), Targets(frame.Switches)));
        Assert.True((stream.Next(descriptor: _l3t3Key.Frame(1, 5, references: [])).Flags & FrameFlags.Independent) != 0);
    }

    [Fact]
    public void Packets_that_come_late_across_a_change_have_the_structure_of_their_time()
    {
        var next = new DescriptorStructure(
            1, [0], new DescriptorStructure.Template(0, 0, "S", [], [0]), new DescriptorStructure.Template(0, 0, "S", [1], [1]))
        {
            IdOffset = 20,
        };
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        KeyPicture(stream);
        var lost = stream.Sequence++;
        Assert.Equal("00", Targets(stream.Next(marker: true, descriptor: next.Frame(0, 5, structure: true)).Targets));
        Assert.Equal("22", Targets(stream.At(lost, "00", true, _l3t3Key.Frame(13, 4)).Targets));
        Assert.Equal("00", Targets(stream.Next(marker: true, descriptor: next.Frame(1, 6)).Targets));
        Assert.Equal("00", Targets(stream.Inspector.ActiveTargets));
    }

    [Fact]
    public void Structures_whose_identifiers_overlap_are_told_apart_by_their_place()
    {
        var next = DescriptorStructure.L1T3();
        var first = DescriptorStructure.S2T1();
        var stream = new InspectedStream(CodecKind.Av1, "L2T3");
        stream.Next(marker: true, descriptor: first.Frame(0, 1, structure: true));
        var lost = stream.Sequence++;
        stream.Next(marker: true, descriptor: next.Frame(0, 3, structure: true));
        Assert.Equal("10", Targets(stream.At(lost, "00", true, first.Frame(2, 2)).Targets));
        Assert.Equal("01 02", Targets(stream.Next(marker: true, descriptor: next.Frame(2, 4)).Targets));
    }

    [Fact]
    public void Without_a_structure_everybody_gets_the_packet_and_nobody_begins()
    {
        var stream = new InspectedStream(CodecKind.Av1, "L3T3_KEY");
        var layers = stream.Next("18 0A0B00", descriptor: _l3t3Key.Frame(0, 1));
        Assert.Equal((AllOfL3T3, 0, FrameFlags.None), (Targets(layers.Targets), layers.Switches, layers.Flags));

        var vp8 = new InspectedStream(CodecKind.Vp8, "L1T3").Next("90 E0 8001 07 80 50", descriptor: _l3t3Key.Frame(0, 1));
        Assert.Equal((2, "02"), (vp8.TemporalLayer, Targets(vp8.Targets)));
        Assert.Equal(FrameFlags.FrameStart | FrameFlags.PictureStart, vp8.Flags);
    }

    [Fact]
    public void A_stream_with_more_layers_than_it_told_is_sent_whole()
    {
        var stream = new InspectedStream(CodecKind.Av1, null);
        Assert.Equal("00", Targets(stream.Next(descriptor: _l3t3Key.Frame(0, 1, structure: true)).Targets));
        var top = stream.Next(descriptor: _l3t3Key.Frame(13, 4));
        Assert.Equal((2, 2, "00"), (top.SpatialLayer, top.TemporalLayer, Targets(top.Targets)));
    }

    [Fact]
    public void The_structure_is_read_whole()
    {
        var reader = new BitReader(_l3t3Key.Frame(0, 1, structure: true), DependencyDescriptor.StructurePosition);
        var structure = DependencyStructure.TryParse(ref reader, new LayerTargets(ScalabilityMode.Parse("L3T3_KEY")))!;
        Assert.Equal((57, 15, 9, 3), (structure.TemplateIdOffset, structure.TemplateCount, structure.TargetCount, structure.ChainCount));
        Assert.Equal((1280, 720), structure.GetResolution(2));
        Assert.Equal(1, structure.GetChainOfTarget(4));
        for (var i = 0; i < structure.TemplateCount; i++)
        {
            var expected = _l3t3Key.Templates[i];
            var template = structure[i];
            Assert.Equal((expected.Spatial, expected.Temporal), (template.SpatialLayer, template.TemporalLayer));
            Assert.Equal(expected.References, Enumerable.Range(0, template.ReferenceCount).Select(r => (int)structure[i].References[r]));
            Assert.Equal(expected.Chains, Enumerable.Range(0, 3).Select(chain => structure.GetChainDistance(i, chain)));
        }
    }

    [Fact]
    public void One_chain_protects_all_targets_without_being_named()
    {
        // Mandatory fields; structure present; offset 0, one target; two templates of layer 0 0; both S; no reference, one of 1; one
        // chain, and which one it is of ns(1), which is no bit at all; 0 and 1; 320 × 180.
        var reader = new BitReader(Packets.Hex("C0000180003A4101809F805980"), DependencyDescriptor.StructurePosition);
        var structure = DependencyStructure.TryParse(ref reader, new LayerTargets(ScalabilityMode.Single))!;
        Assert.Equal((2, 1, 1, 0), (structure.TemplateCount, structure.TargetCount, structure.ChainCount, structure.GetChainOfTarget(0)));
        Assert.Equal((0, 1), (structure.GetChainDistance(0, 0), structure.GetChainDistance(1, 0)));
        Assert.Equal((320, 180), structure.GetResolution(0));
        Assert.Equal(97, reader.Position);
    }

    [Fact]
    public void Every_prefix_and_any_mutation_is_harmless()
    {
        byte[][] seeds =
        [
            _l3t3Key.Frame(0, 1, structure: true, active: 0x1F, indications: "RR-S-----", references: [3, 40, 300], chains: [255, 0, 1]),
            DescriptorStructure.L1T3().Frame(0, 1, structure: true), _l3t3Key.Frame(3, 9), DescriptorStructure.L2T1().Frame(1, 5, structure: true),
        ];
        var stream = new InspectedStream(CodecKind.Av1, "L3T3");
        void Probe(ReadOnlySpan<byte> input) => stream.Next(descriptor: input.ToArray());
        Array.ForEach(seeds, seed => ParserFuzz.Truncate(seed, Probe));
        ParserFuzz.Mutate(seeds, 5, 30_000, Probe);
    }

    private static void KeyPicture(InspectedStream stream)
    {
        stream.Next(descriptor: _l3t3Key.Frame(0, 1, structure: true));
        stream.Next(descriptor: _l3t3Key.Frame(5, 2));
        stream.Next(marker: true, descriptor: _l3t3Key.Frame(10, 3));
    }
}

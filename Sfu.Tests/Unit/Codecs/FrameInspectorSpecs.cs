using Sfu.Media.Codecs;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Tests.Support;
using Sfu.Tests.Unit.Rtp;
using static Sfu.Tests.Unit.Codecs.InspectedStream;

namespace Sfu.Tests.Unit.Codecs;

public class FrameInspectorSpecs
{
    [Theory]
    [InlineData(CodecKind.Opus)]
    [InlineData(CodecKind.Unknown)]
    public void Where_nothing_is_known_each_packet_is_a_beginning(CodecKind codec)
    {
        var layers = new InspectedStream(codec, null).Next();
        Assert.Equal((1, 1), (layers.Targets, layers.Switches));
        Assert.Equal(FrameFlags.FrameStart | FrameFlags.FrameEnd | FrameFlags.PictureStart | FrameFlags.Independent, layers.Flags);
        Assert.True(layers.AllowsSwitch(-1, 0, 0, 0));
    }

    [Fact]
    public void Vp8_switches_up_at_layer_syncs_and_down_anywhere()
    {
        // |X|R|N|S| PID, |I|L|T|K|, PictureID, TL0PICIDX, |TID|Y|KEYIDX|, payload header: as libvpx sends layers 0 2 1 2.
        var stream = new InspectedStream(CodecKind.Vp8, "L1T3");
        var key = stream.Next("90 E0 8001 01 00 50", marker: true);
        Assert.Equal(("00 01 02", "00 01 02"), (Targets(key.Targets), Targets(key.Switches)));
        Assert.True(key.AllowsSwitch(-1, 0, 0, 2));
        Assert.Equal(
            FrameFlags.KeyFrame | FrameFlags.Independent | FrameFlags.FrameStart | FrameFlags.PictureStart | FrameFlags.FrameEnd, key.Flags);

        var top = stream.Next("B0 E0 8002 01 A0 51", marker: true);
        Assert.Equal((2, "02", "02"), (top.TemporalLayer, Targets(top.Targets), Targets(top.Switches)));
        Assert.True((top.Flags & (FrameFlags.Discardable | FrameFlags.LayerSync)) == (FrameFlags.Discardable | FrameFlags.LayerSync));
        Assert.True(top.AllowsSwitch(0, 0, 0, 2));

        var middle = stream.Next("90 E0 8003 01 60 51", marker: true);
        Assert.Equal(("01 02", "01 02"), (Targets(middle.Targets), Targets(middle.Switches)));
        Assert.True(middle.AllowsSwitch(0, 0, 0, 2));

        var bound = stream.Next("B0 E0 8004 01 80 51", marker: true);
        Assert.Equal(("02", ""), (Targets(bound.Targets), Targets(bound.Switches)));
        Assert.False(bound.AllowsSwitch(0, 0, 0, 2));
        Assert.True(bound.AllowsSwitch(0, 2, 0, 1));

        var low = stream.Next("90 E0 8005 02 00 51", marker: true);
        Assert.Equal(("00 01 02", "00"), (Targets(low.Targets), Targets(low.Switches)));
        Assert.False(low.AllowsSwitch(0, 0, 0, 1));
        Assert.True(low.AllowsSwitch(0, 2, 0, 0));
        Assert.False(low.AllowsSwitch(-1, 0, 0, 0));

        var rest = stream.Next("80 E0 8005 02 20 51");
        Assert.Equal((0, FrameFlags.None), (rest.Switches, rest.Flags));
        Assert.False(rest.AllowsSwitch(0, 2, 0, 0));
    }

    [Fact]
    public void Vp8_without_an_extended_descriptor_has_one_layer()
    {
        var stream = new InspectedStream(CodecKind.Vp8, "L1T2");
        Assert.Equal("00 01", Targets(stream.Next("10 50 01 00").Targets));
        Assert.Equal("00 01", Targets(stream.Next("10 51 01 00").Targets));
        Assert.Equal("00 01", Targets(stream.Next("").Targets));
        Assert.Equal("00", Targets(new InspectedStream(CodecKind.Vp8, null).Next("B0 E0 8004 01 80 51").Targets));
    }

    [Fact]
    public void Vp9_in_a_key_mode_as_chromium_sends_it()
    {
        var stream = new InspectedStream(CodecKind.Vp9, "L3T3_KEY");

        // Key picture: I, L, F, B, E; with SS on the first frame; D in the upper ones; Z in the highest.
        var key = stream.Next("BE 8001 10 50 0140 00B4 0280 0168 0500 02D0 82");
        Assert.Equal("00 01 02 10 11 12 20 21 22", Targets(key.Targets));
        Assert.Equal(key.Targets, key.Switches);
        Assert.True(key.IsKeyFrame);
        Assert.True(key.AllowsSwitch(-1, 0, 2, 2));
        Assert.True((key.Flags & (FrameFlags.PictureStart | FrameFlags.Independent)) == (FrameFlags.PictureStart | FrameFlags.Independent));
        var second = stream.Next("BC 8001 13 82");
        Assert.Equal("10 11 12 20 21 22", Targets(second.Targets));
        Assert.Equal(FrameFlags.FrameStart | FrameFlags.FrameEnd, second.Flags);
        Assert.False(second.AllowsSwitch(-1, 0, 1, 0));
        Assert.Equal("20 21 22", Targets(stream.Next("BD 8001 15 82", marker: true).Targets));

        // I, P, L, F, B, E, Z: temporal layer 2, U, P_DIFF 1.
        var top = stream.Next("FD 8002 50 02 82");
        Assert.Equal((0, 2, "02", ""), (top.SpatialLayer, top.TemporalLayer, Targets(top.Targets), Targets(top.Switches)));
        Assert.False(top.AllowsSwitch(0, 0, 0, 2));
        Assert.True((top.Flags & FrameFlags.PictureStart) != 0);
        Assert.Equal("12", Targets(stream.Next("FD 8002 52 02 82").Targets));
        Assert.Equal("22", Targets(stream.Next("FD 8002 54 02 82", marker: true).Targets));

        // Temporal layer 1, P_DIFF 2.
        var middle = stream.Next("FD 8003 30 04 82");
        Assert.Equal(("01 02", "02"), (Targets(middle.Targets), Targets(middle.Switches)));
        stream.Next("FD 8003 34 04 82", marker: true);

        // Base picture: P_DIFF 4.
        var low = stream.Next("FD 8005 10 08 82");
        Assert.Equal("00 01 02", Targets(low.Targets));
        Assert.True(low.AllowsSwitch(0, 0, 0, 2));
        var upper = stream.Next("FD 8005 14 08 82", marker: true);
        Assert.Equal(("20 21 22", "20 21 22"), (Targets(upper.Targets), Targets(upper.Switches)));
        Assert.True(upper.AllowsSwitch(2, 0, 2, 2));
        Assert.False(upper.AllowsSwitch(0, 2, 2, 0));
        Assert.False(upper.AllowsSwitch(1, 2, 2, 0));
        Assert.True((upper.Flags & (FrameFlags.PictureStart | FrameFlags.Independent | FrameFlags.KeyFrame)) == 0);
    }

    [Fact]
    public void Vp9_full_svc_sends_lower_layers_to_who_has_upper_ones()
    {
        // Not flexible: TL0PICIDX.
        var stream = new InspectedStream(CodecKind.Vp9, "L2T2");
        stream.Next("AC 8001 10 01 82");
        stream.Next("AD 8001 13 01 82", marker: true);
        var low = stream.Next("EC 8002 30 01 82");
        Assert.Equal(("01 11", ""), (Targets(low.Targets), Targets(low.Switches)));
        Assert.Equal("11", Targets(stream.Next("ED 8002 33 01 82", marker: true).Targets));
        low = stream.Next("EC 8003 10 02 82");
        Assert.Equal(("00 01 10 11", "00 01"), (Targets(low.Targets), Targets(low.Switches)));
        Assert.True(low.AllowsSwitch(1, 1, 0, 0));
        Assert.False(low.AllowsSwitch(0, 0, 1, 0));
        Assert.False(low.AllowsSwitch(1, 0, 1, 1));
        var high = stream.Next("ED 8003 13 02 82", marker: true);
        Assert.True(high.AllowsSwitch(1, 0, 1, 1));
        Assert.False(high.AllowsSwitch(0, 1, 1, 0));

        // A layer that comes back without a key frame refers to its own picture only, which who has the lower layer cannot tell from the
        // bits: it waits.
        Assert.False(stream.Next("AD 8004 13 03 82", marker: true).AllowsSwitch(0, 0, 1, 0));
    }

    [Fact]
    public void Vp9_without_the_u_bit_switches_up_at_key_frames_only()
    {
        var stream = new InspectedStream(CodecKind.Vp9, "L1T2");
        Assert.True(stream.Next("AC 8001 00 01 82", marker: true).AllowsSwitch(-1, 0, 0, 1));
        var low = stream.Next("EC 8003 00 02 82", marker: true);
        Assert.False(low.AllowsSwitch(0, 0, 0, 1));
        Assert.True(low.AllowsSwitch(0, 1, 0, 0));
    }

    [Fact]
    public void Vp9_with_independent_layers_keeps_them_apart()
    {
        var stream = new InspectedStream(CodecKind.Vp9, "S2T1");
        Assert.Equal("00", Targets(stream.Next("BC 8001 10 82").Targets));
        var high = stream.Next("BC 8001 12 82", marker: true);
        Assert.Equal("10", Targets(high.Targets));
        Assert.True(high.AllowsSwitch(0, 0, 1, 0));
        Assert.False(high.IsKeyFrame);
    }

    [Fact]
    public void Vp9_pictures_may_begin_with_an_upper_layer()
    {
        var stream = new InspectedStream(CodecKind.Vp9, "L3T1");
        stream.Next("ED 8001 12 01 82", marker: true);
        Assert.True((stream.Next("EC 8002 12 01 82").Flags & FrameFlags.PictureStart) != 0);
        Assert.True((stream.Next("ED 8002 15 01 82", marker: true).Flags & FrameFlags.PictureStart) == 0);

        // When the packet before is missing nothing is known, until it comes.
        stream.Sequence++;
        Assert.True((stream.Next("EC 8003 12 01 82").Flags & FrameFlags.PictureStart) == 0);
        stream.At((ushort)(stream.Sequence - 2), "E4 8002 15 01 82", true);
        Assert.True((stream.At((ushort)(stream.Sequence - 1), "EC 8003 12 01 82", false).Flags & FrameFlags.PictureStart) != 0);
    }

    [Fact]
    public void H264_has_key_frames_and_the_ends_of_pictures()
    {
        var stream = new InspectedStream(CodecKind.H264, "L1T3");
        var key = stream.Next("67 42", marker: false);
        Assert.Equal(
            FrameFlags.KeyFrame | FrameFlags.Independent | FrameFlags.FrameStart | FrameFlags.PictureStart, key.Flags);
        Assert.Equal((1, 1), (key.Targets, key.Switches));
        Assert.Equal(FrameFlags.FrameEnd, stream.Next("68 CE", marker: true).Flags);
        Assert.Equal(FrameFlags.FrameStart | FrameFlags.PictureStart, stream.Next("41 9A").Flags);
        Assert.Equal(FrameFlags.FrameEnd, stream.Next("41 9A", marker: true).Flags);
        stream.Sequence += 100;
        Assert.Equal(FrameFlags.None, stream.Next("41 9A").Flags);
    }

    [Fact]
    public void Av1_without_a_descriptor_tells_layers_by_its_obu_headers()
    {
        // Aggregation header W = 1; OBU frame with extension: temporal and spatial identifier.
        var stream = new InspectedStream(CodecKind.Av1, "L2T2");
        var key = stream.Next("18 0A0B00", marker: false);
        Assert.Equal(("00 01 10 11", true), (Targets(key.Targets), key.IsKeyFrame));
        Assert.Equal("10 11", Targets(stream.Next("10 36 08 00", marker: true).Targets));
        var upper = stream.Next("10 36 28 00");
        Assert.Equal((1, 1, "11"), (upper.SpatialLayer, upper.TemporalLayer, Targets(upper.Targets)));
        Assert.Equal("11", Targets(stream.Next("90 FF", marker: true).Targets));
        Assert.Equal("00 01 10 11", Targets(stream.Next("10 32 00 00", marker: true).Targets));
    }

    [Fact]
    public void Late_packets_change_nothing_for_later_ones()
    {
        var stream = new InspectedStream(CodecKind.Vp9, "L3T1");
        stream.Next("EC 8001 10 01 82");
        stream.Next("ED 8001 13 01 82", marker: true);
        stream.At((ushort)(stream.Sequence - 40), "EC 8000 10 01 82", false);
        stream.At((ushort)(stream.Sequence - 100), "EC 8000 10 01 82", false);
        Assert.True((stream.Next("EC 8002 12 01 82").Flags & FrameFlags.PictureStart) != 0);

        // What would be later than anything is a sender that counts anew.
        stream.Sequence -= 10_000;
        stream.Next("ED 8001 13 01 82", marker: true);
        Assert.True((stream.Next("EC 8002 12 01 82").Flags & FrameFlags.PictureStart) != 0);
    }

    [Fact]
    public void Inspection_allocates_nothing()
    {
        var structure = DescriptorStructure.L3T3Key();
        byte[][] descriptors =
        [
            structure.Frame(0, 1, structure: true, active: 0x1FF), structure.Frame(5, 2), structure.Frame(10, 3), structure.Frame(3, 4),
            structure.Frame(1, 5, indications: "RR-S-----", references: [3, 40, 300], chains: [255, 0, 1]),
        ];
        var payload = Packets.Hex("BE 8001 10 50 0140 00B4 0280 0168 0500 02D0 82");
        var packet = Packets.Rtp(1, payloadLength: payload.Length);
        payload.CopyTo(packet.AsSpan(12));
        var inspectors = Enum.GetValues<CodecKind>().Select(codec => new FrameInspector(codec, ScalabilityMode.Parse("L3T3_KEY"))).ToArray();
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            RtpPacket.SetSequenceNumber(packet, (ushort)round);
            Assert.True(RtpPacket.TryParse(packet, out var view));
            foreach (var inspector in inspectors)
            {
                inspector.Inspect(view, (round & 8) == 0 ? default : descriptors[round % descriptors.Length]);
            }
        }));
    }
}

using Sfu.Media.Codecs;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Codecs;

public class Vp9PayloadDescriptorSpecs
{
    [Fact]
    public void Flexible_mode_names_up_to_three_references()
    {
        Assert.True(Vp9PayloadDescriptor.TryParse(Packets.Hex("F8 8105 30 03 05 FE 82"), out var view));
        Assert.Equal((7, 3), (view.Length, view.ReferenceCount));
        Assert.Equal([1, 2, 127], Enumerable.Range(0, 3).Select(index => view.GetReference(index)));
        Assert.Equal((0x105, 1, true, -1), (view.PictureId, view.PictureIdOffset, view.HasLongPictureId, view.Tl0PictureIndexOffset));
    }

    [Fact]
    public void The_scalability_structure_is_passed_over()
    {
        // N_S = 2, Y, G: three resolutions, two pictures in the group with one and two references.
        Assert.True(Vp9PayloadDescriptor.TryParse(Packets.Hex("AA 05 00 07 58 0140 00B4 0280 0168 0500 02D0 02 04 01 58 0101 82"), out var view));
        Assert.Equal((23, 3), (view.Length, view.Tl0PictureIndexOffset));
        Assert.Equal(new Vp9ScalabilityStructure(3, true, 1280, 720, 2), view.Structure);

        // Flexible mode has no group.
        Assert.True(Vp9PayloadDescriptor.TryParse(Packets.Hex("BA 05 00 50 0140 00B4 0280 0168 0500 02D0 82"), out view));
        Assert.Equal((16, -1), (view.Length, view.Tl0PictureIndexOffset));
        Assert.Equal(new Vp9ScalabilityStructure(3, true, 1280, 720, 0), view.Structure);
    }

    [Theory]
    [InlineData("F8 05 00 03", 0)] // The second reference is cut off.
    [InlineData("F8 05 00 03 03 03 03 82", 0)] // A fourth one.
    [InlineData("AA 05 00 07 18", 0)] // Resolutions cut off.
    [InlineData("AA 05 00 07 08 FF 0C", 0)] // Group cut off.
    [InlineData("AA 05 00 07 00", 0)] // Nothing behind.
    public void What_is_cut_off_leaves_the_rest_readable(string payload, int references)
    {
        Assert.True(Vp9PayloadDescriptor.TryParse(Packets.Hex(payload), out var view));
        Assert.Equal((-1, references, 5), (view.Length, view.ReferenceCount, view.PictureId));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.GetReference(0));
    }
}

using Sfu.Media.Codecs;
using Sfu.Media.Ortc;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Codecs;

/// <summary>The numbers in dependency descriptors over changes of the source, as a receiver reads them.</summary>
public sealed class FrameNumbersSpecs
{
    private static readonly int[] s_templates = [1, 3, 2, 4];

    private readonly FrameNumbers _numbers = new();
    private readonly DependencyStructureCache _receiver = new(ScalabilityMode.Parse("L1T3"));
    private ushort _sequence;

    [Fact]
    public void First_source_keeps_its_numbers()
    {
        var source = DescriptorStructure.L1T3(idOffset: 60);
        foreach (var (template, number, structure) in Pictures(first: 65_530, count: 20))
        {
            var descriptor = source.Frame(template, number, structure: structure);
            Assert.Equal(descriptor, Forward(descriptor));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 40)]
    [InlineData(62, 3)]
    [InlineData(10, 13)] // The templates of both overlap.
    public void Next_source_goes_on_behind_the_last_frame_and_the_last_template(int offset, int nextOffset)
    {
        var sources = new[] { DescriptorStructure.L1T3(offset), DescriptorStructure.L1T3(nextOffset), DescriptorStructure.L2T1(), DescriptorStructure.L1T3(offset) };
        int[] firsts = [65_500, 12, 40_000, 65_535];
        ushort? last = null;
        var templates = new List<HashSet<int>>();
        for (var i = 0; i < sources.Length; i++)
        {
            _numbers.Sync();
            var seen = new HashSet<int>();
            foreach (var (template, number, structure) in Pictures(firsts[i], count: 50))
            {
                var descriptor = sources[i].Frame(template % sources[i].Templates.Count, number, structure: structure);
                var view = Read(Forward(descriptor));
                Assert.Equal(last is { } before ? (ushort)(before + 1) : view.FrameNumber, view.FrameNumber);
                last = view.FrameNumber;
                seen.Add(view.TemplateId);
            }

            templates.Add(seen);
            Assert.True(i == 0 || !templates[i].Overlaps(templates[i - 1]));
        }
    }

    [Fact]
    public void What_a_descriptor_says_of_its_frame_stays()
    {
        var random = new SeededRandom(5);
        DescriptorStructure[] sources = [DescriptorStructure.L1T3(7), DescriptorStructure.L3T3Key(), DescriptorStructure.S2T1(), DescriptorStructure.L2T1()];
        for (var round = 0; round < 300; round++)
        {
            var source = sources[round % sources.Length];
            var original = new DependencyStructureCache(ScalabilityMode.Parse("L3T3_KEY"));
            var forwarded = new DependencyStructureCache(ScalabilityMode.Parse("L3T3_KEY"));
            var first = random.Next(65_536);
            _numbers.Sync();
            for (ushort i = 0; i < 10; i++)
            {
                var descriptor = source.Frame(
                    random.Next(source.Templates.Count), first + i, start: i % 3 != 1, end: i % 3 != 0, structure: i is 0 or 7,
                    active: i == 4 ? 1u : null, references: i == 5 ? [1, 300] : null);
                original.Read(i, descriptor, out var was, out _);
                forwarded.Read(i, Forward(descriptor), out var now, out var structure);
                Assert.NotNull(structure);
                Assert.Equal(Said(was), Said(now));
            }
        }
    }

    [Fact]
    public void Frames_that_are_left_out_leave_their_gaps()
    {
        var source = DescriptorStructure.L1T3();
        var first = Read(Forward(source.Frame(0, 100, structure: true))).FrameNumber;

        Assert.Equal(first + 4, Read(Forward(source.Frame(1, 104))).FrameNumber);
    }

    [Fact]
    public void A_frame_that_comes_late_is_not_the_last()
    {
        var source = DescriptorStructure.L1T3();
        Read(Forward(source.Frame(0, 500, structure: true)));
        var last = Read(Forward(source.Frame(1, 504))).FrameNumber;
        Assert.Equal(last - 2, Read(Forward(source.Frame(2, 502))).FrameNumber);

        _numbers.Sync();

        Assert.Equal(last + 1, Read(Forward(source.Frame(0, 9, structure: true))).FrameNumber);
    }

    [Fact]
    public void A_new_structure_of_the_same_source_keeps_its_distance()
    {
        var (one, two) = (DescriptorStructure.L1T3(0), DescriptorStructure.L1T3(5));
        Forward(DescriptorStructure.L1T3(30).Frame(0, 7, structure: true));
        _numbers.Sync();
        var first = Read(Forward(one.Frame(0, 100, structure: true)));
        var next = Read(Forward(two.Frame(0, 101, structure: true)));

        Assert.Equal((first.FrameNumber + 1, first.TemplateId + 5), (next.FrameNumber, next.TemplateId));
    }

    [Fact]
    public void Whatever_comes_is_passed_on_in_its_length()
    {
        var random = new SeededRandom(9);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(24)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)random.Next(256);
            }

            if (round % 5 == 0)
            {
                _numbers.Sync();
            }

            var forwarded = Forward(bytes);
            Assert.Equal(bytes.Length, forwarded.Length);
            Assert.Equal(bytes.Skip(5), forwarded.Skip(5));
        }
    }

    private static (bool, bool, bool, uint, byte, byte, ulong, string) Said(in DependencyDescriptor view)
    {
        var references = new List<ushort>();
        for (var i = 0; i < view.ReferenceCount; i++)
        {
            references.Add(view.References[i]);
        }

        return (view.IsFrameStart, view.IsFrameEnd, view.HasStructure, view.ActiveTargets, view.SpatialLayer, view.TemporalLayer, view.Indications, string.Join(',', references));
    }

    private static IEnumerable<(int Template, int Number, bool Structure)> Pictures(int first, int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return (i == 0 ? 0 : s_templates[i % 4], (first + i) & 0xFFFF, i == 0);
        }
    }

    private byte[] Forward(byte[] descriptor)
    {
        var forwarded = descriptor.ToArray();
        FrameNumbers.Apply(forwarded, _numbers.Forward(descriptor));
        return forwarded;
    }

    /// <summary>As a receiver does that knows nothing but what was forwarded.</summary>
    private DependencyDescriptor Read(byte[] forwarded)
    {
        _receiver.Read(_sequence++, forwarded, out var view, out var structure);
        Assert.NotNull(structure);
        return view;
    }
}

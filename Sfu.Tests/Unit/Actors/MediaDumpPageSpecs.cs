using System.Collections.Immutable;
using Sfu.Actors.Node;
using Sfu.Media.Control;

namespace Sfu.Tests.Unit.Actors;

/// <summary>What a media plane holds, in parts that fit into a message.</summary>
public sealed class MediaDumpPageSpecs
{
    private static readonly MediaPlaneDump _whole = new([], [Transport(0, 2), Transport(1, 0), Transport(2, 9), Transport(3, 1)], 4, 0, 0, 0, 0, 0, 0);

    [Fact]
    public void What_fits_is_whole()
    {
        var page = MediaDumpPage.Of(_whole, 0, int.MaxValue);
        Assert.Same(_whole, page.Media);
        Assert.Equal(0, page.Left);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(16)]
    public void Parts_make_the_whole_and_none_is_empty(int maxObjects)
    {
        var slots = new List<int>();
        MediaDumpPage page;
        do
        {
            page = MediaDumpPage.Of(_whole, slots.Count, maxObjects);
            Assert.NotEmpty(page.Media.Transports);
            Assert.True(page.Media.Transports.Length == 1 || page.Media.Transports.Sum(transport => 1 + transport.Consumers.Length) <= maxObjects);
            Assert.Equal(4, page.Media.Ufrags);
            slots.AddRange(page.Media.Transports.Select(transport => transport.Handle.Slot));
        }
        while (page.Left > 0);
        Assert.Equal([0, 1, 2, 3], slots);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(int.MaxValue, 0)]
    [InlineData(-1, 3)]
    public void A_beginning_that_is_out_of_range_is_brought_into_it(int first, int left) => Assert.Equal(left, MediaDumpPage.Of(_whole, first, 3).Left);

    private static TransportDump Transport(int slot, int consumers) => new(
        new TransportHandle(slot, 1),
        "connected",
        "connected",
        null,
        [],
        [],
        [.. Enumerable.Range(0, consumers).Select(i => new ConsumerDump(new ConsumerHandle(i, 1), $"{i}", default, "audio", false, 1))]);
}

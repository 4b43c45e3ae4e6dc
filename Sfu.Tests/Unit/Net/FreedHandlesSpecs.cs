using Sfu.Media.Remote;

namespace Sfu.Tests.Unit.Net;

/// <summary>Handles go home some at a time.</summary>
public sealed class FreedHandlesSpecs
{
    [Fact]
    public void They_wait_for_a_batch_and_each_goes_once()
    {
        var told = new List<ulong[]>();
        var freed = new FreedHandles(told.Add);

        for (var slot = 0; slot < (2 * FreedHandles.BatchSize) - 1; slot++)
        {
            freed.Add(slot, (uint)slot + 7);
        }

        var batch = Assert.Single(told);
        Assert.Equal(Enumerable.Range(0, FreedHandles.BatchSize).Select(static slot => (slot, (uint)slot + 7)), batch.Select(FreedHandles.Unpack));
        freed.Add(1_000_000, 1);
        Assert.Equal(2 * FreedHandles.BatchSize, told.SelectMany(static handles => handles).Distinct().Count());
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(int.MaxValue, uint.MaxValue)]
    public void A_name_survives_packing(int slot, uint generation) =>
        Assert.Equal((slot, generation), FreedHandles.Unpack(FreedHandles.Pack(slot, generation)));
}

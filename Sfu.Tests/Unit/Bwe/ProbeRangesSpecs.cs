using Sfu.Media.Bwe;

namespace Sfu.Tests.Unit.Bwe;

public class ProbeRangesSpecs
{
    [Fact]
    public void Packets_of_the_last_four_probes_are_told_apart()
    {
        var ranges = new ProbeRanges();
        for (byte cluster = 1; cluster <= 6; cluster++)
        {
            for (var i = 0; i < 5; i++)
            {
                ranges.Add(cluster, (cluster * 100) + i);
            }
        }

        Assert.Equal([0, 0, 3, 4, 5, 6], Enumerable.Range(1, 6).Select(cluster => (int)ranges.ClusterOf((cluster * 100) + 4)));
        Assert.Equal([0, 6, 0], new[] { 599, 600, 605 }.Select(n => (int)ranges.ClusterOf(n)));
    }
}

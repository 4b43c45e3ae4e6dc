using Sfu.Media.Srtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

public sealed class ReplayWindowSpecs
{
    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(1024)]
    public void Window_equals_a_set_of_everything_seen(int size)
    {
        var random = new SeededRandom(size);
        var window = new ReplayWindow(size);
        var seen = new HashSet<long>();
        var highest = -1L;
        for (var i = 0; i < 100_000; i++)
        {
            var index = random.Next(50) == 0
                ? highest + random.Next(3 * size)
                : highest - (size / 2) + random.Next(size + (size / 8)) - (random.Next(4) == 0 ? size / 2 : 0);
            var expected = index > highest ? ReplayVerdict.Fresh
                : index < 0 || index <= highest - size ? ReplayVerdict.TooOld
                : seen.Contains(index) ? ReplayVerdict.Seen
                : ReplayVerdict.Fresh;
            Assert.Equal(expected, window.Classify(index));
            if (expected == ReplayVerdict.Fresh)
            {
                window.Mark(index);
                seen.Add(index);
                highest = Math.Max(highest, index);
                Assert.Equal(highest, window.Highest);
            }
        }
    }

    [Fact]
    public void A_resumed_window_takes_everything_behind_for_seen()
    {
        var window = new ReplayWindow(64);
        window.Resume(1000);
        Assert.Equal(ReplayVerdict.Seen, window.Classify(1000));
        Assert.Equal(ReplayVerdict.Seen, window.Classify(937));
        Assert.Equal(ReplayVerdict.TooOld, window.Classify(936));
        Assert.Equal(ReplayVerdict.Fresh, window.Classify(1001));
        window.Mark(1010);
        Assert.Equal(ReplayVerdict.Fresh, window.Classify(1009));
        Assert.Equal(ReplayVerdict.Seen, window.Classify(1000));
    }
}

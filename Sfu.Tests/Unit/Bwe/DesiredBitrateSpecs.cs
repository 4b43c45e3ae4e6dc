using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

public sealed class DesiredBitrateSpecs
{
    private readonly DesiredBitrate _desired = new();

    [Fact]
    public void Rises_at_once_and_falls_by_five_percent_a_second()
    {
        _desired.Update(1_000_000, MediaTime.FromMilliseconds(0));
        _desired.Update(2_000_000, MediaTime.FromMilliseconds(100));
        Assert.Equal(2_000_000, _desired.Effective);

        _desired.Update(500_000, MediaTime.FromMilliseconds(2_100));
        Assert.Equal(500_000, _desired.Now);
        Assert.Equal(1_800_000, _desired.Effective);

        _desired.Update(500_000, MediaTime.FromMilliseconds(60_000));
        Assert.Equal(500_000, _desired.Effective);
    }

    [Fact]
    public void A_rise_within_the_fall_counts_from_there()
    {
        _desired.Update(2_000_000, MediaTime.FromMilliseconds(0));
        _desired.Update(1_900_000, MediaTime.FromMilliseconds(2_000));
        Assert.Equal(1_900_000, _desired.Effective);
        _desired.Update(0, MediaTime.FromMilliseconds(3_000));
        Assert.Equal(1_805_000, _desired.Effective);
    }
}

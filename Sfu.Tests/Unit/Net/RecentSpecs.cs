using Sfu.Media.Remote;

namespace Sfu.Tests.Unit.Net;

/// <summary>What came twice is kept, what came once is not.</summary>
public sealed class RecentSpecs
{
    private readonly Recent<string> _recent = new(4);

    [Fact]
    public void Value_is_kept_from_its_second_time_on()
    {
        Assert.Null(_recent.At(1).Value);
        Assert.Equal("once", _recent.At(1).Note("once", 1));
        Assert.Null(_recent.At(1).Value);
        _recent.At(1).Note("twice", 1);
        Assert.Equal("twice", _recent.At(1).Value);
    }

    [Fact]
    public void What_comes_once_takes_no_place_and_what_comes_twice_does()
    {
        _recent.At(1).Note("first", 1);
        _recent.At(1).Note("first", 1);
        _recent.At(5).Note("other", 5);
        Assert.Equal("first", _recent.At(1).Value);
        _recent.At(5).Note("other", 5);
        Assert.Equal("other", _recent.At(5).Value);
        Assert.Null(_recent.At(2).Value);
    }
}

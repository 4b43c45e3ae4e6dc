using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Tests.Unit.Actors;

public sealed class PipeSearchSpecs
{
    private static readonly TransportId _a = new("a");
    private static readonly TransportId _b = new("b");
    private readonly PipeSearch _search = new();

    [Fact]
    public void Each_end_is_asked_once_however_often_it_is_told_of()
    {
        Assert.True(_search.KnowsAll);
        Assert.Equal([_a], _search.Add([_a]).AsEnumerable());
        Assert.Equal([_b], _search.Add([_a, _b]).AsEnumerable());
        Assert.False(_search.KnowsAll);

        Assert.True(_search.Described(_a));
        Assert.True(_search.Described(_b));
        Assert.True(_search.KnowsAll);
        Assert.Empty(_search.Add([_a, _b]));
        Assert.False(_search.Described(_a));
    }

    [Fact]
    public void Nothing_is_found_when_the_search_is_over()
    {
        _search.Add([_a]);
        Assert.True(_search.End());
        Assert.False(_search.End());

        Assert.False(_search.IsOn);
        Assert.False(_search.Described(_a));
        Assert.Empty(_search.Add([_b]));
        Assert.True(_search.KnowsAll);
    }
}

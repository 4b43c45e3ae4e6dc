using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Tests.Unit.Actors;

public sealed class StartingTransportsSpecs
{
    private static readonly TransportId _a = new("a");
    private static readonly TransportId _b = new("b");
    private readonly StartingTransports _starting = new();

    public StartingTransportsSpecs()
    {
        _starting.Add(_a);
        _starting.Add(_b);
    }

    [Fact]
    public void Transport_that_is_to_end_before_it_has_started_ends_then()
    {
        _starting.End(_a, CloseReason.OwnerClosed);

        Assert.False(_starting.IsEmpty);
        Assert.Equal(CloseReason.OwnerClosed, _starting.Started(_a));
        Assert.Null(_starting.Started(_b));
        Assert.True(_starting.IsEmpty);
    }

    [Fact]
    public void All_end_for_the_last_reason_that_is_given()
    {
        _starting.End(_a, CloseReason.OwnerClosed);
        _starting.EndAll(CloseReason.RouterClosed);

        Assert.Equal(CloseReason.RouterClosed, _starting.Started(_a));
        Assert.Equal(CloseReason.RouterClosed, _starting.Started(_b));
    }

    [Fact]
    public void One_that_is_not_starting_is_not_remembered()
    {
        _starting.Forget(_a);
        _starting.End(_a, CloseReason.OwnerClosed);
        _starting.End(new TransportId("c"), CloseReason.OwnerClosed);

        Assert.Equal([_b], _starting.Ids);
        Assert.Null(_starting.Started(_a));
    }
}

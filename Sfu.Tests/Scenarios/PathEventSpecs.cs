using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Changes of a transport's paths, from the media plane to the transport's owner.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PathEventSpecs
{
    [Fact]
    public async Task Owner_hears_of_its_paths_in_the_order_of_the_changes()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("paths");
        var created = await alice.TransportAsync();
        Assert.Equal(created.IceParameters.UsernameFragment, (await alice.EventAsync<SessionEvents.LocalUfragAdded>()).Ufrag);

        node.Media.Raise(0, events =>
        {
            events.TupleAdded(Tuple(1));
            events.SelectedTupleChanged(Tuple(1));
            events.IceStateChanged(IceState.Completed);
        });
        node.Media.Raise(0, events =>
        {
            events.TupleRemoved(Tuple(1), TupleRemovalReason.ConsentExpired);
            events.SelectedTupleChanged(null);
            events.IceStateChanged(IceState.Disconnected);
        });

        // The order is that of single steps or of folded ones; in both the removal is told only of what was added.
        var heard = new List<ISessionEvent>();
        await TestNode.UntilAsync(
            async () =>
            {
                heard.AddRange(await alice.EventsAsync());
                return heard.Any(happened => happened is SessionEvents.IceStateChanged { State: IceState.Disconnected });
            },
            () => string.Join('\n', heard));
        Assert.All(heard, happened => Assert.Equal(alice.Router, happened.RouterId));
        Assert.Equal(heard.OfType<SessionEvents.TupleAdded>().Select(added => added.Tuple), heard.OfType<SessionEvents.TupleRemoved>().Select(removed => removed.Tuple));
        Assert.All(heard.OfType<SessionEvents.TupleRemoved>(), removed => Assert.Equal(TupleRemovalReason.ConsentExpired, removed.Reason));
        Assert.Null(heard.OfType<SessionEvents.SelectedTupleChanged>().Last().Tuple);
    }

    [Fact]
    public async Task Owner_hears_of_the_tuple_before_it_is_selected_and_of_the_state_last()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("first");
        await alice.TransportAsync();
        await alice.EventAsync<SessionEvents.LocalUfragAdded>();
        node.Media.Raise(0, events =>
        {
            events.TupleAdded(Tuple(1));
            events.SelectedTupleChanged(Tuple(1));
            events.IceStateChanged(IceState.Completed);
        });
        var tuple = (await alice.SessionProbe.ExpectMsgAsync<SessionEvents.TupleAdded>(TestNode.Patience)).Tuple;
        Assert.Equal(Tuple(1).Id, tuple.Id);
        Assert.Equal(tuple, (await alice.SessionProbe.ExpectMsgAsync<SessionEvents.SelectedTupleChanged>(TestNode.Patience)).Tuple);
        Assert.Equal(IceState.Completed, (await alice.SessionProbe.ExpectMsgAsync<SessionEvents.IceStateChanged>(TestNode.Patience)).State);
    }

    [Fact]
    public async Task Owner_hears_of_the_ufrags_of_a_restart()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("restart");
        var created = await alice.TransportAsync();
        await alice.EventAsync<SessionEvents.LocalUfragAdded>();
        var restarted = await alice.AskAsync<IceRestarted>(new RouterProtocol.RestartIce(alice.NextRequest, alice.Router, created.TransportId));
        Assert.Equal(restarted.IceParameters.UsernameFragment, (await alice.EventAsync<SessionEvents.LocalUfragAdded>()).Ufrag);
        node.Media.Raise(0, events => events.LocalUfragRemoved(created.IceParameters.UsernameFragment));
        Assert.Equal(created.IceParameters.UsernameFragment, (await alice.EventAsync<SessionEvents.LocalUfragRemoved>()).Ufrag);
    }

    [Fact]
    public async Task A_fault_of_the_media_plane_tells_what_went_with_it_before_the_closing()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("fault");
        await alice.TransportAsync();
        node.Media.Raise(0, events => events.TupleAdded(Tuple(1)));
        await alice.EventAsync<SessionEvents.TupleAdded>();
        node.Media.Raise(0, events => events.TupleRemoved(Tuple(1), TupleRemovalReason.TransportClosed));
        node.Media.FaultTransport(0);
        Assert.Equal(
            TupleRemovalReason.TransportClosed, (await alice.EventAsync<SessionEvents.TupleRemoved>()).Reason);
        Assert.Equal(IceState.Closed, (await alice.EventAsync<SessionEvents.IceStateChanged>()).State);
        Assert.Equal(DtlsTransportState.Closed, (await alice.EventAsync<SessionEvents.DtlsStateChanged>()).State);
        Assert.Equal(CloseReason.MediaFault, (await alice.SessionProbe.ExpectMsgAsync<SessionEvents.TransportClosed>(TestNode.Patience)).Reason);
    }

    private static TransportTuple Tuple(ushort i) =>
        new(TransportProtocol.Udp, 1, IpEndpoint.FromIPv4(0x7F000001, 5000), IpEndpoint.FromIPv4(0x0A000001, (ushort)(1000 + i)));
}

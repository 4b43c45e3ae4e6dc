using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>Paths, transports and what the kernel delivers where, over three engines under virtual time.</summary>
public sealed class EngineRoutingSpecs : IDisposable
{
    private readonly LoopbackWorld _world = new(engines: 3);

    public void Dispose()
    {
        Assert.Empty(_world.Faults);
        _world.Dispose();
    }

    [Theory]
    [InlineData(40_002, 0)]
    [InlineData(40_000, 1)]
    [InlineData(40_001, 2)]
    public void The_engine_that_receives_the_first_authentic_check_adopts_the_transport(ushort port, int engine)
    {
        var peer = _world.NewPeer(port: port);
        Assert.Equal(0, HomeOf(peer));

        Check(peer, port);

        Assert.Equal(engine, HomeOf(peer));
        Assert.Equal(IceState.Connected, peer.Events.IceState);
        Assert.Equal(1, _world.NodeSent);
    }

    [Fact]
    public void Check_with_a_wrong_password_is_answered_where_it_came_in_and_moves_nothing()
    {
        var peer = _world.NewPeer(port: 40_000);

        Check(peer, 40_000, password: "not the password, not at all");

        Assert.Equal(0, HomeOf(peer));
        Assert.Equal(1, _world.NodeSent);
        Assert.Equal(IceState.New, peer.Events.IceState);
    }

    [Fact]
    public void Later_path_that_comes_in_elsewhere_reaches_the_transport_at_home()
    {
        var peer = _world.NewConnectedPeer();
        var home = HomeOf(peer);
        var port = (ushort)(peer.Local.Port + 1);
        Assert.NotEqual(home, _world.EntranceOf(port));

        Check(peer, port, nominate: true);

        Assert.Equal(home, HomeOf(peer));
        Assert.Equal(port, peer.Events.Selected!.Value.Remote.Port);
        var producer = peer.Produce(TestMedia.Video());
        var before = _world.Engines[home].PassedHere;
        _world.Receive(PathOf(port), peer.Protect(TestMedia.Vp8Packet(1, 1, key: true, 1)), _world.Now);
        Assert.Equal(before + 1, _world.Engines[home].PassedHere);
        Assert.NotEmpty(_world.Dump().Transports.Single().Producers);
        _ = producer;
        CloseAll(peer);
    }

    [Fact]
    public void Port_used_again_by_the_client_of_another_engines_transport_leads_there()
    {
        var old = _world.NewConnectedPeer();
        var port = (ushort)(old.Local.Port + 1);
        Check(old, port, nominate: true);
        var young = _world.NewPeer(port: (ushort)(port + 1));
        Check(young, (ushort)(port + 1));
        Assert.NotEqual(HomeOf(old), HomeOf(young));

        Check(young, port);

        Assert.Equal(1, old.Events.Count("TupleRemoved:TakenOver"));
        Assert.Equal(2, young.Events.Count("TupleAdded"));
        CloseAll(old, young);
    }

    [Fact]
    public void Port_used_again_where_both_live_elsewhere_leads_to_the_later_one()
    {
        // Both transports live on engine 1 and 2, the port comes in at engine 0.
        var old = _world.NewPeer(port: 40_000);
        Check(old, 40_000);
        var young = _world.NewPeer(port: 40_001);
        Check(young, 40_001);
        Check(old, 40_002);
        Assert.Equal(2, old.Events.Count("TupleAdded"));

        Check(young, 40_002);

        Assert.Equal(1, old.Events.Count("TupleRemoved:TakenOver"));
        Assert.Equal(2, young.Events.Count("TupleAdded"));
        Check(old, 40_002);
        Assert.Equal(1, young.Events.Count("TupleRemoved:TakenOver"));
        CloseAll(old, young);
    }

    [Fact]
    public void What_was_asked_for_before_the_client_showed_up_goes_along()
    {
        var publisher = _world.NewConnectedPeer();
        var producer = publisher.Produce(TestMedia.Video());
        var subscriber = _world.NewPeer();
        subscriber.Consume(producer, TestMedia.VideoConsumer());
        Assert.Equal(0, HomeOf(subscriber));

        subscriber.Join();
        _world.RunUntil(() => subscriber.Events.DtlsState == DtlsTransportState.Connected, TimeSpan.FromSeconds(20));
        publisher.SendRtp(TestMedia.Vp8Packet(1, 1, key: true, 1));
        _world.Run(TimeSpan.FromMilliseconds(100));

        Assert.NotEqual(0, HomeOf(subscriber));
        Assert.Single(subscriber.Rtp);
        CloseAll(publisher, subscriber);
    }

    [Fact]
    public void One_packet_crosses_once_however_many_consume_it_there()
    {
        var publisher = _world.NewConnectedPeer();
        var producer = publisher.Produce(TestMedia.Video());
        var subscriber = _world.NewConnectedPeer();
        for (uint i = 0; i < 5; i++)
        {
            subscriber.Consume(producer, TestMedia.VideoConsumer(ssrc: 5000 + (2 * i), rtxSsrc: 5001 + (2 * i)));
        }

        _world.Run(TimeSpan.FromMilliseconds(50));
        var home = _world.Engines[HomeOf(subscriber)];
        var before = home.PassedHere;

        publisher.SendRtp(TestMedia.Vp8Packet(1, 1, key: true, 1));
        _world.Run(TimeSpan.FromMilliseconds(50));

        Assert.Equal(before + 1, home.PassedHere);
        Assert.Equal(5, subscriber.Rtp.Count);
        CloseAll(publisher, subscriber);
    }

    private static TransportTuple PathOf(ushort port) =>
        new(TransportProtocol.Udp, 1, IpEndpoint.FromIPv4(0x7F000001, 5000), IpEndpoint.FromIPv4(0x0A000001, port));

    private int HomeOf(LoopbackPeer peer)
    {
        var home = -1;
        _world.Command(peer.Transport, transport => home = transport.Home);
        return home;
    }

    private void Check(LoopbackPeer peer, ushort port, string? password = null, bool nominate = false)
    {
        var path = PathOf(port);
        _world.Receive(path, Checks.Request(peer.Events.Ice!, password, nominate), _world.Now);
        _world.Settle();
    }

    private void CloseAll(params ReadOnlySpan<LoopbackPeer> peers)
    {
        foreach (var peer in peers)
        {
            _world.Command(peer.Transport, static home => home.Close(null));
        }

        Assert.True(_world.Dump().HasNoTransports, _world.Dump().ToString());
    }
}

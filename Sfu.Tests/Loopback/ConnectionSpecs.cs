using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>ICE, DTLS and closing of transports, under virtual time.</summary>
public abstract class ConnectionSpecs(int engines) : IDisposable
{
    private readonly LoopbackWorld _world = new(engines: engines);

    public void Dispose()
    {
        Assert.Empty(_world.Faults);
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnOneEngine() : ConnectionSpecs(1);

    /// <summary>No peer's datagrams come in at the engine where commands enter.</summary>
    public sealed class OnThreeEngines() : ConnectionSpecs(3);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Transport_connects_whichever_side_calls(bool peerIsDtlsClient)
    {
        var peer = _world.NewConnectedPeer(peerIsDtlsClient);

        Assert.Equal(IceState.Completed, peer.Events.IceState);
        Assert.Equal(["Opened", $"UfragAdded:{peer.Events.Ice!.UsernameFragment}", "Connected"], peer.Events.Log.Take(3));
        Assert.Equal(1, peer.Events.Count("TupleAdded"));
        Assert.Equal(1, peer.Events.Count("Selected"));
        Assert.Equal(1, peer.Events.Count("DtlsConnecting"));
        Assert.Equal(1, peer.Events.Count("DtlsConnected"));
    }

    [Fact]
    public void First_check_reports_the_tuple_then_the_selected_tuple_then_the_state()
    {
        var peer = _world.NewPeer();
        var opened = peer.Events.Log.Count;

        peer.SendCheck();
        _world.Run(TimeSpan.FromMilliseconds(60));

        Assert.Equal(["TupleAdded", "Selected", "IceCompleted"], peer.Events.Log.Skip(opened));
    }

    [Fact]
    public void Media_and_further_checks_on_a_known_path_report_nothing()
    {
        var peer = _world.NewConnectedPeer();
        var events = peer.Events.Log.Count;

        for (var i = 0; i < 100; i++)
        {
            peer.SendCheck();
            _world.Run(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(events, peer.Events.Log.Count);
    }

    [Fact]
    public void Restart_reports_the_new_ufrag_before_its_answer_and_the_end_of_the_old_one_with_the_first_new_check()
    {
        var peer = _world.NewConnectedPeer();
        var old = peer.Events.Ice!.UsernameFragment;
        var before = peer.Events.Log.Count;

        _world.Command(peer.Transport, home => home.RestartIce(5));
        var young = peer.Events.Ice!.UsernameFragment;
        Assert.Equal([$"UfragAdded:{young}", "IceRestarted"], peer.Events.Log.Skip(before));

        peer.SendCheck();
        _world.Run(TimeSpan.FromMilliseconds(60));
        Assert.Equal(1, peer.Events.Count($"UfragRemoved:{old}"));
        Assert.Equal(0, peer.Events.Count($"UfragRemoved:{young}"));
    }

    [Fact]
    public void Transport_connects_when_the_hello_comes_before_the_parameters()
    {
        var peer = _world.NewPeer();
        peer.SendCheck();
        _world.Run(TimeSpan.FromMilliseconds(60));

        peer.Join();

        _world.RunUntil(() => peer.Events.DtlsState == DtlsTransportState.Connected, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Transport_connects_over_a_lossy_network()
    {
        _world.Lose = (_, _) => _world.Random.Next(100) < 20;
        for (var i = 0; i < 20; i++)
        {
            _world.NewConnectedPeer(i % 2 == 0);
        }
    }

    [Fact]
    public void Second_connect_is_refused_and_changes_nothing()
    {
        var peer = _world.NewConnectedPeer();

        peer.Connect(DtlsRole.Client, requestId: 77);

        Assert.Equal(MediaErrorCode.InvalidState, peer.Events.Failed[77].Code);
        Assert.Equal(DtlsTransportState.Connected, peer.Events.DtlsState);
    }

    [Fact]
    public void Connect_without_a_usable_fingerprint_is_refused_and_can_be_repeated()
    {
        var peer = _world.NewPeer();

        peer.Connect(DtlsRole.Client, requestId: 7, fingerprint: "nonsense");
        Assert.Equal(MediaErrorCode.InvalidParameters, peer.Events.Failed[7].Code);

        peer.Join();
        _world.RunUntil(() => peer.Events.DtlsState == DtlsTransportState.Connected, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Peer_with_another_certificate_never_gets_keys(bool peerIsDtlsClient)
    {
        var peer = _world.NewPeer(peerIsDtlsClient);
        peer.Connect(
            peerIsDtlsClient ? DtlsRole.Client : DtlsRole.Server,
            fingerprint: string.Join(':', Enumerable.Repeat("AA", 32)));
        peer.SendCheck();
        peer.Join();

        _world.RunUntil(() => peer.Events.DtlsState == DtlsTransportState.Failed, TimeSpan.FromSeconds(5));

        Assert.Equal(0, peer.Events.Count("DtlsConnected"));
        Assert.Equal(0, _world.Dump().SrtpSessions);
    }

    [Fact]
    public void Closing_says_goodbye_and_leaves_nothing()
    {
        var peer = _world.NewConnectedPeer();
        var told = peer.Events.Log.Count;

        _world.Command(peer.Transport, home => home.Close(null));
        _world.Run(TimeSpan.FromMilliseconds(50));

        Assert.Equal(Sfu.Media.Dtls.DtlsState.Closed, peer.DtlsState);
        Assert.Equal([null], peer.Events.Closed);
        Assert.Equal(["Closed"], peer.Events.Log.Skip(told));
        Assert.True(_world.Dump().HasNoTransports);
    }

    [Fact]
    public void An_end_that_nobody_asked_for_tells_what_goes_with_it()
    {
        var peer = _world.NewConnectedPeer();
        var fault = new MediaError(MediaErrorCode.Fault, "broken");

        _world.Command(peer.Transport, home => home.Close(fault));
        _world.Run(TimeSpan.FromMilliseconds(50));

        Assert.Equal([fault], peer.Events.Closed);
        Assert.Equal("Closed", peer.Events.Log[^1]);
        Assert.Equal(1, peer.Events.Count("TupleRemoved:TransportClosed"));
        Assert.True(_world.Dump().HasNoTransports);
    }

    [Fact]
    public void Closing_twice_reports_once()
    {
        var peer = _world.NewConnectedPeer();

        _world.Command(peer.Transport, home =>
        {
            home.Close(null);
            home.Close(new MediaError(MediaErrorCode.Fault, "late"));
        });

        Assert.Equal([null], peer.Events.Closed);
    }

    [Fact]
    public void Peer_that_says_goodbye_ends_media_and_the_transport_waits_to_be_closed()
    {
        var peer = _world.NewConnectedPeer();

        peer.CloseDtls();
        _world.RunUntil(() => peer.Events.DtlsState == DtlsTransportState.Closed, TimeSpan.FromSeconds(1));

        Assert.Empty(peer.Events.Closed);
        Assert.Equal(0, _world.Dump().SrtpSessions);
        _world.Command(peer.Transport, home => home.Close(null));
        Assert.True(_world.Dump().HasNoTransports);
    }

    [Fact]
    public void Server_closes_its_sockets_only_when_the_last_transport_has_said_goodbye()
    {
        var first = _world.NewConnectedPeer();
        var second = _world.NewConnectedPeer();

        _world.Command(directory => directory.CloseServer(_world.ServerHandle));
        Assert.Single(_world.OpenSockets);
        _world.Command(first.Transport, home => home.Close(null));
        Assert.Single(_world.OpenSockets);
        Assert.Empty(_world.ServerEvents.Closed);
        _world.Command(second.Transport, home => home.Close(null));

        Assert.Empty(_world.OpenSockets);
        Assert.Equal([null], _world.ServerEvents.Closed);
        Assert.True(_world.Dump().IsEmpty);
        _world.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(Sfu.Media.Dtls.DtlsState.Closed, first.DtlsState);
        Assert.Equal(Sfu.Media.Dtls.DtlsState.Closed, second.DtlsState);
    }

    [Fact]
    public void Closing_server_refuses_new_transports()
    {
        var staying = _world.NewPeer();
        _world.Command(directory => directory.CloseServer(_world.ServerHandle));

        var late = _world.NewPeer();

        Assert.Equal(MediaErrorCode.Closed, Assert.Single(late.Events.Closed)!.Code);
        Assert.Empty(staying.Events.Closed);
    }

    [Fact]
    public void Reused_port_belongs_to_the_client_that_authenticated_last()
    {
        var old = _world.NewConnectedPeer();
        var reborn = _world.NewPeer(port: old.Local.Port);

        reborn.Join();
        _world.RunUntil(() => reborn.Events.DtlsState == DtlsTransportState.Connected, TimeSpan.FromSeconds(5));

        Assert.Equal(1, old.Events.Count("TupleRemoved:TakenOver"));
        Assert.Equal(IceState.Disconnected, old.Events.IceState);
        Assert.Equal(1, _world.Dump().Tuples);
    }

    [Fact]
    public void Silent_peer_is_disconnected_when_consent_expires_and_comes_back_with_a_check()
    {
        var peer = _world.NewConnectedPeer();
        peer.Checking = false;

        _world.RunUntil(() => peer.Events.IceState == IceState.Disconnected, TimeSpan.FromSeconds(40));
        Assert.Equal(0, _world.Dump().Tuples);

        peer.SendCheck();
        _world.RunUntil(() => peer.Events.IceState == IceState.Completed, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Ice_restart_gives_new_credentials_and_keeps_the_session()
    {
        var peer = _world.NewConnectedPeer();
        var before = peer.Events.Ice!;

        _world.Command(peer.Transport, home => home.RestartIce(5));
        Assert.NotEqual(before.UsernameFragment, peer.Events.Ice!.UsernameFragment);
        Assert.Equal(2, _world.Dump().Ufrags);
        peer.SendCheck();
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(1, _world.Dump().Ufrags);
        Assert.Equal(DtlsTransportState.Connected, peer.Events.DtlsState);
    }

    [Fact]
    public void Datagrams_of_any_content_change_nothing()
    {
        var peer = _world.NewConnectedPeer();
        var stranger = _world.NewPeer();
        var events = peer.Events.Log.Count;
        var dump = _world.Dump();
        var buffer = new byte[1400];

        for (var i = 0; i < 20_000; i++)
        {
            var datagram = buffer.AsSpan(0, _world.Random.Next(_world.Random.Next(4) == 0 ? 1400 : 40));
            _world.Random.Fill(datagram);
            if (!datagram.IsEmpty && (datagram[0] is < 20 or > 63 || i % 2 == 0))
            {
                // DTLS records from the authenticated path go to OpenSSL, which is tested for itself: every other one is enough here.
                (i % 3 == 0 ? stranger : peer).SendRaw(datagram);
            }
        }

        _world.Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal(events, peer.Events.Log.Count);
        Assert.Equal(["Opened", $"UfragAdded:{stranger.Events.Ice!.UsernameFragment}"], stranger.Events.Log);
        var after = _world.Dump();
        Assert.Equal((dump.Tuples, dump.Ufrags, dump.BuffersInUse), (after.Tuples, after.Ufrags, after.BuffersInUse));
    }

    [Fact]
    public void Fault_in_one_transport_closes_it_alone()
    {
        var faulty = _world.NewConnectedPeer();
        var healthy = _world.NewConnectedPeer();

        _world.Command(faulty.Transport, static _ => throw new InvalidOperationException("a bug"));

        Assert.Equal(MediaErrorCode.Fault, Assert.Single(faulty.Events.Closed)!.Code);
        Assert.Empty(healthy.Events.Closed);
        Assert.Equal(DtlsTransportState.Connected, healthy.Events.DtlsState);
        Assert.Single(_world.Faults);
        _world.Faults.Clear();
    }
}

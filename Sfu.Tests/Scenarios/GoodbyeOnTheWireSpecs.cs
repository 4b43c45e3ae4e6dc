using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Ice;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Actors over the real media plane and real sockets: a peer hears DTLS close_notify before its path is gone, whatever ends it.</summary>
public sealed class GoodbyeOnTheWireSpecs
{
    private const string Listen = """
        sfu.web-rtc-server.listen-infos = [
          { protocol = udp, ip = "127.0.0.1", announced-address = "", port = 0 }
          { protocol = tcp, ip = "127.0.0.1", announced-address = "", port = 0 }
        ]
        """;

    public enum Cause
    {
        TransportClosed,
        RouterClosed,
        ServerClosed,
        ServerKilled,
        TransportKilled,
        NodeClosed,
    }

    public static TheoryData<TransportProtocol, Cause> Causes()
    {
        var causes = new TheoryData<TransportProtocol, Cause>();
        foreach (var protocol in Enum.GetValues<TransportProtocol>())
        {
            foreach (var cause in Enum.GetValues<Cause>())
            {
                causes.Add(protocol, cause);
            }
        }

        return causes;
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task Peer_hears_goodbye_before_its_path_is_gone(TransportProtocol protocol, Cause cause)
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        var client = node.Client("goodbye");
        var created = await client.TransportAsync();
        await client.AskAsync<TransportConnected>(new RouterProtocol.ConnectWebRtcTransport(
            client.NextRequest, client.Router, created.TransportId, SocketPeer.DtlsParameters));
        using var peer = new SocketPeer(protocol);
        await peer.ConnectAsync(created.IceParameters, created.IceCandidates, created.DtlsParameters);

        switch (cause)
        {
            case Cause.TransportClosed:
                node.Region.Tell(new RouterProtocol.CloseTransport(client.NextRequest, client.Router, created.TransportId), client.Asker);
                break;
            case Cause.RouterClosed:
                node.Region.Tell(new RouterProtocol.CloseRouter(client.NextRequest, client.Router), client.Asker);
                break;
            case Cause.ServerClosed:
                node.Node.Tell(new NodeProtocol.CloseServer(client.NextRequest, (await node.DumpAsync()).Servers.Single().ServerId), client.Asker);
                break;
            case Cause.ServerKilled:
                node.System.ActorSelection("/user/sfu-node/server-main").Tell(Kill.Instance);
                break;
            case Cause.TransportKilled:
                created.Transport.Tell(Kill.Instance);
                break;
            case Cause.NodeClosed:
                node.Node.Tell(new NodeProtocol.CloseNode(client.NextRequest), client.Asker);
                break;
        }

        await peer.EndAsync();

        Assert.Equal(protocol == TransportProtocol.Tcp ? ["close_notify", "connection"] : ["close_notify"], peer.Endings);
        await TestNode.UntilAsync(
            async () => (await node.DumpAsync()).Media is { HasNoTransports: true, TcpConnections: 0 }, () => "The media plane still holds something.");

        // What really was is taken back, once, and the transport speaks last.
        var heard = new List<ISessionEvent>();
        await TestNode.UntilAsync(
            async () =>
            {
                while (client.SessionProbe.HasMessages)
                {
                    heard.Add(await client.SessionProbe.ExpectMsgAsync<ISessionEvent>());
                }

                return heard.OfType<SessionEvents.TransportClosed>().Any();
            },
            () => string.Join('\n', heard));
        Assert.IsType<SessionEvents.TransportClosed>(heard[^1]);
        var added = Assert.Single(heard.OfType<SessionEvents.TupleAdded>());
        var removed = Assert.Single(heard.OfType<SessionEvents.TupleRemoved>());
        Assert.Equal((added.Tuple, TupleRemovalReason.TransportClosed), (removed.Tuple, removed.Reason));
        Assert.Equal([added.Tuple, null], heard.OfType<SessionEvents.SelectedTupleChanged>().Select(changed => changed.Tuple));
        Assert.Equal(created.IceParameters.UsernameFragment, Assert.Single(heard.OfType<SessionEvents.LocalUfragRemoved>()).Ufrag);
        Assert.Equal(IceState.Closed, heard.OfType<SessionEvents.IceStateChanged>().Last().State);
    }
}

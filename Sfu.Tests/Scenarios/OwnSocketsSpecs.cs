using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Transports with and without listenInfos of their own, over the real media plane and real sockets.</summary>
public sealed class OwnSocketsSpecs
{
    private const string Listen = """
        sfu.web-rtc-server.listen-infos = [{ protocol = udp, ip = "127.0.0.1", announced-address = "", port = 0 }]
        """;

    private static readonly ListenInfo _udp = new(TransportProtocol.Udp, "127.0.0.1", null, 0);
    private static readonly ListenInfo _tcp = new(TransportProtocol.Tcp, "127.0.0.1", null, 0);

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public async Task A_client_connects_to_the_transports_own_sockets_and_hears_goodbye_before_they_close(TransportProtocol protocol)
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        var client = node.Client("own");
        var created = await client.TransportAsync(new WebRtcTransportOptions { ListenInfos = [_udp, _tcp] });
        Assert.Equal(["udp", "tcp"], created.IceCandidates.Select(candidate => candidate.Protocol).OrderDescending());
        await client.AskAsync<TransportConnected>(new RouterProtocol.ConnectWebRtcTransport(
            client.NextRequest, client.Router, created.TransportId, SocketPeer.DtlsParameters));
        using var peer = new SocketPeer(protocol);
        await peer.ConnectAsync(created.IceParameters, created.IceCandidates, created.DtlsParameters);
        Assert.Equal(2, (await node.DumpAsync()).Media.Servers.Length);

        node.Region.Tell(new RouterProtocol.CloseTransport(client.NextRequest, client.Router, created.TransportId), client.Asker.Ref);
        await peer.EndAsync();
        Assert.Equal(protocol == TransportProtocol.Tcp ? ["close_notify", "connection"] : ["close_notify"], peer.Endings);
        await TestNode.UntilAsync(
            async () => (await node.DumpAsync()) is { Servers.Length: 1, Media: { Servers.Length: 1, TcpConnections: 0, HasNoTransports: true } },
            () => "the transport's sockets are left over");
        foreach (var candidate in created.IceCandidates)
        {
            using var free = candidate.Protocol == "tcp"
                ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            free.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, candidate.Protocol == "tcp");
            free.Bind(new IPEndPoint(IPAddress.Loopback, candidate.Port));
        }
    }

    [Fact]
    public async Task Candidates_follow_every_listenInfo()
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        var client = node.Client("infos");
        var range = new PortRange(20_000, 29_999);
        var created = await client.TransportAsync(new WebRtcTransportOptions
        {
            ListenInfos =
            [
                _udp with { AnnouncedAddress = "sfu.example.org", ExposeInternalIp = true, PortRange = range },
                _tcp with { AnnouncedAddress = "203.0.113.9" },
                _udp with { Ip = "::1" },
            ],
        });
        var candidates = created.IceCandidates.OrderBy(candidate => candidate.Address, StringComparer.Ordinal).ToArray();
        Assert.Equal(["127.0.0.1", "203.0.113.9", "::1", "sfu.example.org"], candidates.Select(candidate => candidate.Address));
        Assert.Equal(["udp", "tcp", "udp", "udp"], candidates.Select(candidate => candidate.Protocol));
        Assert.InRange(candidates[3].Port, range.Min, range.Max);
        Assert.Equal(candidates[3].Port, candidates[0].Port);
        Assert.True(candidates[3].Priority > candidates[0].Priority, "the announced address ranks above the internal one");

        using var six = new UdpClient(AddressFamily.InterNetworkV6);
        six.Connect(IPAddress.IPv6Loopback, candidates[2].Port);
        Assert.Equal(StunClass.SuccessResponse, await CheckAsync(six, created.IceParameters));
        Assert.Equal("::1", (await client.EventAsync<SessionEvents.TupleAdded>()).Tuple.RemoteAddress);
    }

    [Fact]
    public async Task A_port_in_use_refuses_the_transport_and_is_named()
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        using var squatter = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = (ushort)((IPEndPoint)squatter.Client.LocalEndPoint!).Port;
        var client = node.Client("in-use");
        foreach (var info in new[] { _udp with { Port = port }, _udp with { PortRange = new PortRange(port, port) } })
        {
            var rejected = await client.AskAsync<Rejected>(new RouterProtocol.CreateWebRtcTransport(
                client.NextRequest, client.Router, new WebRtcTransportOptions { ListenInfos = [_tcp, info] }, null, null));
            Assert.Equal(SfuErrorCode.Unavailable, rejected.Error.Code);
            Assert.Contains(port.ToString(CultureInfo.InvariantCulture), rejected.Error.Reason, StringComparison.Ordinal);
        }

        await node.MustBeEmptyAsync("in-use");
        await TestNode.UntilAsync(async () => (await node.DumpAsync()) is { Servers.Length: 1, Media.Servers.Length: 1 }, () => "a server is left over");
    }

    [Theory]
    [InlineData(false, TupleLimitPolicy.Evict, false)]
    [InlineData(false, TupleLimitPolicy.Evict, true)]
    [InlineData(false, TupleLimitPolicy.Reject, false)]
    [InlineData(false, TupleLimitPolicy.Reject, true)]
    [InlineData(true, TupleLimitPolicy.Evict, false)]
    [InlineData(true, TupleLimitPolicy.Evict, true)]
    [InlineData(true, TupleLimitPolicy.Reject, false)]
    [InlineData(true, TupleLimitPolicy.Reject, true)]
    public async Task Limit_of_tuples_holds_with_and_without_a_WebRtcServer(bool own, TupleLimitPolicy policy, bool byNode)
    {
        var nodes = byNode ? $"sfu.web-rtc-transport {{ max-tuples = 2, tuple-policy = {policy.ToString().ToLowerInvariant()} }}" : string.Empty;
        await using var node = await TestNode.StartWithSocketsAsync($"{Listen}\n{nodes}");
        var client = node.Client("limit");
        var created = await client.TransportAsync(new WebRtcTransportOptions
        {
            ListenInfos = own ? [_udp] : null,
            MaxTuples = byNode ? null : 2,
            TuplePolicy = byNode ? null : policy,
        });
        var clients = new List<UdpClient>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                clients.Add(new UdpClient(AddressFamily.InterNetwork));
                clients[i].Connect(IPAddress.Loopback, created.IceCandidates.Single().Port);
                var expected = i < 2 || policy == TupleLimitPolicy.Evict ? StunClass.SuccessResponse : StunClass.ErrorResponse;
                Assert.Equal(expected, await CheckAsync(clients[i], created.IceParameters));
                if (expected == StunClass.SuccessResponse)
                {
                    // Told by now: what comes and goes within one interval is not mentioned.
                    var port = ((IPEndPoint)clients[i].Client.LocalEndPoint!).Port;
                    await client.EventAsync<SessionEvents.TupleAdded>(added => added.Tuple.RemotePort == port);
                }
            }

            if (policy == TupleLimitPolicy.Evict)
            {
                // The first, the oldest, is selected and stays.
                var removed = await client.EventAsync<SessionEvents.TupleRemoved>();
                Assert.Equal(TupleRemovalReason.Evicted, removed.Reason);
                Assert.Equal(((IPEndPoint)clients[1].Client.LocalEndPoint!).Port, removed.Tuple.RemotePort);
            }

            var transport = Assert.Single((await node.DumpAsync()).Media.Transports);
            Assert.Equal(2, transport.Tuples.Length);
            Assert.Equal(transport.Tuples[0], transport.SelectedTuple);
        }
        finally
        {
            clients.ForEach(static socket => socket.Dispose());
        }
    }

    private static async Task<StunClass> CheckAsync(UdpClient client, IceParameters ice)
    {
        await client.SendAsync(Checks.Request(ice));
        var answer = await client.ReceiveAsync().WaitAsync(TestNode.Patience);
        Assert.True(StunMessage.TryParse(answer.Buffer, out var message));
        return message.Class;
    }
}

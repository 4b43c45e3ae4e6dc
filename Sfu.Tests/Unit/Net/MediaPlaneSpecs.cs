using System.Net;
using System.Net.Sockets;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Stun;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Net;

/// <summary>The real threads and sockets, on loopback.</summary>
public class MediaPlaneSpecs : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TransportSettings Settings = new(true, false, true, false, 600_000, 30, 8, TupleLimitPolicy.Evict);

    private readonly Func<MediaPlaneOptions, TestPlane> _start;
    private readonly TestPlane _owner;
    private readonly IMediaPlane _plane;

    public MediaPlaneSpecs()
        : this(TestPlane.Local)
    {
    }

    private protected MediaPlaneSpecs(Func<MediaPlaneOptions, TestPlane> start)
    {
        _start = start;
        _owner = start(new MediaPlaneOptions());
        _plane = _owner.Plane;
    }

    public void Dispose()
    {
        _owner.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Connectivity_check_is_answered_from_the_address_it_was_sent_to(string ip)
    {
        var server = new AwaitableEvents();
        var serverHandle = _plane.NewServerHandle();
        _plane.OpenServer(serverHandle, new ServerSettings([new ListenInfo(TransportProtocol.Udp, ip, null, 0)]), server);
        var bound = Assert.Single((await server.Opened.Task.WaitAsync(Deadline)));
        var transport = new AwaitableEvents();
        var handle = _plane.NewTransportHandle();
        _plane.OpenTransport(handle, serverHandle, Settings, transport);
        var ice = await transport.Ice.Task.WaitAsync(Deadline);

        using var client = new UdpClient(new IPEndPoint(IPAddress.Parse(ip), 0));
        await client.SendAsync(Checks.Request(ice), new IPEndPoint(IPAddress.Parse(ip), bound.Port));
        var answer = await client.ReceiveAsync().WaitAsync(Deadline);

        Assert.Equal(bound.Port, answer.RemoteEndPoint.Port);
        Assert.True(StunMessage.TryParse(answer.Buffer, out var message));
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        _plane.CloseServer(serverHandle);
        _plane.CloseTransport(handle);
        Assert.Null(await transport.Closed.Task.WaitAsync(Deadline));
        Assert.Null(await server.Closed.Task.WaitAsync(Deadline));
        Assert.True((await Dump()).IsEmpty);
    }

    [Fact]
    public async Task Port_in_use_is_an_error_with_a_reason_and_leaves_nothing_bound()
    {
        using var squatter = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = (ushort)((IPEndPoint)squatter.Client.LocalEndPoint!).Port;
        var server = new AwaitableEvents();

        _plane.OpenServer(
            _plane.NewServerHandle(),
            new ServerSettings([new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, 0), new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, port)]),
            server);

        var error = await server.Closed.Task.WaitAsync(Deadline);
        Assert.Equal(MediaErrorCode.System, error!.Code);
        Assert.Equal($"bind udp 127.0.0.1:{port}: Address already in use", error.Reason);
        Assert.True((await Dump()).IsEmpty);
    }

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public async Task Port_of_another_node_is_refused_though_the_threads_of_one_share_theirs(TransportProtocol protocol)
    {
        using var firstOwner = _start(new MediaPlaneOptions { Threads = 3 });
        var first = firstOwner.Plane;
        using var secondOwner = _start(new MediaPlaneOptions { Threads = 3 });
        var second = secondOwner.Plane;
        var opened = new AwaitableEvents();
        first.OpenServer(first.NewServerHandle(), new ServerSettings([new ListenInfo(protocol, "127.0.0.1", null, 0)]), opened);
        var port = Assert.Single(await opened.Opened.Task.WaitAsync(Deadline)).Port;

        var refused = new AwaitableEvents();
        second.OpenServer(second.NewServerHandle(), new ServerSettings([new ListenInfo(protocol, "127.0.0.1", null, port)]), refused);

        Assert.Equal(MediaErrorCode.System, (await refused.Closed.Task.WaitAsync(Deadline))!.Code);
    }

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public async Task Clients_connect_whichever_thread_the_kernel_gives_them(TransportProtocol protocol)
    {
        using var planeOwner = _start(new MediaPlaneOptions { Threads = 4 });
        var plane = planeOwner.Plane;
        var server = new AwaitableEvents();
        var serverHandle = plane.NewServerHandle();
        plane.OpenServer(serverHandle, new ServerSettings([new ListenInfo(protocol, "127.0.0.1", null, 0)]), server);
        await server.Opened.Task.WaitAsync(Deadline);
        var settings = Settings with { EnableTcp = true };
        for (var i = 0; i < 12; i++)
        {
            var transport = new AwaitableEvents();
            var handle = plane.NewTransportHandle();
            plane.OpenTransport(handle, serverHandle, settings, transport);
            plane.ConnectTransport(handle, 1, SocketPeer.DtlsParameters);
            var ice = await transport.Ice.Task.WaitAsync(Deadline);
            using var peer = new SocketPeer(protocol);
            await peer.ConnectAsync(ice, transport.Candidates, transport.Dtls!);
            plane.CloseTransport(handle);
            await peer.EndAsync();
            Assert.Equal("close_notify", peer.Endings[0]);
            Assert.Null(await transport.Closed.Task.WaitAsync(Deadline));
        }

        plane.CloseServer(serverHandle);
        Assert.Null(await server.Closed.Task.WaitAsync(Deadline));
        var dumped = new AwaitableEvents();
        plane.Dump(1, dumped);
        Assert.True((await dumped.Dumped.Task.WaitAsync(Deadline)).IsEmpty);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("203.0.113.77")]
    public async Task Address_that_cannot_be_bound_is_an_error_with_a_reason(string ip)
    {
        var server = new AwaitableEvents();

        _plane.OpenServer(_plane.NewServerHandle(), new ServerSettings([new ListenInfo(TransportProtocol.Udp, ip, null, 0)]), server);

        var error = await server.Closed.Task.WaitAsync(Deadline);
        Assert.Contains(ip, error!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_of_a_closed_transport_finds_nothing_when_its_slot_is_used_again()
    {
        var server = new AwaitableEvents();
        var serverHandle = _plane.NewServerHandle();
        _plane.OpenServer(serverHandle, new ServerSettings([new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, 0)]), server);
        var first = new AwaitableEvents();
        var stale = _plane.NewTransportHandle();
        _plane.OpenTransport(stale, serverHandle, Settings, first);
        _plane.CloseTransport(stale);
        await first.Closed.Task.WaitAsync(Deadline);

        // The handle goes back after its end has been told, by way of the first media thread: what a second question there comes behind.
        await Dump();
        await Dump();
        var second = new AwaitableEvents();
        var fresh = _plane.NewTransportHandle();
        for (var others = 0; fresh.Slot != stale.Slot; fresh = _plane.NewTransportHandle())
        {
            // Another process gives handles back some at a time.
            Assert.True(++others < 1000);
            var other = new AwaitableEvents();
            _plane.OpenTransport(fresh, serverHandle, Settings, other);
            _plane.CloseTransport(fresh);
            await other.Closed.Task.WaitAsync(Deadline);
        }

        _plane.OpenTransport(fresh, serverHandle, Settings, second);
        _plane.CloseTransport(stale);

        Assert.Equal(fresh, Assert.Single((await Dump()).Transports).Handle);
    }

    [Fact]
    public async Task Commands_after_the_end_are_harmless()
    {
        var handle = _plane.NewTransportHandle();
        _plane.CloseTransport(handle);
        _plane.ConnectTransport(handle, 1, new DtlsParameters());
        Assert.True((await Dump()).IsEmpty);

        _owner.Dispose();
        _plane.CloseTransport(handle);
        _owner.Dispose();
    }

    [Fact]
    public async Task Load_counts_the_packets_transports_and_processor_time_of_all_threads()
    {
        using var planeOwner = _start(new MediaPlaneOptions { Threads = 3 });
        var plane = planeOwner.Plane;
        var server = new AwaitableEvents();
        var serverHandle = plane.NewServerHandle();
        plane.OpenServer(serverHandle, new ServerSettings([new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, 0)]), server);
        var bound = Assert.Single(await server.Opened.Task.WaitAsync(Deadline));
        var before = await Load(plane);
        var transport = new AwaitableEvents();
        plane.OpenTransport(plane.NewTransportHandle(), serverHandle, Settings, transport);
        var ice = await transport.Ice.Task.WaitAsync(Deadline);
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await client.SendAsync(Checks.Request(ice), new IPEndPoint(IPAddress.Loopback, bound.Port));
        await client.ReceiveAsync().WaitAsync(Deadline);

        var after = await Load(plane);

        Assert.Equal((0L, 0, 3), (before.Packets, before.Transports, before.Threads));
        Assert.Equal((2L, 1, 3), (after.Packets, after.Transports, after.Threads));
        Assert.InRange(before.CpuTimeUs, 1, after.CpuTimeUs - 1);
        Assert.True(after.At > before.At);
    }

    private static async Task<MediaLoad> Load(IMediaPlane plane)
    {
        var events = new AwaitableEvents();
        plane.MeasureLoad(1, events);
        return await events.Load.Task.WaitAsync(Deadline);
    }

    private async Task<MediaPlaneDump> Dump()
    {
        var events = new AwaitableEvents();
        _plane.Dump(1, events);
        return await events.Dumped.Task.WaitAsync(Deadline);
    }
}

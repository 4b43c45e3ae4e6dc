using System.Net;
using System.Net.Sockets;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Net;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Net;

/// <summary>Where a server listens and what its clients are told of that, on loopback sockets.</summary>
public sealed class ListenSpecs : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly MediaPlane _plane = MediaPlane.Start(new MediaPlaneOptions());
    private readonly List<Socket> _squatters = [];

    public void Dispose()
    {
        _plane.Dispose();
        _squatters.ForEach(static socket => socket.Dispose());
    }

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public async Task The_one_free_port_of_a_range_is_found_from_any_start(TransportProtocol protocol)
    {
        var (range, free) = RangeWithOneFreePort(protocol);
        for (var i = 0; i < 8; i++)
        {
            var events = new AwaitableEvents();
            var server = _plane.NewServerHandle();
            _plane.OpenServer(server, new ServerSettings([Info(protocol, range)]), events);
            Assert.Equal(free, Assert.Single(await events.Opened.Task.WaitAsync(Deadline)).Port);
            _plane.CloseServer(server);
            await events.Closed.Task.WaitAsync(Deadline);
        }
    }

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public async Task An_exhausted_range_is_an_error_that_names_it_and_leaves_nothing_bound(TransportProtocol protocol)
    {
        var (range, free) = RangeWithOneFreePort(protocol);
        Squat(protocol, free);

        var error = await RefusalAsync(Info(protocol, range));

        Assert.Equal(MediaErrorCode.System, error.Code);
        Assert.Contains("no more available ports", error.Reason, StringComparison.Ordinal);
        Assert.Contains(range.ToString(), error.Reason, StringComparison.Ordinal);
        var dump = new AwaitableEvents();
        _plane.Dump(1, dump);
        Assert.True((await dump.Dumped.Task.WaitAsync(Deadline)).IsEmpty);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_refused_at_the_first_port()
    {
        var error = await RefusalAsync(Info(TransportProtocol.Udp, new PortRange(1024, 65_535)) with { Ip = "203.0.113.77" });
        Assert.Equal(MediaErrorCode.System, error.Code);
        Assert.DoesNotContain("no more available ports", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 10, 0)]
    [InlineData(20, 10, 0)]
    [InlineData(10, 20, 15)]
    public async Task A_range_that_is_none_or_contradicts_the_port_is_refused(ushort min, ushort max, ushort port)
    {
        var error = await RefusalAsync(Info(TransportProtocol.Udp, new PortRange(min, max)) with { Port = port });
        Assert.Equal(MediaErrorCode.InvalidParameters, error.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_are_told_the_bound_address_beside_the_announced_one_only_when_it_is_exposed(bool expose)
    {
        var events = new AwaitableEvents();
        var server = _plane.NewServerHandle();
        var info = new ListenInfo(TransportProtocol.Udp, "127.0.0.1", "sfu.example.org", 0, expose);
        _plane.OpenServer(server, new ServerSettings([info]), events);
        var bound = Assert.Single(await events.Opened.Task.WaitAsync(Deadline));
        Assert.Equal(info with { Port = bound.Port }, bound);

        var transport = new AwaitableEvents();
        var settings = new TransportSettings(true, false, true, false, 600_000, 30, 8, TupleLimitPolicy.Evict);
        _plane.OpenTransport(_plane.NewTransportHandle(), server, settings, transport);
        await transport.Ice.Task.WaitAsync(Deadline);

        Assert.Equal(expose ? ["sfu.example.org", "127.0.0.1"] : ["sfu.example.org"], transport.Candidates.Select(static candidate => candidate.Address));
        Assert.Equal(transport.Candidates.OrderByDescending(static candidate => candidate.Priority), transport.Candidates);
    }

    private static ListenInfo Info(TransportProtocol protocol, PortRange range) =>
        new(protocol, "127.0.0.1", null, 0, PortRange: range);

    private async Task<MediaError> RefusalAsync(ListenInfo info)
    {
        var events = new AwaitableEvents();
        _plane.OpenServer(_plane.NewServerHandle(), new ServerSettings([info]), events);
        return (await events.Closed.Task.WaitAsync(Deadline))!;
    }

    /// <summary>Three ports in a row of which the first and the last are taken.</summary>
    private (PortRange Range, ushort Free) RangeWithOneFreePort(TransportProtocol protocol)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var first = Squat(protocol, 0)!.Value;
            if (first < ushort.MaxValue - 2
                && Squat(protocol, (ushort)(first + 1)) is not null
                && Squat(protocol, (ushort)(first + 2)) is not null)
            {
                _squatters[^2].Dispose();
                _squatters.RemoveAt(_squatters.Count - 2);
                return (new PortRange(first, (ushort)(first + 2)), (ushort)(first + 1));
            }
        }

        throw new InvalidOperationException("No three free ports in a row.");
    }

    /// <returns>The port; null when somebody else has it.</returns>
    private ushort? Squat(TransportProtocol protocol, ushort port)
    {
        var socket = protocol == TransportProtocol.Udp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            if (protocol == TransportProtocol.Tcp)
            {
                socket.Listen();
            }
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }

        _squatters.Add(socket);
        return (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Net;
using Sfu.Media.Stun;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Net;

/// <summary>ICE-TCP on the real threads and sockets, on loopback.</summary>
public sealed class TcpSpecs : IDisposable
{
    private const string Loopback = "127.0.0.1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TransportSettings Settings = new(true, true, false, false, 600_000, 30, 8, TupleLimitPolicy.Evict);

    private readonly ConcurrentQueue<string> _warnings = [];
    private readonly List<Socket> _clients = [];
    private MediaPlane? _plane;
    private ServerHandle _server;
    private AwaitableEvents _serverEvents = new();
    private int _port;

    public void Dispose()
    {
        _clients.ForEach(static client => client.Dispose());
        _plane?.Dispose();
    }

    [Fact]
    public async Task Check_is_answered_however_its_frame_is_cut_or_joined()
    {
        await StartAsync(new MediaPlaneOptions());
        var (_, ice, _) = await OpenTransportAsync();
        var client = await ConnectAsync();
        var frame = Frame(Checks.Request(ice));

        foreach (var b in frame)
        {
            await client.SendAsync(new[] { b });
        }

        await AssertAnsweredAsync(client);
        await client.SendAsync((byte[])[0, 0, .. frame, 0, 0, .. frame]);
        await AssertAnsweredAsync(client);
        await AssertAnsweredAsync(client);
    }

    [Fact]
    public async Task Tcp_candidates_are_passive_and_carry_the_listening_port()
    {
        await StartAsync(new MediaPlaneOptions());
        var (_, _, events) = await OpenTransportAsync();

        var candidate = Assert.Single(events.Candidates);

        Assert.Equal(("tcp", "passive", (ushort)_port), (candidate.Protocol, candidate.TcpType, candidate.Port));
    }

    [Fact]
    public async Task Frame_that_is_too_long_ends_its_connection_alone()
    {
        await StartAsync(new MediaPlaneOptions());
        var (_, ice, _) = await OpenTransportAsync();
        var good = await ConnectAsync();
        await AuthenticateAsync(good, ice);
        var bad = await ConnectAsync();

        await bad.SendAsync(new byte[] { 0xFF, 0xFF, 1 });

        await AssertHungUpAsync(bad);
        await AuthenticateAsync(good, ice);
    }

    [Fact]
    public async Task Stranger_is_hung_up_on_at_the_deadline_and_who_authenticated_stays()
    {
        await StartAsync(new MediaPlaneOptions { TcpUnauthenticatedTimeoutMs = 300 });
        var (_, ice, _) = await OpenTransportAsync();
        var good = await ConnectAsync();
        await AuthenticateAsync(good, ice);
        var silent = await ConnectAsync();
        var impostor = await ConnectAsync();
        await impostor.SendAsync(Frame(Checks.Request(ice, password: "not the password at all")));

        await AssertHungUpAsync(silent);
        await AssertHungUpAsync(impostor);

        Assert.Equal(1, (await DumpAsync()).TcpConnections);
        await AuthenticateAsync(good, ice);
    }

    [Fact]
    public async Task Connections_of_one_address_are_capped_where_asked_for()
    {
        // Nobody proves who he is here: on a busy machine the deadline for strangers would take the connections away that are counted.
        await StartAsync(new MediaPlaneOptions { TcpMaxConnectionsPerRemoteIp = 2, TcpUnauthenticatedTimeoutMs = 600_000 });
        var first = await ConnectAsync();
        await ConnectAsync();

        // Each media thread accepts what the kernel gave to its socket: until both are counted, it may be one of them that finds no room.
        await UntilAsync(async () => (await DumpAsync()).TcpConnections == 2);
        await AssertHungUpAsync(await ConnectAsync());

        first.Dispose();
        await UntilAsync(async () => (await DumpAsync()).TcpConnections == 1);
        await ConnectAsync();

        await UntilAsync(async () => (await DumpAsync()).TcpConnections == 2);
    }

    [Fact]
    public async Task Connection_that_closes_is_a_tuple_removed()
    {
        await StartAsync(new MediaPlaneOptions());
        var (_, ice, events) = await OpenTransportAsync();
        var client = await ConnectAsync();
        await AuthenticateAsync(client, ice);

        client.Dispose();

        await UntilAsync(() => Task.FromResult(events.Removed.Contains(TupleRemovalReason.Closed)));
        var dump = await DumpAsync();
        Assert.Equal((0, 0), (dump.Tuples, dump.TcpConnections));
    }

    [Fact]
    public async Task Evicted_tuple_loses_its_connection()
    {
        await StartAsync(new MediaPlaneOptions());
        var (_, ice, events) = await OpenTransportAsync(Settings with { MaxTuples = 2 });
        var selected = await ConnectAsync();
        await AuthenticateAsync(selected, ice);
        var second = await ConnectAsync();
        await AuthenticateAsync(second, ice);
        var third = await ConnectAsync();
        await AuthenticateAsync(third, ice);

        await AssertHungUpAsync(second);

        Assert.Equal([TupleRemovalReason.Evicted], events.Removed);
        await AuthenticateAsync(selected, ice);
    }

    [Fact]
    public async Task Closing_transport_and_server_closes_every_connection()
    {
        await StartAsync(new MediaPlaneOptions());
        var (transport, ice, events) = await OpenTransportAsync();
        var authenticated = await ConnectAsync();
        await AuthenticateAsync(authenticated, ice);
        var stranger = await ConnectAsync();
        await UntilAsync(async () => (await DumpAsync()).TcpConnections == 2);

        _plane!.CloseTransport(transport);
        await events.Closed.Task.WaitAsync(Patience);
        await AssertHungUpAsync(authenticated);
        _plane.CloseServer(_server);
        Assert.Null(await _serverEvents.Closed.Task.WaitAsync(Patience));
        await AssertHungUpAsync(stranger);

        Assert.True((await DumpAsync()).IsEmpty);
    }

    [Fact]
    public async Task Connection_on_which_another_client_authenticates_belongs_to_the_new_transport()
    {
        await StartAsync(new MediaPlaneOptions());
        var (_, oldIce, oldEvents) = await OpenTransportAsync();
        var (_, newIce, _) = await OpenTransportAsync();
        var client = await ConnectAsync();
        await AuthenticateAsync(client, oldIce);

        await AuthenticateAsync(client, newIce);

        Assert.Equal([TupleRemovalReason.TakenOver], oldEvents.Removed);
        await AuthenticateAsync(client, newIce);
        Assert.Equal(1, (await DumpAsync()).TcpConnections);
    }

    [Fact]
    public async Task Transport_that_closes_in_the_middle_of_a_batch_takes_its_connection_and_disturbs_nobody()
    {
        await StartAsync(new MediaPlaneOptions());
        var (_, otherIce, otherEvents) = await OpenTransportAsync();
        var other = await ConnectAsync();
        await AuthenticateAsync(other, otherIce);
        for (var round = 0; round < 20; round++)
        {
            var (transport, ice, events) = await OpenTransportAsync();
            var client = await ConnectAsync();
            await AuthenticateAsync(client, ice);

            // One write for many frames: the close falls somewhere among them.
            var batch = Enumerable.Repeat(Frame(Checks.Request(ice)), 100 * round).SelectMany(static frame => frame).ToArray();
            await client.SendAsync(batch).WaitAsync(Patience);
            _plane!.CloseTransport(transport);
            await events.Closed.Task.WaitAsync(Patience);
        }

        await UntilAsync(async () => await DumpAsync() is { TcpConnections: 1, Transports.Length: 1, Tuples: 1 });
        await AuthenticateAsync(other, otherIce);
        Assert.Empty(otherEvents.Removed);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Connections_that_other_threads_accepted_come_to_their_transport_with_all_they_say()
    {
        const int Connections = 24;
        await StartAsync(new MediaPlaneOptions { Threads = 4 });
        var (handle, ice, events) = await OpenTransportAsync(Settings with { MaxTuples = 32 });
        var frame = Frame(Checks.Request(ice));
        for (var i = 0; i < Connections; i++)
        {
            var client = await ConnectAsync();

            // The second check, and the half of a third, come with the first: they must not stay behind.
            await client.SendAsync((byte[])[.. frame, .. frame, .. frame[..20]]);
            await AssertAnsweredAsync(client);
            await AssertAnsweredAsync(client);
            await client.SendAsync(frame.AsMemory(20));
            await AssertAnsweredAsync(client);
        }

        var dump = await DumpAsync();
        Assert.Equal((Connections, Connections), (dump.TcpConnections, dump.Tuples));
        _plane!.CloseTransport(handle);
        await events.Closed.Task.WaitAsync(Patience);
        await UntilAsync(async () => (await DumpAsync()) is { TcpConnections: 0, HasNoTransports: true });
    }

    [Fact]
    public async Task Backlog_is_as_large_as_the_kernel_allows()
    {
        await StartAsync(new MediaPlaneOptions());
        var allowed = int.Parse(await File.ReadAllTextAsync("/proc/sys/net/core/somaxconn"), CultureInfo.InvariantCulture);

        // For a listening socket ss shows the backlog as Send-Q.
        using var ss = Process.Start(new ProcessStartInfo("ss", $"-Hltn sport = :{_port}") { RedirectStandardOutput = true })!;
        var sockets = (await ss.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await ss.WaitForExitAsync();

        Assert.Equal(Environment.ProcessorCount, sockets.Length);
        Assert.All(sockets, socket => Assert.Equal(
            allowed, int.Parse(socket.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Crowd_of_strangers_leaves_an_authenticated_client_alone()
    {
        // Each connection costs this process two descriptors: the crowd takes what the limit lets, ten thousand at most.
        var crowd = Math.Min(10_000, (DescriptorLimit() - 500) / 2);
        await StartAsync(new MediaPlaneOptions { TcpUnauthenticatedTimeoutMs = 120_000 });
        var (_, ice, events) = await OpenTransportAsync();
        var client = await ConnectAsync();
        await AuthenticateAsync(client, ice);

        for (var i = 0; i < crowd; i++)
        {
            var stranger = await ConnectAsync();
            if (i % 2 == 0)
            {
                // Half of a length field: a frame that never comes.
                await stranger.SendAsync(new byte[] { 0 });
            }

            if (i % 1000 == 0)
            {
                await AuthenticateAsync(client, ice);
            }
        }

        await UntilAsync(async () => (await DumpAsync()).TcpConnections == crowd + 1);
        await AuthenticateAsync(client, ice);
        Assert.Empty(events.Removed);
    }

    [Fact]
    public async Task Reader_that_is_slow_loses_whole_frames_only_and_operator_and_owner_are_told_once()
    {
        await StartAsync(new MediaPlaneOptions { TcpSendQueueBytes = 4096 });
        var (_, ice, events) = await OpenTransportAsync();
        var client = await ConnectAsync(receiveBuffer: 4096);
        var checks = Enumerable.Repeat(Frame(Checks.Request(ice)), 500).SelectMany(static frame => frame).ToArray();
        var asked = 0;

        // Answers are asked for and not read until the kernel's buffers, and then the queue behind them, are full.
        await UntilAsync(async () =>
        {
            await client.SendAsync(checks).WaitAsync(Patience);
            asked += 500;
            return !_warnings.IsEmpty;
        });
        await client.SendAsync(checks).WaitAsync(Patience);
        await UntilAsync(async () => (await DumpAsync()).TcpConnections == 1);
        client.Shutdown(SocketShutdown.Send);

        var answers = await CountWholeAnswersAsync(client);
        Assert.InRange(answers, 1, asked + 499);
        Assert.Single(_warnings);
        var (tuple, dropped) = Assert.Single(events.Overflows);
        Assert.Equal(TransportProtocol.Tcp, tuple.Protocol);
        Assert.Equal(1, dropped);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_that_is_hung_up_on_while_it_speaks_hears_all_and_is_not_reset(bool clientHangsUp)
    {
        await StartAsync(new MediaPlaneOptions { Threads = 1 });
        var (handle, ice, _) = await OpenTransportAsync();
        var client = await ConnectAsync();
        await AuthenticateAsync(client, ice);
        using var gate = new ManualResetEventSlim();
        _plane!.Enter(_ => gate.Wait(Patience));
        _plane.CloseTransport(handle);

        // The thread stands still: of what the client says more waits for it than it reads in a turn.
        client.Blocking = false;
        var packet = Frame([0x80, 96, .. new byte[1198]]);
        SocketError error;
        do
        {
            client.Send(packet, SocketFlags.None, out error);
        }
        while (error == SocketError.Success);
        client.Blocking = true;
        gate.Set();
        await UntilAsync(async () => (await DumpAsync()).TcpConnections == 0);

        // It goes on as it did, as a browser that has not yet heard of it.
        var sent = new byte[100 * packet.Length];
        for (var i = 0; i < 100; i++)
        {
            packet.CopyTo(sent, i * packet.Length);
        }

        for (var i = 0; i < 10; i++)
        {
            await client.SendAsync(sent).WaitAsync(Patience);
        }

        Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(Patience));
        if (clientHangsUp)
        {
            client.Shutdown(SocketShutdown.Both);
        }

        // Who does not hang up in his turn is not waited for without end.
        await UntilAsync(() => Task.FromResult(OpenConnections() == 0));
    }

    /// <summary>The node's ends of connections, in whatever state but those that are over.</summary>
    private int OpenConnections() =>
        File.ReadLines("/proc/net/tcp").Skip(1).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Count(fields =>
            fields[1].EndsWith($":{_port:X4}", StringComparison.Ordinal) && fields[3] is not ("0A" or "06" or "07") && fields[9] != "0");

    private static int DescriptorLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(static l => l.StartsWith("Max open files", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
    }

    private static byte[] Frame(byte[] content)
    {
        var frame = new byte[2 + content.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)content.Length);
        content.CopyTo(frame, 2);
        return frame;
    }

    private static async Task AuthenticateAsync(Socket client, IceParameters ice)
    {
        await client.SendAsync(Frame(Checks.Request(ice)));
        await AssertAnsweredAsync(client);
    }

    private static async Task AssertAnsweredAsync(Socket client)
    {
        var length = await ReadAsync(client, 2);
        var answer = await ReadAsync(client, BinaryPrimitives.ReadUInt16BigEndian(length));
        Assert.True(StunMessage.TryParse(answer, out var message));
        Assert.Equal(StunClass.SuccessResponse, message.Class);
    }

    /// <summary>Reads to the end; everything on the way is a whole answer, but for what the end cut off.</summary>
    private static async Task<int> CountWholeAnswersAsync(Socket client)
    {
        var reader = new Sfu.Media.Wire.FrameReader();
        var buffer = new byte[65_536];
        var answers = 0;
        while (await client.ReceiveAsync(buffer).WaitAsync(Patience) is > 0 and var length)
        {
            answers += Count(reader, buffer.AsSpan(0, length));
        }

        return answers;
    }

    private static int Count(Sfu.Media.Wire.FrameReader reader, Span<byte> input)
    {
        var answers = 0;
        Sfu.Media.Wire.FrameStatus status;
        while ((status = reader.TryRead(ref input, out var frame)) == Sfu.Media.Wire.FrameStatus.Frame)
        {
            Assert.True(StunMessage.TryParse(frame, out var message));
            Assert.Equal(StunClass.SuccessResponse, message.Class);
            answers++;
        }

        Assert.Equal(Sfu.Media.Wire.FrameStatus.Incomplete, status);
        return answers;
    }

    private static async Task<byte[]> ReadAsync(Socket client, int count)
    {
        var bytes = new byte[count];
        for (var have = 0; have < count;)
        {
            var read = await client.ReceiveAsync(bytes.AsMemory(have)).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, read);
            have += read;
        }

        return bytes;
    }

    private static async Task AssertHungUpAsync(Socket client)
    {
        // What the node said before it hung up (an error answer, close_notify) may still be on its way.
        var buffer = new byte[4096];
        try
        {
            while (await client.ReceiveAsync(buffer).WaitAsync(Patience) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Hung up on with something unread is a reset.
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(deadline.Elapsed < Patience, "The condition does not come true.");
            await Task.Yield();
        }
    }

    private async Task StartAsync(MediaPlaneOptions options)
    {
        _plane = MediaPlane.Start(options with { Warn = _warnings.Enqueue });
        _server = _plane.NewServerHandle();
        _serverEvents = new AwaitableEvents();
        _plane.OpenServer(_server, new ServerSettings([new ListenInfo(TransportProtocol.Tcp, Loopback, null, 0)]), _serverEvents);
        _port = Assert.Single(await _serverEvents.Opened.Task.WaitAsync(Patience)).Port;
    }

    private async Task<(TransportHandle Handle, IceParameters Ice, AwaitableEvents Events)> OpenTransportAsync(TransportSettings? settings = null)
    {
        var events = new AwaitableEvents();
        var handle = _plane!.NewTransportHandle();
        _plane.OpenTransport(handle, _server, settings ?? Settings, events);
        return (handle, await events.Ice.Task.WaitAsync(Patience), events);
    }

    private async Task<Socket> ConnectAsync(int? receiveBuffer = null)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes)
        {
            client.ReceiveBufferSize = bytes;
        }

        _clients.Add(client);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port)).WaitAsync(Patience);
        return client;
    }

    private async Task<MediaPlaneDump> DumpAsync()
    {
        var events = new AwaitableEvents();
        _plane!.Dump(1, events);
        return await events.Dumped.Task.WaitAsync(Patience);
    }
}

using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Remote;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Net;

/// <summary>What holds of a media plane holds of one in another process; and what happens when that ends.</summary>
public sealed class RemoteMediaPlaneSpecs() : MediaPlaneSpecs(TestPlane.Remote)
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(20);
    private static readonly ServerSettings _server = new([new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, 0)]);
    private static readonly TransportSettings _transport = new(true, false, true, false, 600_000, 30, 8, TupleLimitPolicy.Evict);

    [Fact]
    public async Task Everything_ends_with_a_fault_when_the_other_process_ends_and_what_is_opened_later_too()
    {
        using var owner = TestPlane.Remote(new MediaPlaneOptions { Threads = 1 });
        var plane = owner.Plane;
        var (server, transport) = (new AwaitableEvents(), new AwaitableEvents());
        var serverHandle = plane.NewServerHandle();
        plane.OpenServer(serverHandle, _server, server);
        plane.OpenTransport(plane.NewTransportHandle(), serverHandle, _transport, transport);
        await transport.Ice.Task.WaitAsync(_deadline);

        owner.Dispose();

        await owner.Ended.WaitAsync(_deadline);
        Assert.Equal(MediaErrorCode.Fault, (await transport.Closed.Task.WaitAsync(_deadline))!.Code);
        Assert.Equal(MediaErrorCode.Fault, (await server.Closed.Task.WaitAsync(_deadline))!.Code);
        var (lateServer, lateTransport) = (new AwaitableEvents(), new AwaitableEvents());
        plane.OpenServer(plane.NewServerHandle(), _server, lateServer);
        plane.OpenTransport(plane.NewTransportHandle(), serverHandle, _transport, lateTransport);
        Assert.Equal(MediaErrorCode.Fault, (await lateServer.Closed.Task.WaitAsync(_deadline))!.Code);
        Assert.Equal(MediaErrorCode.Fault, (await lateTransport.Closed.Task.WaitAsync(_deadline))!.Code);
    }

    [Fact]
    public void A_certificate_that_is_none_is_told_as_by_a_plane_in_this_process()
    {
        var options = new MediaPlaneOptions { DtlsCertificatePem = "no certificate", DtlsPrivateKeyPem = "no key" };

        var here = Assert.Throws<ArgumentException>(() => TestPlane.Local(options));
        var there = Assert.Throws<ArgumentException>(() => TestPlane.Remote(options));

        Assert.Equal(here.Message, there.Message);
    }

    [Fact]
    public async Task Handles_come_back_from_the_other_process_and_their_generation_moves_on()
    {
        using var owner = TestPlane.Remote(new MediaPlaneOptions { Threads = 1 });
        var plane = owner.Plane;
        var serverHandle = plane.NewServerHandle();
        plane.OpenServer(serverHandle, _server, new AwaitableEvents());
        TransportHandle[] handles = [.. Enumerable.Range(0, FreedHandles.BatchSize).Select(_ => plane.NewTransportHandle())];
        foreach (var handle in handles)
        {
            var transport = new AwaitableEvents();
            plane.OpenTransport(handle, serverHandle, _transport, transport);
            plane.CloseTransport(handle);
            await transport.Closed.Task.WaitAsync(_deadline);
        }

        // The answer comes after what was told before it.
        var dumped = new AwaitableEvents();
        plane.Dump(1, dumped);
        await dumped.Dumped.Task.WaitAsync(_deadline);

        Assert.Equal(handles.Select(static handle => new TransportHandle(handle.Slot, handle.Generation + 1)), handles.Select(_ => plane.NewTransportHandle()));
    }
}

/// <summary>A pipe between two media planes that are in other processes.</summary>
public sealed class RemotePipeSpecs() : PipeSpecs(TestPlane.Remote);

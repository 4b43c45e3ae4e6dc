using Akka.Actor;
using Akka.TestKit.Xunit2;
using Sfu.Actors.Bridge;
using Sfu.Actors.Hosting;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Server;
using Sfu.Actors.Transports;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>Sockets of a transport's own server can fail before the server's actor has seen what it was made for.</summary>
public sealed class PrivateServerFailureSpecs : TestKit, IAsyncLifetime
{
    private static readonly ListenInfo _listen = new(TransportProtocol.Udp, "127.0.0.1", null, 0);

    private readonly FakeMediaPlane _media = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Sys.Terminate();
        await _media.DisposeAsync();
    }

    [Fact]
    public async Task Who_asked_hears_why_and_the_server_ends()
    {
        var handle = _media.NewServerHandle();
        var context = new NodeContext(_media, SfuConfiguration.Parse("").Options, new RouterOrtc(new SeededRandom(1)));
        var server = Watch(Sys.ActorOf(WebRtcServerActor.Props(
            context, new ServerId("own"), handle, new ServerSettings([_listen]), new ClosingSignal(), isPrivate: true)));
        server.Tell(new MediaEvents.ServerClosed(handle, new MediaError(MediaErrorCode.System, "The port is in use.")));

        var branch = CreateTestProbe();
        var router = new RouterId("room");
        var transport = TransportId.New();
        var open = new BranchProtocol.OpenTransport(
            1,
            router,
            ActorRefs.Nobody,
            new RouterSetup(DefaultMediaCodecs.Value, true, JsonText.EmptyObject),
            [],
            transport,
            new WebRtcTransportOptions { ListenInfos = [_listen] },
            null,
            null);
        server.Tell(new TransportCommands.CreateTransport(open, branch, new ClosingSignal()), TestActor);

        var rejected = await ExpectMsgAsync<Rejected>(TestNode.Patience);
        Assert.Equal(new SfuError(SfuErrorCode.Unavailable, "The port is in use."), rejected.Error);
        Assert.Equal(
            new BranchProtocol.TransportEnded(router, transport, CloseReason.ListenServerClosed),
            await branch.ExpectMsgAsync<BranchProtocol.TransportEnded>(TestNode.Patience));
        await ExpectTerminatedAsync(server, TestNode.Patience);
    }
}

using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

[Collection(nameof(ActorsCollection))]
public sealed class NodeStartSpecs
{
    [Fact]
    public async Task A_node_is_ready_with_the_ports_that_it_got()
    {
        await using var node = await TestNode.StartAsync();
        var ready = await node.AskNodeAsync<NodeProtocol.NodeReady>(new NodeProtocol.WhenReady(5));
        Assert.Equal(5, ready.RequestId);
        Assert.NotEqual(0, Assert.Single(ready.Bound).Port);
    }

    [Fact]
    public async Task A_node_that_cannot_listen_says_why()
    {
        var media = new FakeMediaPlane();
        media.Fail(nameof(IMediaPlane.OpenServer), MediaErrorCode.System);
        await using var node = await TestNode.StartAsync(media: media);
        var failed = await node.AskNodeAsync<NodeProtocol.NodeFailed>(new NodeProtocol.WhenReady(1));
        Assert.Equal(SfuErrorCode.Unavailable, failed.Error.Code);
        Assert.Contains("OpenServer", failed.Error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transport_that_is_asked_for_before_the_server_listens_waits_for_it()
    {
        var media = new FakeMediaPlane();
        var opening = media.Hold();
        await using var node = await TestNode.StartAsync(media: media);
        var alice = node.Client("early", "alice");
        await alice.CapabilitiesAsync();
        alice.Ask(new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, alice.Peer, alice.Session));
        Assert.Single((await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router))).Transports);
        opening.Dispose();
        await alice.Asker.ExpectMsgAsync<TransportCreated>(TestNode.Patience);
    }
}

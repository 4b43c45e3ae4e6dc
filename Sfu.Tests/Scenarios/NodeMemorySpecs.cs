using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>
/// What things hold in both worlds together: actors, the Router's books and the media plane's objects. Transports are open here, but not
/// connected: what DTLS and SRTP add is a part of <see cref="Loopback.MemorySpecs"/>.
/// </summary>
[Collection(nameof(MemoryCollection))]
public sealed class NodeMemorySpecs
{
    private const int Count = 300;

    [Fact]
    public async Task Transports_producers_and_consumers_are_small_in_both_worlds()
    {
        await using var node = await TestNode.StartWithSocketsAsync(
            """sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = "127.0.0.1", announced-address = "", port = 0 } ]""");
        var client = node.Client("memory");
        var capabilities = await client.CapabilitiesAsync();
        var transports = new TransportId[Count];
        var producers = new ProducerId[Count];
        await CreateAllAsync(client, transports);

        var before = await HeldAsync(client);
        await CreateAllAsync(client, transports);
        var open = await HeldAsync(client);
        for (var i = 0; i < Count; i++)
        {
            producers[i] = await client.ProduceAsync(transports[i]);
        }

        var produced = await HeldAsync(client);
        for (var i = 0; i < Count; i++)
        {
            await client.AskAsync<Consumed>(client.Consume(transports[(i + 1) % Count], producers[i], capabilities));
        }

        var consumed = await HeldAsync(client);
        Assert.Fail($"{(open.Managed - before.Managed) / Count} {(produced.Managed - open.Managed) / Count} {(consumed.Managed - produced.Managed) / Count}");
        MemoryProbe.AssertMean(before, open, Count, maxManaged: 1, maxNative: 512);
        MemoryProbe.AssertMean(open, produced, Count, maxManaged: 1, maxNative: 512);
        MemoryProbe.AssertMean(produced, consumed, Count, maxManaged: 1, maxNative: 512);
    }

    private static async Task CreateAllAsync(TestClient client, TransportId[] transports)
    {
        for (var i = 0; i < transports.Length; i++)
        {
            transports[i] = (await client.TransportAsync()).TransportId;
            await client.AskAsync<TransportConnected>(new RouterProtocol.ConnectWebRtcTransport(
                client.NextRequest, client.Router, transports[i], SocketPeer.DtlsParameters));
        }
    }

    private static async Task<(long Managed, long Native)> HeldAsync(TestClient client)
    {
        await client.EventsAsync();
        return MemoryProbe.Held();
    }
}

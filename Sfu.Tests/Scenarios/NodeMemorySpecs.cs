using Sfu.Actors.Protocol;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;
using Xunit.Abstractions;

namespace Sfu.Tests.Scenarios;

/// <summary>
/// What things hold in both worlds together: actors, the Router's books, and the media plane's objects behind real sockets. The bounds are
/// the project's promise; what was measured is in Sfu.Media/README.md.
/// </summary>
[Collection(nameof(MemoryCollection))]
public sealed class NodeMemorySpecs(ITestOutputHelper output)
{
    private const int Count = 200;
    private const string Listen =
        """sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = "127.0.0.1", announced-address = "", port = 0 } ]""";

    [Fact]
    public async Task Connected_transport_holds_less_than_16_KB()
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        var round = 0;
        var (managed, native) = await MemoryProbe.MedianAsync(async () =>
        {
            var client = node.Client($"memory{++round}");
            for (var i = 0; i < Count; i++)
            {
                await ConnectAsync(client);
            }

            var more = await HeldAsync(client);
            await client.DoAsync(new RouterProtocol.CloseRouter(client.NextRequest, client.Router));
            await node.MustBeEmptyAsync(client.Router.Value);
            await client.EventsAsync();
            return MemoryProbe.Mean(MemoryProbe.Held(), more, Count);
        });

        output.WriteLine($"{managed} managed and {native} native bytes");
        Assert.True(managed > 1024 && native > 1024 && managed + native <= 16 * 1024, $"{managed} managed and {native} native bytes each.");
    }

    [Theory]
    [InlineData(MediaKind.Audio)]
    [InlineData(MediaKind.Video)]
    public async Task Producers_and_consumers_hold_less_than_3_and_4_KB(MediaKind kind)
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        var round = 0;
        var (producer, consumer) = await MemoryProbe.MedianAsync(() => MeasureMediaAsync(node.Client($"media{++round}"), kind));

        output.WriteLine($"producer {producer}, consumer {consumer} bytes");
        Assert.InRange(producer, 512, 3 * 1024);
        Assert.InRange(consumer, 512, 4 * 1024);
    }

    private static async Task<(long Producer, long Consumer)> MeasureMediaAsync(TestClient client, MediaKind kind)
    {
        var capabilities = await client.CapabilitiesAsync();
        var transports = new TransportId[Count];
        for (var i = 0; i < Count; i++)
        {
            transports[i] = (await client.TransportAsync()).TransportId;
            await client.AskAsync<TransportConnected>(
                new RouterProtocol.ConnectWebRtcTransport(client.NextRequest, client.Router, transports[i], SocketPeer.DtlsParameters));
        }

        var before = await HeldAsync(client);
        var producers = new ProducerId[Count];
        for (var i = 0; i < Count; i++)
        {
            var parameters = kind == MediaKind.Audio ? TestClient.Opus() : Vp8((uint)(5000 + (2 * i)));
            producers[i] = (await client.AskAsync<Produced>(new RouterProtocol.Produce(
                client.NextRequest, client.Router, transports[i], kind, parameters, JsonText.EmptyObject, ProducerId: null))).ProducerId;
        }

        var produced = await HeldAsync(client);
        for (var i = 0; i < Count; i++)
        {
            await client.AskAsync<Consumed>(client.Consume(transports[(i + 1) % Count], producers[i], capabilities));
        }

        var consumed = await HeldAsync(client);
        return (MemoryProbe.Mean(before, produced, Count).Managed, MemoryProbe.Mean(produced, consumed, Count).Managed);
    }

    /// <summary>As a browser says it.</summary>
    private static RtpParameters Vp8(uint ssrc) => new()
    {
        Mid = "1",
        Codecs =
        [
            new RtpCodecParameters
            {
                MimeType = "video/VP8",
                PayloadType = 96,
                ClockRate = 90_000,
                RtcpFeedback =
                [
                    new RtcpFeedback("goog-remb", ""), new RtcpFeedback("transport-cc", ""), new RtcpFeedback("ccm", "fir"),
                    new RtcpFeedback("nack", ""), new RtcpFeedback("nack", "pli"),
                ],
            },
            new RtpCodecParameters
            {
                MimeType = "video/rtx",
                PayloadType = 97,
                ClockRate = 90_000,
                Parameters = ParameterDictionary.Of(("apt", 96)),
            },
        ],
        HeaderExtensions =
        [
            new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.Mid, Id = 4 },
            new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.AbsSendTime, Id = 2 },
            new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.TransportWideCc01, Id = 3 },
            new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.VideoOrientation, Id = 13 },
        ],
        Encodings = [new RtpEncodingParameters { Ssrc = ssrc, Rtx = new RtpRtxParameters(ssrc + 1) }],
        Rtcp = new RtcpParameters { Cname = "browser" },
    };

    /// <summary>The client goes away without a word once it is connected: what stays is the node's alone.</summary>
    private static async Task ConnectAsync(TestClient client)
    {
        var created = await client.TransportAsync();
        await client.AskAsync<TransportConnected>(
            new RouterProtocol.ConnectWebRtcTransport(client.NextRequest, client.Router, created.TransportId, SocketPeer.DtlsParameters));
        using var peer = new SocketPeer(TransportProtocol.Udp);
        await peer.ConnectAsync(created.IceParameters, created.IceCandidates, created.DtlsParameters);
    }

    private static async Task<(long Managed, long Native)> HeldAsync(TestClient client)
    {
        await client.EventsAsync();
        return MemoryProbe.Held();
    }
}

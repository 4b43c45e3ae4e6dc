using System.Net;
using System.Net.Sockets;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Scenarios;

/// <summary>Plain RTP through actors and the real media plane, on real sockets.</summary>
public sealed class PlainSocketSpecs : IDisposable
{
    private const string Listen = """
        sfu.web-rtc-server.listen-infos = [{ protocol = udp, ip = "127.0.0.1", announced-address = "", port = 0 }]
        """;

    private readonly UdpClient _sender = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _receiver = new(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_packet_goes_in_at_one_transport_and_comes_out_at_another_by_a_pipe_or_without(bool? protectedPipe)
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        var alice = node.Client("plain-sockets");
        var source = await alice.PlainTransportAsync(new PlainTransportOptions(TestClient.Loopback) { Comedia = true });
        var producer = (await alice.AskAsync<Produced>(
            alice.Produce(source.TransportId) with { RtpParameters = TestClient.Opus(TestMedia.AudioSsrc) })).ProducerId;
        var bob = protectedPipe is null ? alice : node.Client("plain-sockets-far");
        if (protectedPipe is { } enableSrtp)
        {
            var pipe = new RouterProtocol.PipeToRouter(alice.NextRequest, alice.Router, producer, bob.Router, TestClient.Loopback, enableSrtp, EnableRtx: true);
            Assert.Equal(producer, (await alice.AskAsync<PipedToRouter>(pipe)).PipeProducerId);
        }

        var sink = await bob.PlainTransportAsync();
        var port = (ushort)((IPEndPoint)_receiver.Client.LocalEndPoint!).Port;
        var connected = await bob.AskAsync<PlainTransportConnected>(
            new RouterProtocol.ConnectPlainTransport(bob.NextRequest, bob.Router, sink.TransportId, "127.0.0.1", port, null, null));
        Assert.Equal((sink.Tuple.Port, port), (connected.Tuple!.LocalPort, connected.Tuple.RemotePort));
        var consumed = await bob.AskAsync<Consumed>(
            bob.Consume(sink.TransportId, producer, await bob.CapabilitiesAsync()) with { Paused = false });

        Check(await ReceiveAsync(source.Tuple.Port), consumed.RtpParameters);
        var learned = await alice.EventAsync<SessionEvents.SelectedTupleChanged>(news => news.TransportId == source.TransportId);
        Assert.Equal(((IPEndPoint)_sender.Client.LocalEndPoint!).Port, learned.Tuple!.RemotePort);

        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        if (bob != alice)
        {
            await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        }

        await node.MustBeEmptyAsync(alice.Router.Value);

        // The sockets closed with their transports: the ports are anybody's again.
        await TestNode.UntilAsync(() => Task.FromResult(IsFree(source.Tuple.Port)), () => $"port {source.Tuple.Port} is not free");
    }

    private static bool IsFree(ushort port)
    {
        try
        {
            using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            // Ours, or that of a program which has just been given it.
            return false;
        }
    }

    [Fact]
    public async Task Strangers_are_not_heard()
    {
        await using var node = await TestNode.StartWithSocketsAsync(Listen);
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var alice = node.Client("plain-strangers");
        var (source, sink) = (await alice.PlainTransportAsync(), await alice.PlainTransportAsync());
        foreach (var (transport, peer) in new[] { (source, _sender), (sink, _receiver) })
        {
            var port = (ushort)((IPEndPoint)peer.Client.LocalEndPoint!).Port;
            await alice.AskAsync<PlainTransportConnected>(
                new RouterProtocol.ConnectPlainTransport(alice.NextRequest, alice.Router, transport.TransportId, "127.0.0.1", port, null, null));
        }

        var producer = (await alice.AskAsync<Produced>(
            alice.Produce(source.TransportId) with { RtpParameters = TestClient.Opus(TestMedia.AudioSsrc) })).ProducerId;
        var consumed = await alice.AskAsync<Consumed>(
            alice.Consume(sink.TransportId, producer, await alice.CapabilitiesAsync()) with { Paused = false });
        for (ushort i = 0; i < 10; i++)
        {
            var forged = TestMedia.OpusPacket(i, 960u * i);
            forged[^1] = 0xFF;
            await stranger.SendAsync(forged, new IPEndPoint(IPAddress.Loopback, source.Tuple.Port));
        }

        // What comes by one socket comes in order: had the stranger been heard, it would have been heard first.
        Check(await ReceiveAsync(source.Tuple.Port), consumed.RtpParameters);
    }

    private static void Check(byte[] datagram, RtpParameters expected)
    {
        Assert.True(RtpPacket.TryParse(datagram, out var packet));
        Assert.Equal((expected.Codecs[0].PayloadType, expected.Encodings[0].Ssrc), (packet.PayloadType, packet.Ssrc));
        Assert.True(RtpPacket.TryParse(TestMedia.OpusPacket(0, 0), out var sent));
        Assert.True(packet.Payload.SequenceEqual(sent.Payload));
    }

    /// <summary>Sends, every few milliseconds, until something comes out.</summary>
    private async Task<byte[]> ReceiveAsync(ushort port)
    {
        using var patience = new CancellationTokenSource(TestNode.Patience);
        var receiving = _receiver.ReceiveAsync(patience.Token).AsTask();
        for (ushort sequence = 0; ; sequence++)
        {
            await _sender.SendAsync(TestMedia.OpusPacket(sequence, 960u * sequence), new IPEndPoint(IPAddress.Loopback, port), patience.Token);
            if (await Task.WhenAny(receiving, Task.Delay(20, patience.Token)) != receiving)
            {
                continue;
            }

            var datagram = (await receiving).Buffer;
            if (!RtcpPacket.IsRtcp(datagram))
            {
                return datagram;
            }

            receiving = _receiver.ReceiveAsync(patience.Token).AsTask();
        }
    }
}

using System.Text.Json;
using Sfu.Host.Signaling;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Tests.Support.Loopback;
using static System.Text.Json.JsonValueKind;

namespace Sfu.Tests.Loopback;

/// <summary>
/// The statistics that clients get have the fields of mediasoup 3.27.1, by name and type, whatever they are of. The tables are written from its type
/// declarations (<c>rtpStreamStatsTypes.d.ts</c>, <c>TransportTypes.d.ts</c> and those of the three kinds of transport): a name that ends in a question mark may be missing.
/// </summary>
public sealed class StatisticsShapeSpecs : LoopbackCall
{
    private static readonly Dictionary<string, JsonValueKind> Tuple = new()
    {
        ["localIp"] = JsonValueKind.String,
        ["localAddress"] = JsonValueKind.String,
        ["localPort"] = Number,
        ["remoteIp?"] = JsonValueKind.String,
        ["remotePort?"] = Number,
        ["protocol"] = JsonValueKind.String,
    };

    private static readonly Dictionary<string, JsonValueKind> Stream = new()
    {
        ["type"] = JsonValueKind.String,
        ["timestamp"] = Number,
        ["ssrc"] = Number,
        ["rtxSsrc?"] = Number,
        ["rid?"] = JsonValueKind.String,
        ["kind"] = JsonValueKind.String,
        ["mimeType"] = JsonValueKind.String,
        ["packetsLost"] = Number,
        ["fractionLost"] = Number,
        ["jitter"] = Number,
        ["packetsDiscarded"] = Number,
        ["packetsRetransmitted"] = Number,
        ["packetsRepaired"] = Number,
        ["nackCount"] = Number,
        ["nackPacketCount"] = Number,
        ["pliCount"] = Number,
        ["firCount"] = Number,
        ["roundTripTime?"] = Number,
        ["rtxPacketsDiscarded?"] = Number,
        ["score"] = Number,
        ["packetCount"] = Number,
        ["byteCount"] = Number,
        ["bitrate"] = Number,
    };

    private static readonly Dictionary<string, JsonValueKind> Received = new(Stream)
    {
        ["bitrateByLayer"] = JsonValueKind.Object,

        // Not of mediasoup.
        ["keyFrameCount"] = Number,
    };

    private static readonly Dictionary<string, JsonValueKind> Transport = new()
    {
        ["transportId"] = JsonValueKind.String,
        ["type"] = JsonValueKind.String,
        ["timestamp"] = Number,
        ["sctpState?"] = JsonValueKind.String,
        ["bytesReceived"] = Number,
        ["recvBitrate"] = Number,
        ["bytesSent"] = Number,
        ["sendBitrate"] = Number,
        ["rtpBytesReceived"] = Number,
        ["rtpRecvBitrate"] = Number,
        ["rtpBytesSent"] = Number,
        ["rtpSendBitrate"] = Number,
        ["rtxBytesReceived"] = Number,
        ["rtxRecvBitrate"] = Number,
        ["rtxBytesSent"] = Number,
        ["rtxSendBitrate"] = Number,
        ["probationBytesSent"] = Number,
        ["probationSendBitrate"] = Number,
        ["availableOutgoingBitrate?"] = Number,
        ["availableIncomingBitrate?"] = Number,
        ["maxIncomingBitrate?"] = Number,
        ["maxOutgoingBitrate?"] = Number,
        ["minOutgoingBitrate?"] = Number,
        ["rtpPacketLossReceived?"] = Number,
        ["rtpPacketLossSent?"] = Number,
    };

    private static readonly Dictionary<string, JsonValueKind> WebRtc = new(Transport)
    {
        ["iceRole"] = JsonValueKind.String,
        ["iceState"] = JsonValueKind.String,
        ["iceSelectedTuple?"] = JsonValueKind.Object,
        ["dtlsState"] = JsonValueKind.String,
    };

    private static readonly Dictionary<string, JsonValueKind> Plain = new(Transport)
    {
        ["rtcpMux"] = True,
        ["comedia"] = True,
        ["tuple"] = JsonValueKind.Object,
        ["rtcpTuple?"] = JsonValueKind.Object,
    };

    private static readonly Dictionary<string, JsonValueKind> Pipe = new(Transport)
    {
        ["tuple"] = JsonValueKind.Object,
    };

    [Fact]
    public void Of_producers_and_consumers()
    {
        var source = new SimulcastSource(World, Publisher);
        var video = Subscriber.Consume(source.Producer, SimulcastSource.Consumer());
        var sound = Publisher.Produce(TestMedia.Audio());
        var heard = Subscriber.Consume(sound, TestMedia.AudioConsumer());
        source.Send(50);
        Publisher.SendRtp(TestMedia.OpusPacket(1, 960));
        World.Run(TimeSpan.FromSeconds(1));

        foreach (var producer in new[] { source.Producer, sound })
        {
            World.Command(directory => directory.GetProducerStats(Publisher.Transport, 9, producer));
            Assert.All(Entries(Publisher.Events), entry => Check(entry, Received));
        }

        foreach (var consumer in new[] { video, heard })
        {
            World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 9, consumer));
            var entries = Entries(Subscriber.Events);
            Assert.Equal(["outbound-rtp", "inbound-rtp"], entries.Select(static entry => entry.GetProperty("type").GetString()));
            Check(entries[0], Stream);
            Check(entries[1], Received);
        }
    }

    [Fact]
    public void Of_a_WebRtcTransport()
    {
        World.Command(Publisher.Transport, static home => home.ReportStats(9));
        var entry = Assert.Single(Entries(Publisher.Events));
        Check(entry, WebRtc);
        Assert.Equal("webrtc-transport", entry.GetProperty("type").GetString());
        Assert.Equal(("controlled", "completed", "connected"), (Text(entry, "iceRole"), Text(entry, "iceState"), Text(entry, "dtlsState")));
        var tuple = entry.GetProperty("iceSelectedTuple");
        Check(tuple, Tuple);
        Assert.Equal(("127.0.0.1", 5000, "udp"), (Text(tuple, "localAddress"), tuple.GetProperty("localPort").GetInt32(), Text(tuple, "protocol")));
        Assert.Equal(("10.0.0.1", (int)Publisher.Local.Port), (Text(tuple, "remoteIp"), tuple.GetProperty("remotePort").GetInt32()));
        Check(Stats(World.NewPeer()), WebRtc);
    }

    [Fact]
    public void Of_a_PlainTransport()
    {
        var events = new RecordingTransportEvents();
        var transport = World.NewTransport();
        var settings = new PlainTransportSettings(new ListenInfo(TransportProtocol.Udp, "127.0.0.1", "203.0.113.7", 0)) { RtcpMux = false };
        World.Command(directory => directory.OpenPlainTransport(transport, settings, events));
        World.Command(transport, static home => home.ReportStats(9));
        var before = Assert.Single(Entries(events));
        Check(before, Plain);
        Assert.Equal("plain-rtp-transport", Text(before, "type"));
        Assert.Equal((False, False), (before.GetProperty("rtcpMux").ValueKind, before.GetProperty("comedia").ValueKind));
        Assert.Equal("203.0.113.7", Text(before.GetProperty("tuple"), "localAddress"));
        Assert.False(before.GetProperty("tuple").TryGetProperty("remoteIp", out _));

        World.Command(transport, static home => home.ConnectPlain(1, new PlainRemote("10.0.0.9", 7000, 7001)));
        World.Command(transport, static home => home.ReportStats(9));
        var after = Assert.Single(Entries(events));
        Check(after, Plain);
        foreach (var (name, port) in new[] { ("tuple", 7000), ("rtcpTuple", 7001) })
        {
            Check(after.GetProperty(name), Tuple);
            Assert.Equal(("203.0.113.7", "10.0.0.9", port), (Text(after.GetProperty(name), "localAddress"), Text(after.GetProperty(name), "remoteIp"), after.GetProperty(name).GetProperty("remotePort").GetInt32()));
            Assert.Equal(before.GetProperty(name).GetProperty("localPort").GetInt32(), after.GetProperty(name).GetProperty("localPort").GetInt32());
        }
    }

    [Fact]
    public void Of_an_end_of_a_pipe_and_what_crosses_it()
    {
        var source = new SimulcastSource(World, Publisher);
        source.Send(5);
        var pipe = new PipePair(World);
        var far = pipe.Pipe(source.Producer, MediaKind.Video, SimulcastSource.Consumable);
        var consumer = Subscriber.Consume(far, SimulcastSource.Consumer());
        source.Send(50);
        World.Command(pipe.Near, static home => home.ReportStats(9));
        var entry = Assert.Single(Entries(pipe.NearEvents));
        Check(entry, Pipe);
        Check(entry.GetProperty("tuple"), Tuple);
        World.Command(directory => directory.GetProducerStats(pipe.Far, 9, far));
        Assert.All(Entries(pipe.FarEvents), crossed => Check(crossed, Received));
        var crossing = default(ConsumerHandle);
        World.Command(pipe.Near, home => crossing = home.Egress.Consumers[0].Handle);
        World.Command(directory => directory.GetConsumerStats(pipe.Near, 9, crossing));
        Check(Assert.Single(Entries(pipe.NearEvents)), Stream);
        World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 9, consumer));
        Assert.Equal(2, Entries(Subscriber.Events).Length);
    }

    private JsonElement Stats(LoopbackPeer peer)
    {
        World.Command(peer.Transport, static home => home.ReportStats(9));
        return Assert.Single(Entries(peer.Events));
    }

    /// <summary>As a client gets them; a transport's actor gives it its id.</summary>
    private static JsonElement[] Entries(RecordingTransportEvents events)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            SignalingJson.Stats(writer, [.. events.Stats.Select(static stats => stats is TransportStats own ? own with { TransportId = "t" } : stats)]);
        }

        return [.. JsonDocument.Parse(json.ToArray()).RootElement.EnumerateArray()];
    }

    private static void Check(JsonElement entry, Dictionary<string, JsonValueKind> fields)
    {
        var kinds = entry.EnumerateObject().ToDictionary(static field => field.Name, static field => field.Value.ValueKind == False ? True : field.Value.ValueKind);
        foreach (var (name, kind) in fields)
        {
            var isOptional = name.EndsWith('?');
            if (kinds.Remove(name.TrimEnd('?'), out var found) || !isOptional)
            {
                Assert.True(found == kind, $"{name} is {found} in {entry}.");
            }
        }

        Assert.True(kinds.Count == 0, $"No fields of mediasoup: {string.Join(", ", kinds.Keys)} in {entry}.");
    }

    private static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();
}

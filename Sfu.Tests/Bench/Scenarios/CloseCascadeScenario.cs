using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Media.Ortc;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// Transports with a Producer and a Consumer each, made by messages to the actors of a node in this process, over the real media plane. How
/// fast they come into being, and how fast a closing server or Router takes them down, until both worlds' dumps are empty.
/// </summary>
internal sealed class CloseCascadeScenario : IScenario
{
    private const int TransportsPerRoom = 10;
    private const int AsksAtOnce = 1000;
    private const int WarmUpTransports = 1000;

    private static readonly Metric s_created = new("transports made", "/s", 0);
    private static readonly Metric s_produced = new("producers made", "/s", 0);
    private static readonly Metric s_consumed = new("consumers made", "/s", 0);
    private static readonly Metric s_answer = new("close, request to answer", "ms", 1);
    private static readonly Metric s_empty = new("close, request to empty dumps", "ms", 1);
    private static readonly Metric s_each = new("close, per transport", "µs", 2);

    private static readonly DtlsParameters s_dtls = new() { Role = DtlsRole.Client, Fingerprints = [new DtlsFingerprint("sha-256", Fingerprint())] };

    public string Name => "close-cascade";

    public string Description => "1,000 to 10,000 transports with a producer and a consumer each: made, and closed by server and by Router";

    public async Task RunAsync(BenchContext context)
    {
        IReadOnlyList<int> usual = context.Options.Quick ? [500, 1000] : [1000, 2000, 4000, 8000, 10_000];
        var sizes = context.Options.Subscribers.Count > 0 ? context.Options.Subscribers : usual;
        foreach (var byRouter in (bool[])[false, true])
        {
            foreach (var size in sizes)
            {
                for (var run = 0; run < context.Options.Runs && context.WithNode; run++)
                {
                    var label = string.Create(CultureInfo.InvariantCulture, $"{size} transports, {(byRouter ? "CloseRouter" : "CloseServer")}");
                    context.Report.Add(new Case(Name, Case.Node, label), await MeasureAsync(context, size, byRouter));
                }
            }
        }
    }

    private static async Task<Measurement> MeasureAsync(BenchContext context, int size, bool byRouter)
    {
        await using var node = await InProcessNode.StartAsync(context.Options.NodeSettings);

        // What is compiled first, in either process, is not what is measured.
        await MeasureAsync(node, "warm-up", WarmUpTransports, byRouter: true, new Measurement());
        var measurement = new Measurement();
        await MeasureAsync(node, "room", size, byRouter, measurement);
        return measurement;
    }

    private static async Task MeasureAsync(InProcessNode node, string prefix, int size, bool byRouter, Measurement measurement)
    {
        var perRoom = byRouter ? size : TransportsPerRoom;
        var rooms = Enumerable.Range(0, size / perRoom).Select(i => new RouterId($"{prefix}{i}")).ToArray();
        var capabilities = (await AskAllAsync(
            rooms.Select<RouterId, Func<Task<RouterRtpCapabilities>>>(room => () => node.AskAsync<RouterRtpCapabilities>(new RouterProtocol.GetRouterRtpCapabilities(0, room)))))[0].RtpCapabilities;

        var watch = Stopwatch.StartNew();
        var transports = await AskAllAsync(Enumerable.Range(0, size).Select<int, Func<Task<TransportCreated>>>(i => () =>
            node.AskAsync<TransportCreated>(new RouterProtocol.CreateWebRtcTransport(0, rooms[i / perRoom], WebRtcTransportOptions.Default, null, null))));
        measurement.Add(s_created, size / watch.Elapsed.TotalSeconds);

        await AskAllAsync(transports.Select<TransportCreated, Func<Task<TransportConnected>>>((transport, i) => () =>
            node.AskAsync<TransportConnected>(new RouterProtocol.ConnectWebRtcTransport(0, rooms[i / perRoom], transport.TransportId, s_dtls))));
        watch.Restart();
        var producers = await AskAllAsync(transports.Select<TransportCreated, Func<Task<Produced>>>((transport, i) => () =>
            node.AskAsync<Produced>(new RouterProtocol.Produce(0, rooms[i / perRoom], transport.TransportId, MediaKind.Audio, Opus((uint)(i + 1)), JsonText.EmptyObject))));
        measurement.Add(s_produced, size / watch.Elapsed.TotalSeconds);

        watch.Restart();
        await AskAllAsync(transports.Select<TransportCreated, Func<Task<Consumed>>>((transport, i) => () =>
        {
            // Each gets its neighbor's.
            var room = i / perRoom;
            var neighbor = producers[(room * perRoom) + ((i + 1 - (room * perRoom)) % perRoom)];
            return node.AskAsync<Consumed>(new RouterProtocol.Consume(
                0, rooms[room], transport.TransportId, neighbor.ProducerId, capabilities, Paused: false, JsonText.EmptyObject));
        }));
        measurement.Add(s_consumed, size / watch.Elapsed.TotalSeconds);

        await CloseAsync(node, byRouter ? rooms[0] : null, size, measurement);
    }

    private static async Task CloseAsync(InProcessNode node, RouterId? router, int size, Measurement measurement)
    {
        var dump = await node.DumpAsync();
        if (dump.Media.Transports.Length != size || dump.Media.Transports.Any(static transport => transport.Producers.Length != 1 || transport.Consumers.Length != 1))
        {
            throw new InvalidOperationException("Not every transport has its Producer and its Consumer.");
        }

        GC.Collect();
        var watch = Stopwatch.StartNew();
        if (router is { } id)
        {
            await node.AskAsync<Done>(new RouterProtocol.CloseRouter(0, id));
        }
        else
        {
            await node.Node.Ask<Done>(new NodeProtocol.CloseServer(0, dump.Servers[0].ServerId), TimeSpan.FromSeconds(60));
        }

        measurement.Add(s_answer, watch.Elapsed.TotalMilliseconds);
        while (!IsEmpty(await node.DumpAsync()))
        {
            await Task.Delay(1);
        }

        measurement.Add(s_empty, watch.Elapsed.TotalMilliseconds);
        measurement.Add(s_each, watch.Elapsed.TotalMicroseconds / size);
    }

    /// <summary>Routers without transports may linger.</summary>
    private static bool IsEmpty(NodeProtocol.NodeDump dump) => dump.Media.HasNoTransports
        && dump.Servers.All(static server => server.Transports.IsEmpty)
        && dump.Branches.All(static branch => branch.Transports.IsEmpty);

    private static async Task<ImmutableArray<T>> AskAllAsync<T>(IEnumerable<Func<Task<T>>> asks)
    {
        var answers = ImmutableArray.CreateBuilder<T>();
        foreach (var chunk in asks.Chunk(AsksAtOnce))
        {
            answers.AddRange(await Task.WhenAll(chunk.Select(static ask => ask())));
        }

        return answers.ToImmutable();
    }

    private static RtpParameters Opus(uint ssrc) => new()
    {
        Codecs = [new RtpCodecParameters { MimeType = "audio/opus", PayloadType = 111, ClockRate = 48_000, Channels = 2 }],
        Encodings = [new RtpEncodingParameters { Ssrc = ssrc }],
        Rtcp = new RtcpParameters { Cname = "bench" },
    };

    private static string Fingerprint() => string.Join(':', Enumerable.Repeat("AB", 32));
}

using System.Text.Json;
using Sfu.Bench.Load;

namespace Sfu.Bench.Signaling;

/// <summary>One client of a room: signalling here, media on a <see cref="LoadPeer"/>.</summary>
internal sealed class Participant : IAsyncDisposable
{
    // Given.
    private readonly LoadPeer _load;
    private readonly Publications _publications;

    // Owned.
    private readonly TaskCompletionSource<LoadTransport> _receiving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProtooClient _signaling = null!;

    // State.
    private int _consumers;

    private Participant(LoadPeer load, Publications publications)
    {
        _load = load;
        _publications = publications;
    }

    public ClientCapabilities Capabilities { get; private set; } = null!;

    /// <summary>Consumers that the server has announced and that this client has prepared for.</summary>
    public int ConsumerCount => Volatile.Read(ref _consumers);

    /// <summary>Opens the session.</summary>
    /// <param name="address">Of the signalling, with room and peer.</param>
    /// <param name="load">Where its transports live.</param>
    /// <param name="publications">What is published in its room.</param>
    /// <param name="capabilities">Known already from another client of a like Router; null: asked for.</param>
    public static async Task<Participant> EnterAsync(Uri address, LoadPeer load, Publications publications, ClientCapabilities? capabilities = null)
    {
        var participant = new Participant(load, publications);
        participant._signaling = await ProtooClient.ConnectAsync(address, participant.OnRequestAsync);
        participant.Capabilities = capabilities ?? ClientCapabilities.Of(await participant._signaling.RequestAsync("getRouterRtpCapabilities", "{}"));
        return participant;
    }

    /// <param name="consuming">Whether it wants what others publish.</param>
    public Task JoinAsync(bool consuming) => _signaling.RequestAsync(
        "join", $$"""{"displayName":"load","device":{}{{(consuming ? $",\"rtpCapabilities\":{Capabilities.Json}" : "")}}}""");

    /// <summary>Asks for a transport and leaves it at that: neither ICE nor DTLS.</summary>
    public async Task<JsonElement> CreateIdleTransportAsync(bool producing = false, bool consuming = false, bool tcp = false) =>
        await _signaling.RequestAsync(
            "createWebRtcTransport", $$"""{"forceTcp":{{Text(tcp)}},"producing":{{Text(producing)}},"consuming":{{Text(consuming)}}}""");

    /// <summary>A transport with keys. Returns it and its id.</summary>
    public async Task<(LoadTransport Transport, string Id)> CreateTransportAsync(bool producing = false, bool consuming = false, bool tcp = false)
    {
        var transport = _load.CreateTransport();
        if (consuming)
        {
            _receiving.TrySetResult(transport);
        }

        var answer = await CreateIdleTransportAsync(producing, consuming, tcp);
        var id = answer.GetProperty("id").GetString()!;
        var connected = transport.ConnectAsync(RemoteEnd.Of(answer, tcp));
        var fingerprint = LoadPeer.Fingerprint;
        await _signaling.RequestAsync(
            "connectWebRtcTransport",
            $$$"""{"transportId":"{{{id}}}","dtlsParameters":{"role":"client","fingerprints":[{"algorithm":"{{{fingerprint.Algorithm}}}","value":"{{{fingerprint.Value}}}"}]}}""");
        await connected.WaitAsync(TimeSpan.FromSeconds(60));
        return (transport, id);
    }

    /// <summary>Publishes one track, of one or several encodings.</summary>
    public async Task<string> PublishAsync(LoadTransport transport, string transportId, params IReadOnlyList<SourceSettings> encodings)
    {
        var sources = new List<SourceStream>();
        foreach (var encoding in encodings)
        {
            sources.Add(await _load.PublishAsync(transport, encoding));
        }

        var id = await ProduceAsync(transportId, encodings);
        _publications.Add(id, sources);
        return id;
    }

    /// <summary>Publishes a track of which nothing is sent.</summary>
    public async Task AnnounceAsync(LoadTransport transport, string transportId, SourceSettings encoding) =>
        _publications.Add(await ProduceAsync(transportId, [encoding]), [new SourceStream(transport, encoding)]);

    private async Task<string> ProduceAsync(string transportId, IReadOnlyList<SourceSettings> encodings) =>
        (await _signaling.RequestAsync("produce", ProduceRequest.Json(transportId, encodings))).GetProperty("id").GetString()!;

    public ValueTask DisposeAsync() => _signaling.DisposeAsync();

    private static string Text(bool value) => value ? "true" : "false";

    private async Task OnRequestAsync(string method, JsonElement data)
    {
        if (method != "newConsumer")
        {
            return;
        }

        var encoding = data.GetProperty("rtpParameters").GetProperty("encodings")[0];
        var ssrc = encoding.GetProperty("ssrc").GetUInt32();
        if (_receiving.Task.IsCompleted)
        {
            var encodings = await _publications.GetAsync(data.GetProperty("producerId").GetString()!);
            await _load.SubscribeAsync(await _receiving.Task, new SinkStream(ssrc, encodings));
        }

        Interlocked.Increment(ref _consumers);
    }
}

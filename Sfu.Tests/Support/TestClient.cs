using Akka.Actor;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Support;

/// <summary>One participant of a scenario. Answers come to one probe, events to another, so that each can be counted.</summary>
public sealed class TestClient(TestNode node, RouterId router, PeerId peer, TestProbe asker, TestProbe session)
{
    private static readonly DtlsParameters _dtls = new() { Role = DtlsRole.Client, Fingerprints = [new DtlsFingerprint("sha-256", "CC:DD")] };
    private static uint _ssrc = 1000;
    private long _requests;
    private long _awaitedAtMost; // Requests up to this one may be answered late, or never.

    /// <summary>Any UDP port of the loopback address.</summary>
    public static ListenInfo Loopback { get; } = new(TransportProtocol.Udp, "127.0.0.1", null, 0);

    public RouterId Router => router;

    public PeerId Peer => peer;

    public IActorRef Session => session.Ref;

    public TestProbe SessionProbe => session;

    public TestProbe Asker => asker;

    public long NextRequest => ++_requests;

    public static RtpParameters Opus(uint? ssrc = null, string? mid = null) => new()
    {
        Mid = mid,
        Codecs = [new RtpCodecParameters { MimeType = "audio/opus", PayloadType = 111, ClockRate = 48_000, Channels = 2 }],
        Encodings = [new RtpEncodingParameters { Ssrc = ssrc ?? Interlocked.Increment(ref _ssrc) }],
        Rtcp = new RtcpParameters { Cname = "cname" },
    };

    /// <summary>Three encodings of three temporal layers, as a browser sends simulcast.</summary>
    public static RtpParameters Simulcast() => new()
    {
        Mid = null,
        Codecs =
        [
            new RtpCodecParameters { MimeType = "video/VP8", PayloadType = 96, ClockRate = 90_000 },
            new RtpCodecParameters { MimeType = "video/rtx", PayloadType = 97, ClockRate = 90_000, Parameters = ParameterDictionary.Of(("apt", 96)) },
        ],
        HeaderExtensions =
        [
            new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.Mid, Id = 4 },
            new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.RtpStreamId, Id = 5 },
        ],
        Encodings =
        [
            new RtpEncodingParameters { Rid = "r0", ScalabilityMode = "L1T3" },
            new RtpEncodingParameters { Rid = "r1", ScalabilityMode = "L1T3" },
            new RtpEncodingParameters { Rid = "r2", ScalabilityMode = "L1T3" },
        ],
        Rtcp = new RtcpParameters { Cname = "cname" },
    };

    /// <summary>Sends to the shard region and awaits the one answer.</summary>
    public Task<TReply> AskAsync<TReply>(IRouterMessage message)
    {
        node.Region.Tell(message, asker.Ref);
        return AnswerAsync<TReply>();
    }

    /// <summary>The next answer but late ones, see <see cref="AnswerWithinAsync"/>.</summary>
    public async Task<TReply> AnswerAsync<TReply>()
    {
        while (true)
        {
            var answer = await asker.ExpectMsgAsync<object>(TestNode.Patience);
            if (answer is not IReply reply || reply.RequestId > _awaitedAtMost)
            {
                return Assert.IsAssignableFrom<TReply>(answer);
            }
        }
    }

    /// <summary>Sends to the shard region; see <see cref="AnswerWithinAsync"/>.</summary>
    public void Ask(IRouterMessage message) => node.Region.Tell(message, asker.Ref);

    /// <summary>The newest answer of this type that comes within the time, or default: what is asked while a Router moves may get lost, or be answered late.</summary>
    public async Task<TReply?> AnswerWithinAsync<TReply>(TimeSpan time)
        where TReply : class
    {
        _awaitedAtMost = _requests;
        var answer = await asker.ReceiveOneAsync(time) as TReply;
        while (asker.HasMessages)
        {
            answer = await asker.ReceiveOneAsync(time) as TReply ?? answer;
        }

        return answer;
    }

    public async Task<SfuErrorCode> RejectedAsync(IRouterMessage message) => (await AskAsync<Rejected>(message)).Error.Code;

    public async Task<RtpCapabilities> CapabilitiesAsync() =>
        (await AskAsync<RouterRtpCapabilities>(new RouterProtocol.GetRouterRtpCapabilities(NextRequest, router))).RtpCapabilities;

    public Task<PeerAttached> AttachAsync(RtpCapabilities? capabilities = null) => AskAsync<PeerAttached>(new PeerProtocol.AttachPeer(
        NextRequest, router, peer, peer.Value, JsonText.EmptyObject, JsonText.EmptyObject, session.Ref, capabilities));

    /// <summary>As a session does that may have missed something.</summary>
    public PeerProtocol.AttachPeer AttachAgain(string name) =>
        new(NextRequest, router, peer, name, JsonText.EmptyObject, JsonText.EmptyObject, session.Ref, RtpCapabilities: null, Again: true);

    public Task<TransportCreated> TransportAsync(WebRtcTransportOptions? options = null) => AskAsync<TransportCreated>(
        new RouterProtocol.CreateWebRtcTransport(NextRequest, router, options ?? WebRtcTransportOptions.Default, peer, session.Ref));

    /// <summary>On any port of the loopback address, unless the options say otherwise.</summary>
    public Task<PlainTransportCreated> PlainTransportAsync(PlainTransportOptions? options = null) => AskAsync<PlainTransportCreated>(
        new RouterProtocol.CreatePlainTransport(NextRequest, router, options ?? new PlainTransportOptions(Loopback), peer, session.Ref));

    /// <summary>An end of a pipe.</summary>
    public Task<PlainTransportCreated> PipeTransportAsync(PipeTransportOptions? options = null) => AskAsync<PlainTransportCreated>(
        new RouterProtocol.CreatePipeTransport(NextRequest, router, options ?? new PipeTransportOptions(Loopback), session.Ref));

    public RouterProtocol.ConnectWebRtcTransport Connect(TransportId transport) => new(NextRequest, router, transport, _dtls);

    public RouterProtocol.Produce Produce(TransportId transport, ProducerId? id = null) =>
        new(NextRequest, router, transport, MediaKind.Audio, Opus(), JsonText.EmptyObject, ProducerId: id);

    public RouterProtocol.Consume Consume(TransportId transport, ProducerId producer, RtpCapabilities? capabilities = null, ConsumerId? id = null) =>
        new(NextRequest, router, transport, producer, capabilities, Paused: true, JsonText.EmptyObject, id);

    public async Task<TransportId> ConnectedTransportAsync(WebRtcTransportOptions? options = null)
    {
        var created = await TransportAsync(options);
        await AskAsync<TransportConnected>(Connect(created.TransportId));
        return created.TransportId;
    }

    public async Task<ProducerId> ProduceAsync(TransportId transport) => (await AskAsync<Produced>(Produce(transport))).ProducerId;

    public async Task<ConsumerId> ConsumeAsync(TransportId transport, ProducerId producer) =>
        (await AskAsync<Consumed>(Consume(transport, producer, await CapabilitiesAsync()))).ConsumerId;

    /// <summary>Publishes <see cref="Simulcast"/>.</summary>
    public async Task<ProducerId> ProduceSimulcastAsync(TransportId transport) => (await AskAsync<Produced>(
        new RouterProtocol.Produce(NextRequest, router, transport, MediaKind.Video, Simulcast(), JsonText.EmptyObject))).ProducerId;

    public Task<Done> DoAsync(IRouterMessage message) => AskAsync<Done>(message);

    /// <summary>The session ends, and with it what it owns.</summary>
    public Task EndSessionAsync() => session.Ref.GracefulStop(TestNode.Patience);

    /// <summary>The next event of this kind; others before it are skipped.</summary>
    public async Task<TEvent> EventAsync<TEvent>(Predicate<TEvent>? which = null)
        where TEvent : ISessionEvent =>
        (TEvent)await session.FishForMessageAsync<ISessionEvent>(message => message is TEvent found && (which is null || which(found)), TestNode.Patience);

    private Task PassThroughNodeAsync() => node.CarriesMedia ? node.DumpAsync() : Task.CompletedTask;

    /// <summary>Everything that has come and not been looked at, once nothing more is on its way.</summary>
    public async Task<IReadOnlyList<ISessionEvent>> EventsAsync()
    {
        // The dump passes through Router, branches and servers behind whatever they still have to tell.
        await PassThroughNodeAsync();
        await AskAsync<RouterDump>(new RouterProtocol.DumpRouter(NextRequest, router));
        await PassThroughNodeAsync();
        var events = new List<ISessionEvent>();
        while (session.HasMessages)
        {
            events.Add(await session.ExpectMsgAsync<ISessionEvent>());
        }

        return events;
    }
}

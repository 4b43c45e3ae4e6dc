using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Sfu.Actors.Protocol;
using Sfu.Host.Signaling;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Host;

/// <summary>
/// A session between a fake client and a probe that stands for the shard region. Its time passes only where a spec lets it pass, or waits for what
/// comes later.
/// </summary>
public abstract class SignalingHarness : TestKit
{
    private protected static readonly RouterId s_room = new("room");
    private protected static readonly PeerId s_me = new("me");
    private protected static readonly PeerInfo s_bob = new(new PeerId("bob"), "Bob", new JsonText("""{"name":"x"}"""), JsonText.EmptyObject);

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);

    /// <summary>That a spec waits for anything, of the session's time.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    private protected readonly TestProbe _router;
    private protected readonly IActorRef _gateway;
    private readonly List<FakeConnection> _clients = [];
    private protected long _lastId;

    protected SignalingHarness()
        : this(Options)
    {
    }

    private protected SignalingHarness(SignalingOptions options)
        : base($"akka.loglevel = WARNING\n{VirtualScheduler.Setting}")
    {
        _router = CreateTestProbe("router");
        _gateway = Sys.ActorOf(SignalingGatewayActor.Props(_router, options));
    }

    private VirtualScheduler Time => (VirtualScheduler)Sys.Scheduler;

    private protected static SignalingOptions Options { get; } = new()
    {
        GracePeriod = TimeSpan.FromSeconds(1.5),
        ClientAnswerTimeout = TimeSpan.FromSeconds(1),
        RouterAnswerTimeout = TimeSpan.FromSeconds(1),
        MaxTransportsPerSession = 2,
        Region = "eu",
        Zone = "a",
    };

    private protected FakeConnection NewClient()
    {
        var client = new FakeConnection();
        _clients.Add(client);
        return client;
    }

    /// <summary>Lets time pass, in steps: what is due may begin what follows.</summary>
    private protected void Later(TimeSpan time)
    {
        Settle();
        for (var left = time; left > TimeSpan.Zero; left -= s_step)
        {
            Time.Advance(left < s_step ? left : s_step);
            Settle();
        }
    }

    /// <summary>Awaits that all that has been told so far is dealt with. No time passes.</summary>
    private protected void Settle()
    {
        var done = CreateTestProbe();
        for (var round = 0; round < 2; round++)
        {
            Awaited(Sys.ActorSelection(_gateway.Path / "connections"));
            Awaited(Sys.ActorSelection(_gateway.Path));
            foreach (var session in _clients.Select(client => client.Session).OfType<IActorRef>().Distinct())
            {
                Awaited(Sys.ActorSelection(session.Path));
            }
        }

        void Awaited(ActorSelection actor)
        {
            actor.Tell(new Identify(null), done);
            done.ExpectMsg<ActorIdentity>(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>The next message of this type to the Router, however long it takes on the session's clock; what comes before it is passed over.</summary>
    private protected T Asked<T>(Predicate<T>? wanted = null)
        where T : class
    {
        T? found = null;
        Await(
            () =>
            {
                while (found is null && _router.HasMessages)
                {
                    found = _router.ReceiveOne(TimeSpan.Zero) is T message && wanted?.Invoke(message) != false ? message : null;
                }

                return found is not null;
            },
            typeof(T).Name);
        return found!;
    }

    /// <summary>As <see cref="Asked{T}"/>, and answers it.</summary>
    private protected T ReplyTo<T>(Func<T, object> answer)
        where T : class
    {
        var message = Asked<T>();
        _router.Reply(answer(message));
        return message;
    }

    /// <summary>The Router has been asked nothing that no spec has seen.</summary>
    private protected void NothingAsked()
    {
        Settle();
        Assert.False(_router.HasMessages);
    }

    /// <summary>The next message to the client, however long it takes on the session's clock.</summary>
    private protected JsonElement Next(FakeConnection client)
    {
        Await(() => client.HasMore, "a message to the client");
        return client.Next();
    }

    private void Await(Func<bool> isThere, string what)
    {
        for (var passed = TimeSpan.Zero; passed < s_longest; passed += s_step)
        {
            Settle();
            if (isThere())
            {
                return;
            }

            Time.Advance(s_step);
        }

        throw new TimeoutException($"{what} did not come in {s_longest}");
    }

    private protected FakeConnection Connect(out long id, string method = "getTransportStats", string data = """{"transportId":"none"}""")
    {
        var client = NewClient();
        id = ++_lastId;
        var first = new ProtooMessage.Request(id, method, JsonElement.Parse(data));
        _gateway.Tell(new SignalingMessages.Connect(new SessionKey(s_room, s_me), client, first));
        AwaitCondition(() => client.Session is not null);
        client.Session.Tell(new SignalingMessages.Received(client, first));
        if (method == "getTransportStats")
        {
            Error(client, id);
        }

        return client;
    }

    private protected FakeConnection WithConsumer(out JsonElement request) => WithConsumer(out request, out _);

    private protected FakeConnection WithConsumer(out JsonElement request, out string token, bool moves = false)
    {
        var client = Connect(out _);
        CreateTransport(client, "recv", consuming: true);
        token = Join(client, s_bob, Offer("p1"), moves);
        _router.Reply(Consumed(_router.ExpectMsg<RouterProtocol.Consume>(), "c1"));
        request = Next(client);
        return client;
    }

    private protected long Send(FakeConnection client, string method, string data = "{}")
    {
        var id = ++_lastId;
        SendRaw(client, $$"""{"request":true,"id":{{id}},"method":"{{method}}","data":{{data}}}""");
        return id;
    }

    private protected static void SendRaw(FakeConnection client, string text) =>
        client.Session.Tell(new SignalingMessages.Received(client, ProtooReader.Read(Encoding.UTF8.GetBytes(text))));

    private protected static void Respond(FakeConnection client, JsonElement request, bool ok) =>
        SendRaw(client, $$"""{"response":true,"id":{{request.GetProperty("id").GetInt64()}},"ok":{{(ok ? "true" : "false")}},"errorReason":"no"}""");

    private protected void Tell(FakeConnection client, ISessionEvent happened) => client.Session!.Tell(happened, _router);

    private protected JsonElement Answer(FakeConnection client, long id)
    {
        var answer = Next(client);
        Assert.True(answer.GetProperty("response").GetBoolean());
        Assert.Equal(id, answer.GetProperty("id").GetInt64());
        Assert.True(answer.GetProperty("ok").GetBoolean(), answer.GetRawText());
        return answer.GetProperty("data");
    }

    private protected (int Code, string Reason) Error(FakeConnection client, long id)
    {
        var answer = Next(client);
        Assert.Equal(id, answer.GetProperty("id").GetInt64());
        Assert.False(answer.GetProperty("ok").GetBoolean());
        return (answer.GetProperty("errorCode").GetInt32(), answer.GetProperty("errorReason").GetString()!);
    }

    private protected JsonElement Notification(FakeConnection client, string method)
    {
        var notification = Next(client);
        Assert.True(notification.GetProperty("notification").GetBoolean());
        Assert.Equal(method, notification.GetProperty("method").GetString());
        return notification.GetProperty("data");
    }

    private protected string Join(FakeConnection client, PeerInfo? peer = null, ProducerInfo? offer = null, bool moves = false)
    {
        var id = Send(
            client, "join", $$"""{"displayName":"Me","device":{},"rtpCapabilities":{"codecs":[]},"movesTransports":{{(moves ? "true" : "false")}}}""");
        var attach = _router.ExpectMsg<PeerProtocol.AttachPeer>();
        Assert.Equal(client.Session, attach.Session);
        Assert.Equal(s_me, attach.PeerId);
        ImmutableArray<PeerInfo> peers = peer is null ? [] : [peer];
        ImmutableArray<ProducerInfo> offers = offer is null ? [] : [offer];
        _router.Reply(new PeerAttached(attach.RequestId, new RtpCapabilities(), peers, offers));
        var answer = Answer(client, id);
        Assert.Equal(peers.Length, answer.GetProperty("peers").GetArrayLength());
        var voices = _router.ExpectMsg<ObserverProtocol.CreateAudioLevelObserver>();
        Assert.Equal((client.Session, 800), (voices.Subscriber, voices.Options!.IntervalMs));
        _router.Reply(new ObserverCreated(voices.RequestId, new ObserverId("voices")));
        return answer.GetProperty("resumeToken").GetString()!;
    }

    private protected void CreateTransport(FakeConnection client, string transport, bool consuming)
    {
        var id = Send(client, "createWebRtcTransport", $$"""{"consuming":{{(consuming ? "true" : "false")}}}""");
        var asked = _router.ExpectMsg<RouterProtocol.CreateWebRtcTransport>();
        Assert.Equal(client.Session, asked.Owner);
        Assert.Equal(s_me, asked.PeerId);
        _router.Reply(Created(asked.RequestId, transport));
        var answer = Answer(client, id);
        Assert.Equal(transport, answer.GetProperty("id").GetString());
        Assert.Equal("ufrag", answer.GetProperty("iceParameters").GetProperty("usernameFragment").GetString());
        Assert.Equal("192.0.2.1", answer.GetProperty("iceCandidates")[0].GetProperty("ip").GetString());
        Assert.Equal("sha-256", answer.GetProperty("dtlsParameters").GetProperty("fingerprints")[0].GetProperty("algorithm").GetString());
        if (consuming)
        {
            var trace = _router.ExpectMsg<RouterProtocol.EnableTransportTrace>();
            Assert.Equal(MediaTraceTypes.Bwe, trace.Types);
            _router.Reply(new Done(trace.RequestId));
        }
    }

    private protected TransportCreated Created(long requestId, string transport) => new(
        requestId,
        new TransportId(transport),
        _router,
        new IceParameters("ufrag", "password", true),
        [new IceCandidate("udp", 1, "192.0.2.1", "192.0.2.1", 44444, "udp", "host", null)],
        new DtlsParameters { Fingerprints = [new DtlsFingerprint("sha-256", "AA:BB")] });

    private protected static ProducerInfo Offer(string id) =>
        new(new ProducerId(id), s_bob.PeerId, MediaKind.Video, ProducerType.Simple, true, new JsonText("""{"share":1}"""));

    private protected static Consumed Consumed(RouterProtocol.Consume request, string id) => new(
        request.RequestId,
        new ConsumerId(id),
        request.ProducerId,
        s_bob.PeerId,
        MediaKind.Video,
        ConsumerType.Simple,
        new RtpParameters(),
        Paused: true,
        ProducerPaused: true,
        new JsonText("""{"share":1}"""));

    private protected static string Dtls(string transport)
    {
        var fingerprint = string.Join(':', Enumerable.Repeat("AB", 32));
        return $$$"""{"transportId":"{{{transport}}}","dtlsParameters":{"role":"auto","fingerprints":[{"algorithm":"sha-256","value":"{{{fingerprint}}}"}]}}""";
    }
}

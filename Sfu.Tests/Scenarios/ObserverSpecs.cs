using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>RtpObservers: from loudness at a media plane to who is told who speaks.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class ObserverSpecs
{
    private static readonly AudioLevelObserverOptions _quick = new(MaxEntries: 2, IntervalMs: 250);
    private static readonly ImmutableArray<byte> _loud = [.. Enumerable.Repeat((byte)20, 12)];
    private static readonly ImmutableArray<byte> _soft = [.. Enumerable.Repeat((byte)60, 12)];

    [Fact]
    public async Task Audio_level_observer_tells_who_is_loud_and_when_silence_falls()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("volumes", "alice");
        var (first, second) = (await alice.ConnectedTransportAsync(), await alice.ConnectedTransportAsync());
        var (loud, soft) = (await alice.ProduceAsync(first), await alice.ProduceAsync(second));
        var observer = await CreateAsync(alice, _quick);
        await ListenAsync(alice, observer, loud, soft);
        await SayAsync(node, 0, loud, _loud);
        await SayAsync(node, 1, soft, _soft);

        // An interval may end between the two; the one with both is what is waited for, or each is told alone.
        var told = await alice.EventAsync<ObserverEvents.VolumesMeasured>(measured => measured.ObserverId == observer);
        Assert.All(told.Volumes, volume => Assert.Equal(alice.Peer, volume.PeerId));
        Assert.Contains(told.Volumes[0].Volume, new[] { -20, -60 });
        await alice.EventAsync<ObserverEvents.SilenceFell>(silence => silence.ObserverId == observer);
    }

    [Fact]
    public async Task Active_speaker_observer_tells_who_has_the_floor()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("floor", "alice");
        var producer = await alice.ProduceAsync(await alice.ConnectedTransportAsync());
        var observer = (await alice.AskAsync<ObserverCreated>(new ObserverProtocol.CreateActiveSpeakerObserver(
            alice.NextRequest, alice.Router, new ActiveSpeakerObserverOptions(100), alice.Session))).ObserverId;
        await ListenAsync(alice, observer, producer);
        ObserverEvents.DominantSpeakerChanged? told = null;
        await TestNode.UntilAsync(
            async () =>
            {
                await SayAsync(node, 0, producer, _loud);
                told ??= (await alice.EventsAsync()).OfType<ObserverEvents.DominantSpeakerChanged>().FirstOrDefault();
                return told is not null;
            },
            () => "nobody has the floor");
        Assert.Equal((observer, producer, alice.Peer), (told!.ObserverId, told.ProducerId, told.PeerId));
    }

    [Fact]
    public async Task Loudness_is_measured_from_the_first_observer_that_wants_it_to_the_last()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("measure");
        var producer = await alice.ProduceAsync(await alice.ConnectedTransportAsync());
        var handle = await node.Media.HandleOfAsync(producer);
        var (first, second) = (await CreateAsync(alice, _quick), await CreateAsync(alice, _quick));
        await ListenAsync(alice, first, producer, producer);
        await ListenAsync(alice, second, producer);
        await alice.DoAsync(new ObserverProtocol.PauseObserver(alice.NextRequest, alice.Router, first));
        await alice.DoAsync(new ObserverProtocol.CloseObserver(alice.NextRequest, alice.Router, second));
        await alice.DoAsync(new ObserverProtocol.ResumeObserver(alice.NextRequest, alice.Router, first));
        await alice.DoAsync(new ObserverProtocol.RemoveObserverProducer(alice.NextRequest, alice.Router, first, producer));
        await alice.DoAsync(new ObserverProtocol.RemoveObserverProducer(alice.NextRequest, alice.Router, first, producer));
        await alice.EventsAsync();
        IReadOnlyList<string> noted = [];
        string[] expected = ["MeasureAudioLevels:True", "MeasureAudioLevels:False", "MeasureAudioLevels:True", "MeasureAudioLevels:False"];
        await TestNode.UntilAsync(async () => (noted = await node.Media.NotedOfAsync(handle)).Count >= expected.Length, () => string.Join(' ', noted));
        Assert.Equal(expected, noted);
    }

    [Fact]
    public async Task Who_names_an_observer_that_is_there_joins_it()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("shared", "alice");
        var bob = node.Client("shared", "bob");
        var id = new ObserverId("speaker");
        var producer = await alice.ProduceAsync(await alice.ConnectedTransportAsync());
        await alice.AskAsync<ObserverCreated>(Create(alice, _quick, id));
        Assert.Equal(id, (await bob.AskAsync<ObserverCreated>(Create(bob, null, id))).ObserverId);
        Assert.Equal(
            SfuErrorCode.AlreadyExists,
            await bob.RejectedAsync(new ObserverProtocol.CreateActiveSpeakerObserver(bob.NextRequest, bob.Router, null, null, id)));
        await ListenAsync(alice, id, producer);
        await SayAsync(node, 0, producer, _loud);
        foreach (var client in new[] { alice, bob })
        {
            Assert.Equal(producer, (await client.EventAsync<ObserverEvents.VolumesMeasured>()).Volumes.Single().ProducerId);
            await client.EventAsync<ObserverEvents.SilenceFell>();
        }

        await bob.DoAsync(new ObserverProtocol.UnsubscribeObserver(bob.NextRequest, bob.Router, id, bob.Session));
        await alice.DoAsync(new ObserverProtocol.CloseObserver(alice.NextRequest, alice.Router, id));
        Assert.Equal(CloseReason.Requested, (await alice.EventAsync<ObserverEvents.ObserverClosed>()).Reason);
        Assert.Empty((await bob.EventsAsync()).OfType<ObserverEvents.ObserverClosed>());
        Assert.Equal(SfuErrorCode.NotFound, await alice.RejectedAsync(new ObserverProtocol.PauseObserver(alice.NextRequest, alice.Router, id)));
    }

    [Fact]
    public async Task A_Producer_that_closes_is_listened_to_no_more_and_no_other_kind_ever_is()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("gone");
        var transport = await alice.ConnectedTransportAsync();
        var audio = await alice.ProduceAsync(transport);
        var video = await alice.ProduceSimulcastAsync(transport);
        var observer = await CreateAsync(alice, _quick);
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(new ObserverProtocol.AddObserverProducer(alice.NextRequest, alice.Router, observer, video)));
        await ListenAsync(alice, observer, audio);
        await alice.DoAsync(new RouterProtocol.CloseProducer(alice.NextRequest, alice.Router, audio));
        Assert.Equal(
            SfuErrorCode.NotFound,
            await alice.RejectedAsync(new ObserverProtocol.AddObserverProducer(alice.NextRequest, alice.Router, observer, audio)));
        await alice.DoAsync(new ObserverProtocol.PauseObserver(alice.NextRequest, alice.Router, observer));
    }

    [Fact]
    public async Task Observers_close_with_their_Router()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("routerclose");
        var producer = await alice.ProduceAsync(await alice.ConnectedTransportAsync());
        var observer = await CreateAsync(alice, _quick);
        await ListenAsync(alice, observer, producer);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        Assert.Equal(CloseReason.RouterClosed, (await alice.EventAsync<ObserverEvents.ObserverClosed>(closed => closed.ObserverId == observer)).Reason);
        await node.MustBeEmptyAsync("routerclose");
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("options");
        Assert.Equal(SfuErrorCode.NotFound, await alice.RejectedAsync(Create(alice, null, null)));
        await alice.CapabilitiesAsync();
        foreach (var options in new[]
        {
            new AudioLevelObserverOptions(MaxEntries: 0), new AudioLevelObserverOptions(Threshold: 1), new AudioLevelObserverOptions(Threshold: -128),
            new AudioLevelObserverOptions(IntervalMs: 249), new AudioLevelObserverOptions(IntervalMs: 5001),
        })
        {
            Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(Create(alice, options, null)));
        }

        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(new ObserverProtocol.CreateActiveSpeakerObserver(alice.NextRequest, alice.Router, new ActiveSpeakerObserverOptions(99))));
    }

    private static ObserverProtocol.CreateAudioLevelObserver Create(TestClient client, AudioLevelObserverOptions? options, ObserverId? id) =>
        new(client.NextRequest, client.Router, options, client.Session, id);

    private static async Task<ObserverId> CreateAsync(TestClient client, AudioLevelObserverOptions options) =>
        (await client.AskAsync<ObserverCreated>(Create(client, options, null))).ObserverId;

    private static async Task ListenAsync(TestClient client, ObserverId observer, params ProducerId[] producers)
    {
        foreach (var producer in producers)
        {
            await client.DoAsync(new ObserverProtocol.AddObserverProducer(client.NextRequest, client.Router, observer, producer));
        }

        // Behind this the media plane has been asked.
        await client.EventsAsync();
    }

    private static async Task SayAsync(TestNode node, int transport, ProducerId producer, ImmutableArray<byte> levels)
    {
        var handle = await node.Media.HandleOfAsync(producer);
        node.Media.Raise(transport, events => events.AudioLevelsMeasured(handle, levels));
    }
}

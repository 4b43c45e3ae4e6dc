using System.Runtime.Serialization;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Configuration;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Actors.Serialization;
using Sfu.Media.Control;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

public sealed class SerializationSpecs : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create(
        "wire",
        ConfigurationFactory.ParseString("akka { actor.provider = local\n loglevel = OFF\n stdout-loglevel = OFF }").WithFallback(SfuConfiguration.AkkaReference));

    private readonly IActorRef _actor;

    public SerializationSpecs() => _actor = _system.ActorOf(Props.Empty, "somebody");

    private Samples Samples => new(_actor);

    public static TheoryData<string> Manifests() => [.. WireManifests.Types.Keys.Order(StringComparer.Ordinal)];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_message_survives_the_wire(string manifest)
    {
        var message = Samples.Of(WireManifests.Types[manifest]);
        var serializer = Assert.IsType<SfuSerializer>(_system.Serialization.FindSerializerFor(message));
        Assert.Equal(manifest, serializer.Manifest(message));
        var bytes = serializer.ToBinary(message);
        var back = serializer.FromBinary(bytes, manifest);
        Assert.Null(Samples.Difference(message, back, message.GetType().Name));
        Assert.Equal(bytes, serializer.ToBinary(back));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void An_older_reader_skips_a_newer_member(string manifest)
    {
        var serializer = new SfuSerializer((ExtendedActorSystem)_system);
        var message = Samples.Of(WireManifests.Types[manifest]);
        var json = JsonNode.Parse(serializer.ToBinary(message))!.AsObject();
        json["aMemberOfTomorrow"] = new JsonObject { ["with"] = new JsonArray(1, "two") };
        var back = serializer.FromBinary(Encoding.UTF8.GetBytes(json.ToJsonString()), manifest);
        Assert.Null(Samples.Difference(message, back, message.GetType().Name));
    }

    [Fact]
    public void A_newer_reader_takes_the_default_for_a_member_that_an_older_writer_did_not_know()
    {
        var serializer = new SfuSerializer((ExtendedActorSystem)_system);
        var message = (RouterProtocol.Produce)Samples.Of(typeof(RouterProtocol.Produce));
        var json = JsonNode.Parse(serializer.ToBinary(message))!.AsObject();
        Assert.True(json.Remove("keyFrameRequestDelayMs") && json.Remove("producerId"));
        var back = (RouterProtocol.Produce)serializer.FromBinary(Encoding.UTF8.GetBytes(json.ToJsonString()), serializer.Manifest(message));
        Assert.Equal((0, null), (back.KeyFrameRequestDelayMs, back.ProducerId));
    }

    [Fact]
    public void Every_message_that_may_cross_nodes_has_a_manifest()
    {
        var wire = typeof(IWireMessage).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IWireMessage)) && !type.IsInterface).ToHashSet();
        Assert.Empty(wire.Except(WireManifests.Types.Values).Select(type => type.FullName));
        Assert.Empty(WireManifests.Types.Values.Except(wire).Select(type => type.FullName));
        Assert.All(WireManifests.Types.Keys, manifest => Assert.Matches("^[a-z]+/[a-z-]+/[1-9][0-9]*$", manifest));
    }

    [Fact]
    public void Statistics_keep_their_kind()
    {
        var serializer = new SfuSerializer((ExtendedActorSystem)_system);
        var stats = new Stats(1, [(MediaStats)Samples.Of(typeof(RtpStreamStats)), new TransportStats(1, "new", "new", null, 1, 2, 3, 4, 5, 6), new TransportStats(1, "none", "none", null, 1, 2, 3, 4, 5, 6) { Type = "pipe-transport", RtxBytesSent = 7 }]);
        var back = (Stats)serializer.FromBinary(serializer.ToBinary(stats), serializer.Manifest(stats));
        Assert.Null(Samples.Difference(stats, back, nameof(Stats)));
    }

    [Fact]
    public void A_message_without_a_manifest_is_refused()
    {
        foreach (var message in new object[] { new Unbound(1), "text that nobody binds"u8.ToArray().ToList(), new NodeProtocol.DumpNode(1) })
        {
            Assert.Throws<SerializationException>(() => _system.Serialization.FindSerializerFor(message).ToBinary(message));
        }
    }

    [Fact]
    public void What_is_not_a_message_is_refused()
    {
        var serializer = new SfuSerializer((ExtendedActorSystem)_system);
        Assert.Throws<SerializationException>(() => serializer.FromBinary("{}"u8.ToArray(), "router/no-such/1"));
        Assert.Throws<SerializationException>(() => serializer.FromBinary("{"u8.ToArray(), "reply/done/1"));
        Assert.Throws<SerializationException>(() => serializer.FromBinary("null"u8.ToArray(), "reply/done/1"));
    }

    private sealed record Unbound(int Value);
}

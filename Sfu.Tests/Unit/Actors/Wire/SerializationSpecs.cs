using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Serialization;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors.Wire;

public sealed class SerializationSpecs(WireSystem world) : IClassFixture<WireSystem>
{
    /// <summary>Fields 9001 … 9004, one of each wire type: a varint, eight octets, three octets, four octets.</summary>
    private static readonly byte[] _fieldsOfTomorrow =
        [0xC8, 0xB2, 0x04, 0x96, 0x01, 0xD1, 0xB2, 0x04, 1, 2, 3, 4, 5, 6, 7, 8, 0xDA, 0xB2, 0x04, 3, 0x12, 0xFF, 0x00, 0xE5, 0xB2, 0x04, 1, 2, 3, 4];

    public static TheoryData<string> Manifests() => [.. WireTable.Sfu.Manifests];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_message_survives_the_wire(string manifest)
    {
        var message = world.Samples.Of(WireTable.Sfu.Find(manifest)!.Type);
        var serializer = Assert.IsType<SfuSerializer>(world.System.Serialization.FindSerializerFor(message));
        Assert.Equal(manifest, serializer.Manifest(message));
        var bytes = serializer.ToBinary(message);
        var back = serializer.FromBinary(bytes, manifest);
        Assert.Null(Samples.Difference(message, back, message.GetType().Name));
        Assert.Equal(bytes, serializer.ToBinary(back));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_message_survives_with_as_little_in_it_as_may_be(string manifest)
    {
        var message = world.Samples.LeastOf(WireTable.Sfu.Find(manifest)!.Type);
        Assert.Null(Samples.Difference(message, world.Back(message), message.GetType().Name));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void An_older_reader_skips_a_newer_member(string manifest)
    {
        var message = world.Samples.Of(WireTable.Sfu.Find(manifest)!.Type);
        var bytes = world.Serializer.ToBinary(message);
        foreach (var newer in new byte[][] { [.. bytes, .. _fieldsOfTomorrow], [.. _fieldsOfTomorrow, .. bytes] })
        {
            Assert.Null(Samples.Difference(message, world.Serializer.FromBinary(newer, manifest), message.GetType().Name));
        }
    }

    [Fact]
    public void A_newer_reader_takes_the_default_for_a_member_that_an_older_writer_did_not_know()
    {
        var older = new WireTableBuilder().Record<Yesterday.Layers>("Spatial:1").Message<Yesterday.Consume>("test/consume/1", "Id:1 Layers:2").Build();
        var newer = new WireTableBuilder().Record<Today.Layers>("Spatial:1 Temporal:2 Names:3")
            .Message<Today.Consume>("test/consume/1", "Id:1 Layers:2 Priority:3 Note:4 Text:5 Paused:6 Tags:7").Build();
        var read = Assert.IsType<Today.Consume>(Through(older, new Yesterday.Consume(5, new Yesterday.Layers(2)), newer));
        Assert.Equal((5, 2, null, 7, null, ""), (read.Id, read.Layers.Spatial, read.Layers.Temporal, read.Priority, read.Note, read.Text));
        Assert.False(read.Paused);
        Assert.Empty(read.Tags);
        Assert.Empty(read.Layers.Names);

        // And the other way round, inside of records as well.
        var written = new Today.Consume(6, new Today.Layers(1, 2) { Names = ["a"] }, 0, "note", "text", Paused: true, [4]);
        Assert.Equal(new Yesterday.Consume(6, new Yesterday.Layers(1)), Through(newer, written, older));
    }

    [Fact]
    public void A_member_that_must_be_there_is_missed()
    {
        var whole = world.Serializer.ToBinary(new Rejected(3, SfuErrorCode.Fault, "why"));
        var cut = whole[..2]; // The request id alone.
        var exception = Assert.Throws<SerializationException>(() => world.Serializer.FromBinary(cut, "reply/rejected/1"));
        Assert.Contains("lacks Error", exception.Message, StringComparison.Ordinal);
        Assert.Throws<WireFormatException>(() => world.Serializer.ToBinary(new Rejected(3, null!)));
    }

    [Fact]
    public void None_and_an_empty_one_are_two_things()
    {
        Assert.Null(Options(null).ListenInfos);
        Assert.Empty(Options([])!.ListenInfos!.Value);
        var update = (PeerProtocol.UpdatePeer)world.Back(new PeerProtocol.UpdatePeer(1, new RouterId("r"), new PeerId("p"), world.Somebody, "", new JsonText("")));
        Assert.Equal(("", new JsonText("")), (update.DisplayName, update.AppData));
        var stats = (RtpStreamStats)world.Samples.Of(typeof(RtpStreamStats));
        Assert.Null(Bitrates(null));
        Assert.Empty(Bitrates(ImmutableDictionary<string, long>.Empty)!);

        WebRtcTransportOptions Options(ImmutableArray<ListenInfo>? infos) => ((RouterProtocol.CreateWebRtcTransport)world.Back(
            new RouterProtocol.CreateWebRtcTransport(1, new RouterId("r"), new WebRtcTransportOptions { ListenInfos = infos }, null, null))).Options;

        ImmutableDictionary<string, long>? Bitrates(ImmutableDictionary<string, long>? bitrates) =>
            ((RtpStreamStats)((Stats)world.Back(new Stats(1, [stats with { BitrateByLayer = bitrates }]))).Entries[0]).BitrateByLayer;
    }

    [Fact]
    public void An_array_that_was_never_set_arrives_empty()
    {
        var back = (SessionEvents.ProducerScoresChanged)world.Back(new SessionEvents.ProducerScoresChanged(new RouterId("r"), new ProducerId("p"), default));
        Assert.Empty(back.Scores);
    }

    [Fact]
    public void Numbers_survive_at_their_ends()
    {
        foreach (var number in new[] { long.MinValue, -1, 0, 127, 128, long.MaxValue })
        {
            Assert.Equal(number, ((Done)world.Back(new Done(number))).RequestId);
        }

        var codec = (RtpStreamStats)world.Samples.Of(typeof(RtpStreamStats)) with { Ssrc = uint.MaxValue, FractionLost = int.MinValue, Jitter = double.NaN, RoundTripTime = -0.0 };
        var back = (RtpStreamStats)((Stats)world.Back(new Stats(1, [codec]))).Entries[0];
        Assert.Equal((uint.MaxValue, int.MinValue, double.NaN, -0.0), (back.Ssrc, back.FractionLost, back.Jitter, back.RoundTripTime));
    }

    [Fact]
    public void Parameters_keep_kind_and_order()
    {
        var parameters = ParameterDictionary.Of(("z", "text"), ("a", 1.5), ("m", true), ("b", false), ("n", ParameterValue.Null), ("e", ""));
        var codec = new RtpCodecParameters { MimeType = "video/VP8", PayloadType = 96, ClockRate = 90_000, Parameters = parameters };
        var produce = new RouterProtocol.Produce(
            1, new RouterId("r"), new TransportId("t"), MediaKind.Video, new RtpParameters { Codecs = [codec] }, JsonText.EmptyObject);
        var back = ((RouterProtocol.Produce)world.Back(produce)).RtpParameters.Codecs[0].Parameters;
        Assert.Equal(parameters, back);
        Assert.Equal(parameters.Keys, back.Keys);
    }

    [Fact]
    public void Statistics_and_traces_keep_their_kind()
    {
        foreach (var kind in typeof(MediaStats).Assembly.GetTypes().Where(type => type.BaseType == typeof(MediaStats)))
        {
            var stats = new Stats(1, [(MediaStats)world.Samples.Of(kind), (MediaStats)world.Samples.LeastOf(kind)]);
            Assert.Null(Samples.Difference(stats, world.Back(stats), kind.Name));
        }

        foreach (var kind in typeof(MediaTrace).Assembly.GetTypes().Where(type => type.BaseType == typeof(MediaTrace)))
        {
            var trace = new SessionEvents.TransportTraced(new RouterId("r"), new TransportId("t"), (MediaTrace)world.Samples.Of(kind));
            Assert.Null(Samples.Difference(trace, world.Back(trace), kind.Name));
        }
    }

    [Fact]
    public void Every_message_that_may_cross_nodes_is_in_the_contract()
    {
        var wire = typeof(IWireMessage).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IWireMessage)) && !type.IsInterface).ToHashSet();
        Assert.Empty(wire.Except(WireTable.Sfu.Types).Select(type => type.FullName));
        Assert.Empty(WireTable.Sfu.Types.Except(wire).Select(type => type.FullName));
        Assert.All(WireTable.Sfu.Manifests, manifest => Assert.Matches("^[a-z]+/[a-z-]+/[1-9][0-9]*$", manifest));
    }

    [Fact]
    public void A_contract_with_a_gap_is_refused()
    {
        foreach (var (fields, wrong) in new[]
        {
            ("Spatial:1 Temporal:2", "Names"), ("Spatial:1 Temporal:2 Names:2", "twice"), ("Spatial:1 Temporal:2 Names:3 -:1", "twice"),
            ("Spatial:1 Temporal:2 Names:3 Other:4", "Other"), ("Spatial:1 Temporal:2 Names", "Names"), ("Spatial:0 Temporal:2 Names:3", "Spatial:0"),
        })
        {
            var exception = Assert.Throws<InvalidOperationException>(() => new WireTableBuilder().Record<Today.Layers>(fields));
            Assert.Contains(wrong, exception.Message, StringComparison.Ordinal);
        }

        // Not before it is used, but then for sure: a property of a type that the contract does not know.
        var table = new WireTableBuilder().Message<Today.Consume>("test/consume/1", "Id:1 Layers:2 Priority:3 Note:4 Text:5 Paused:6 Tags:7").Build();
        Assert.Throws<InvalidOperationException>(() => table.Schema);
    }

    [Fact]
    public void A_message_without_a_manifest_is_refused()
    {
        foreach (var message in new object[] { new Unbound(1), "text that nobody binds"u8.ToArray().ToList(), new NodeProtocol.WhenReady(1) })
        {
            Assert.Throws<SerializationException>(() => world.System.Serialization.FindSerializerFor(message).ToBinary(message));
        }
    }

    [Fact]
    public void An_unknown_name_or_version_is_refused_and_told_of_once()
    {
        var serializer = new SfuSerializer((ExtendedActorSystem)world.System);
        using var log = Inbox.Create(world.System);
        world.System.EventStream.Subscribe(log.Receiver, typeof(Warning));
        for (var i = 0; i < 3; i++)
        {
            var name = Assert.Throws<SerializationException>(() => serializer.FromBinary([], "router/no-such/1"));
            Assert.Equal("No message is named router/no-such/1.", name.Message);
            var version = Assert.Throws<SerializationException>(() => serializer.FromBinary([], "router/produce/77"));
            Assert.Equal("router/produce/77 is of a version that this node does not speak: it knows 1.", version.Message);
        }

        string[] told = [Told(), Told()];
        Assert.Contains(told, line => line.Contains("router/no-such/1", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains("router/produce/77", StringComparison.Ordinal));

        // A flood of names is told of no more than its beginning.
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Throws<SerializationException>(() => serializer.FromBinary([], $"router/n-{i}/1"));
        }

        world.System.EventStream.Publish(new Warning("end", typeof(string), "the end"));
        var lines = 0;
        while (Told() != "the end")
        {
            lines++;
        }

        Assert.InRange(lines, 1, 64);

        string Told() => ((Warning)log.Receive(TimeSpan.FromSeconds(10))).Message.ToString()!;
    }

    private static object Through(WireTable writing, object message, WireTable reading)
    {
        var entry = writing.Find(message.GetType())!;
        using var writer = new WireWriter();
        entry.Record.WriteMessage(writer, message);
        var reader = new WireReader(writer.ToArray(), null!);
        return reading.Find(entry.Manifest)!.Record.ReadMessage(ref reader);
    }

    private sealed record Unbound(int Value);

    private static class Yesterday
    {
        public sealed record Layers(int Spatial);

        public sealed record Consume(long Id, Layers Layers);
    }

    private static class Today
    {
        public sealed record Layers(int Spatial, int? Temporal = null)
        {
            public ImmutableArray<string> Names { get; init; } = [];
        }

        public sealed record Consume(long Id, Layers Layers, int Priority = 7, string? Note = null, string Text = "", bool Paused = false, ImmutableArray<int> Tags = default);
    }
}

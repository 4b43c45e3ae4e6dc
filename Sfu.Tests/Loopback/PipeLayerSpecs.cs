using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>Of the layers inside a stream those cross a pipe that somebody beyond it wants, and every picture there can be decoded.</summary>
public abstract class PipeLayerSpecs : LoopbackCall
{
    private readonly PipePair _pipe;
    private readonly SvcSource _source;
    private readonly ProducerHandle _far;
    private readonly bool _encrypted;

    protected PipeLayerSpecs(bool encrypted, bool full)
        : base(engines: 2)
    {
        _encrypted = encrypted;

        // Nobody gives feedback here: all get what they want all the same.
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MinOutgoing: 100_000_000)));

        // Unprotected, so that what crosses can be read.
        _pipe = new PipePair(World, SrtpProfile.None);
        _source = new SvcSource(World, Publisher, encrypted, full) { FrameSize = [(1, 200), (1, 600), (2, 900)] };
        _source.Send(25);
        _far = _pipe.Pipe(_source.Producer, MediaKind.Video, Consumer().RtpParameters with { Mid = null });
    }

    protected override void CloseAll()
    {
        _pipe.Close();
        CloseTransports();
    }

    public sealed class OfVp9() : PipeLayerSpecs(encrypted: false, full: false);

    public sealed class OfVp9Full() : PipeLayerSpecs(encrypted: false, full: true);

    public sealed class OfEncryptedAv1() : PipeLayerSpecs(encrypted: true, full: false);

    public sealed class OfEncryptedAv1Full() : PipeLayerSpecs(encrypted: true, full: true);

    [Fact]
    public void Only_the_layers_that_are_wanted_cross_more_at_once_and_less_after_a_while()
    {
        var consumer = Consume(0);
        _source.Send(25);
        Assert.Equal([0], Crossing(25));

        Prefer(consumer, 2);
        _source.Send(10);
        Assert.Equal([0, 1, 2], Crossing(25));
        Assert.Equal(2, Frames()[^1].Spatial);
        var all = BytesOf(50);

        Prefer(consumer, 1);
        _source.Send(20);
        Assert.Equal([0, 1, 2], Crossing(1));
        _source.Send(20);
        Assert.Equal([0, 1], Crossing(25));
        Assert.Equal(1, Frames()[^1].Spatial);

        Prefer(consumer, 0);
        _source.Send(40);
        Assert.Equal([0], Crossing(25));
        Assert.InRange(BytesOf(50), 1, all / 4);
        AssertDecodable();
        AssertNoFreeze();
        AssertWhole();
    }

    [Fact]
    public void Two_with_different_wishes_get_the_higher_one_across_once()
    {
        var low = Consume(0);
        _source.Send(25);
        var high = Consume(2, ssrc: 20_000);
        _source.Send(25);
        var before = _pipe.Crossed(0);
        _source.Send(50);

        Assert.InRange(_pipe.Crossed(0) - before, 4 * 49, 4 * 51);
        Assert.Equal(0, Frames()[^1].Spatial);
        Assert.Equal(2, Frames(20_000)[^1].Spatial);

        // The one that wants more leaves.
        World.Command(directory => directory.Consumer(high, static closed => closed.Close()));
        _source.Send(40);
        Assert.Equal([0], Crossing(25));
        Prefer(low, 2);
        _source.Send(30);
        Assert.Equal(2, Frames()[^1].Spatial);
        AssertDecodable();
        AssertDecodable(20_000);
        AssertNoFreeze();
    }

    [Fact]
    public void Temporal_layers_are_left_behind_and_come_again_without_a_key_frame()
    {
        var consumer = Consume(2, temporal: 0);
        _source.Send(50);
        var before = _pipe.Crossed(0);
        _source.Send(40);
        Assert.InRange(_pipe.Crossed(0) - before, 4 * 9, 4 * 11);

        var asked = _source.KeyFrameRequests;
        World.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(2, 2), World.Now)));
        _source.Send(10);
        before = _pipe.Crossed(0);
        _source.Send(40);
        Assert.InRange(_pipe.Crossed(0) - before, 4 * 39, 4 * 41);
        Assert.Equal(asked, _source.KeyFrameRequests);
        Assert.InRange(Frames().TakeLast(80).Count(static frame => frame.Temporal == 2), 20, 80);
        AssertDecodable();
        AssertNoFreeze();
        AssertWhole();
    }

    [Fact]
    public void Key_frame_that_comes_before_the_wish_is_heard_brings_nobody_to_a_layer_that_does_not_come()
    {
        var consumer = Consume(0);
        _source.Send(25);
        _pipe.HoldsDemand = true;
        Prefer(consumer, 2);
        _source.Send(25);
        Assert.Equal([0], Crossing(10));
        Assert.Equal(0, Frames()[^1].Spatial);
        AssertNoFreeze();

        _pipe.HoldsDemand = false;
        _source.Send(40);
        Assert.Equal(2, Frames()[^1].Spatial);
        AssertDecodable();
        AssertNoFreeze();
        AssertWhole();
    }

    [Fact]
    public void What_is_wanted_no_more_and_again_is_not_missed()
    {
        var consumer = Consume(2);
        _source.Send(40);
        Prefer(consumer, 0);
        _source.Send(10);
        for (var i = 0; i < 40; i++)
        {
            // The less arrives in some of these turns, the more at each moment after it.
            _pipe.HoldsDemand = i % 2 == 0;
            Prefer(consumer, i % 3 == 0 ? 2 : 0);
            _source.KeyFrameWanted |= i % 4 == 0;
            _source.Send(1 + (i % 30));
        }

        _pipe.HoldsDemand = false;
        Prefer(consumer, 2);
        _source.Send(40);
        Assert.Equal(2, Frames()[^1].Spatial);
        AssertDecodable();
        AssertNoFreeze();
        AssertWhole();
    }

    [Fact]
    public void Layers_that_do_not_cross_are_known_by_what_they_take_and_one_that_ends_is_not_waited_for()
    {
        var consumer = Consume(0);
        _source.Send(75);
        var rates = Rates();
        Assert.Equal(["0.0", "0.1", "0.2", "1.0", "1.1", "1.2", "2.0", "2.1", "2.2"], rates.Keys.Order());
        Assert.InRange(rates["2.2"], 25 * 2 * 900 * 8, 25 * 2 * 2_200 * 8);

        _source.Layers = 2;
        _source.Send(75);
        Assert.DoesNotContain("2.2", Rates().Keys);
        Prefer(consumer, 2);
        _source.Send(25);
        Assert.Equal(1, Frames()[^1].Spatial);

        _source.Layers = 3;
        _source.KeyFrameWanted = true;
        _source.Send(100);
        Assert.Equal(2, Frames()[^1].Spatial);
        AssertNoFreeze();
    }

    [Fact]
    public void A_clients_share_of_its_path_reaches_for_a_layer_that_has_not_come()
    {
        World.Command(Subscriber.Transport, static home => home.SetBitrateLimits(new BitrateLimits(MinOutgoing: 0)));
        var consumer = Consumer(2);
        var codecs = consumer.RtpParameters.Codecs;
        codecs = codecs.SetItem(0, codecs[0] with { RtcpFeedback = [.. codecs[0].RtcpFeedback, new RtcpFeedback("goog-remb", "")] });
        Subscriber.Consume(_far, consumer with { RtpParameters = consumer.RtpParameters with { Codecs = codecs } });
        SendWithRemb(60_000, pictures: 75);
        Assert.Equal(0, _pipe.FarEvents.Demands[^1].Targets & FrameLayers.TargetBit(2, 2));
        Assert.InRange(BytesOf(50) * 8 / 2, 20_000, 200_000);
        AssertDecodable();
        AssertNoFreeze();

        SendWithRemb(5_000_000, pictures: 150);
        Assert.Equal(2, Frames()[^1].Spatial);
        Assert.True(BytesOf(50) * 8 / 2 > 500_000);
        AssertDecodable();
        AssertNoFreeze();
    }

    [Fact]
    public void One_wish_for_more_is_one_request_for_a_key_frame()
    {
        var consumer = Consume(0);
        _source.Send(50);
        var before = _source.KeyFrameRequests;
        Prefer(consumer, 2);
        _source.Send(50);
        Assert.Equal(before + 1, _source.KeyFrameRequests);
        Assert.Equal(2, Frames()[^1].Spatial);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Loss_on_the_pipe_is_repaired_whatever_crosses(int seed)
    {
        var random = new SeededRandom(seed);
        Consume(1);
        _source.Send(40);
        World.LoseOnPipe = _ => random.NextUInt32() % 25 == 0;
        _source.Send(300);
        World.LoseOnPipe = static _ => false;
        _source.Send(10);
        Assert.Equal([0, 1], Crossing(25));
        Assert.Equal(1, Frames()[^1].Spatial);
        AssertDecodable();
    }

    private ConsumerSettings Consumer(int? spatial = null, int? temporal = null, uint ssrc = TestMedia.ConsumerSsrc)
    {
        var plain = _source.RepairingConsumer() with { PreferredLayers = spatial is { } wanted ? new ConsumerLayers(wanted, temporal) : null };
        return plain with
        {
            RtpParameters = plain.RtpParameters with
            {
                HeaderExtensions = [.. plain.RtpParameters.HeaderExtensions.Where(extension => _encrypted && extension.Uri == RtpHeaderExtensionUri.DependencyDescriptor)],
                Encodings = [plain.RtpParameters.Encodings[0] with { Ssrc = ssrc, Rtx = new RtpRtxParameters(ssrc + 1) }],
            },
        };
    }

    private ConsumerHandle Consume(int spatial, int? temporal = null, uint ssrc = TestMedia.ConsumerSsrc) =>
        Subscriber.Consume(_far, Consumer(spatial, temporal, ssrc));

    private void Prefer(ConsumerHandle consumer, int spatial) => World.Command(
        directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(spatial, null), World.Now)));

    /// <summary>The spatial layers that cross during the next pictures.</summary>
    private int[] Crossing(int pictures)
    {
        var before = World.OnPipe.Count;
        _source.Send(pictures);
        var spatial = new SortedSet<int>();
        foreach (var datagram in World.OnPipe.Skip(before))
        {
            if (!RtcpPacket.IsRtcp(datagram) && RtpPacket.TryParse(datagram, out var packet) && packet.Ssrc == PipePair.FirstSsrc)
            {
                spatial.Add(SvcSource.Identify(packet.Payload).Spatial);
            }
        }

        return [.. spatial];
    }

    /// <summary>The client tells what it thinks that its path carries.</summary>
    private void SendWithRemb(long bitrate, int pictures)
    {
        for (var i = 0; i < pictures; i++)
        {
            var writer = new RtcpWriter(new byte[RtcpWriter.MaxCompoundBytes]);
            Assert.True(writer.TryAddRemb(1, bitrate, [TestMedia.ConsumerSsrc]));
            Subscriber.SendRtcp(writer.Written);
            _source.Send(1);
        }
    }

    private long BytesOf(int pictures)
    {
        var before = _pipe.Bytes();
        _source.Send(pictures);
        return _pipe.Bytes() - before;
    }

    private Dictionary<string, long> Rates()
    {
        World.Command(directory => directory.GetProducerStats(_pipe.Far, 9, _far));
        return new Dictionary<string, long>(_pipe.FarEvents.Stats.OfType<RtpStreamStats>().Last().BitrateByLayer!);
    }

    private List<byte[]> Media(uint ssrc) => [.. Subscriber.Rtp.Where(datagram => RtpPacket.TryParse(datagram, out var packet) && packet.Ssrc == ssrc)];

    private List<(int Picture, int Spatial, int Temporal)> Frames(uint ssrc = TestMedia.ConsumerSsrc) => Media(ssrc).ConvertAll(static datagram =>
    {
        Assert.True(RtpPacket.TryParse(datagram, out var packet));
        return SvcSource.Identify(packet.Payload);
    });

    /// <summary>Whatever a frame refers to has been sent as well.</summary>
    private void AssertDecodable(uint ssrc = TestMedia.ConsumerSsrc)
    {
        var frames = Frames(ssrc);
        Assert.NotEmpty(frames);
        var known = frames.Select(static frame => (frame.Picture, frame.Spatial)).ToHashSet();
        Assert.All(known, frame => Assert.All(_source.ReferencesOf(frame.Picture, frame.Spatial), reference => Assert.Contains(reference, known)));
        if (_encrypted)
        {
            AssertDecodableByDescriptor(ssrc);
        }
    }

    /// <summary>As a receiver sees it that knows nothing but descriptors.</summary>
    private void AssertDecodableByDescriptor(uint ssrc)
    {
        var receiver = new DependencyStructureCache(ScalabilityMode.Parse("L3T3"));
        var frames = new Dictionary<ushort, ushort[]>();
        foreach (var datagram in Media(ssrc).OrderBy(static datagram => (ushort)((datagram[2] << 8) | datagram[3])))
        {
            Assert.True(RtpPacket.TryParse(datagram, out var packet));
            Assert.True(packet.TryFindExtension(Descriptors.ConsumerId, out var extension));
            receiver.Read(packet.SequenceNumber, extension.Data, out var descriptor, out var structure);
            Assert.NotNull(structure);
            var references = new ushort[descriptor.ReferenceCount];
            for (var i = 0; i < references.Length; i++)
            {
                references[i] = (ushort)(descriptor.FrameNumber - descriptor.References[i]);
            }

            frames[descriptor.FrameNumber] = references;
        }

        Assert.All(frames, frame => Assert.All(frame.Value, reference => Assert.True(frames.ContainsKey(reference), $"{frame.Key} refers to {reference}")));
    }

    /// <summary>Numbers go on one by one, and each picture ends with a marker and nothing after it.</summary>
    private void AssertWhole(uint ssrc = TestMedia.ConsumerSsrc)
    {
        var (media, frames) = (Media(ssrc), Frames(ssrc));
        for (var i = 1; i < frames.Count; i++)
        {
            Assert.True(RtpPacket.TryParse(media[i - 1], out var before));
            Assert.True(RtpPacket.TryParse(media[i], out var packet));
            Assert.Equal(1, Serial.Distance(packet.SequenceNumber, before.SequenceNumber));
            Assert.Equal(frames[i].Picture != frames[i - 1].Picture, before.Marker);
        }
    }

    /// <summary>Some picture comes at least as often as the lowest temporal layer does, from the first one to the last that was sent.</summary>
    private void AssertNoFreeze(uint ssrc = TestMedia.ConsumerSsrc)
    {
        var pictures = Frames(ssrc).Select(static frame => frame.Picture).Distinct().ToArray();
        Assert.All(pictures.Zip(pictures.Skip(1)), static pair => Assert.InRange(pair.Second - pair.First, 1, 5));
        Assert.InRange(_source.Pictures - pictures[^1], 1, 5);
    }
}

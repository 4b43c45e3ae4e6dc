using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>What the other end of a pipe is told of an encoding, and when. The pipe is not protected, and what leaves for it is read.</summary>
public sealed class PipeCrossingSpecs : IDisposable
{
    private const int Encoding = 1;
    private const uint Ssrc = 30_000;

    private readonly LoopbackWorld _world = new();
    private readonly SimulcastSource _source;
    private readonly TransportHandle _pipe;
    private readonly ConsumerHandle _consumer;

    public PipeCrossingSpecs()
    {
        _source = new SimulcastSource(_world, _world.NewConnectedPeer());
        _source.Send(10);
        var events = new RecordingTransportEvents();
        _pipe = _world.NewTransport();
        var settings = new PlainTransportSettings(new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, 0)) { IsPipe = true };
        _world.Command(directory => directory.OpenPlainTransport(_pipe, settings, events));
        _world.Command(_pipe, static home => home.ConnectPlain(1, new PlainRemote("10.0.1.1", 7000)));
        _consumer = _world.NewConsumer();
        var consumer = SimulcastSource.Consumer(ssrc: Ssrc) with { Type = ConsumerType.Pipe, Encoding = Encoding, Paused = true };
        _world.Command(directory => directory.AddConsumer(_pipe, 2, _consumer, _source.Producer, consumer));
        Assert.Empty(events.Failed);
    }

    public void Dispose()
    {
        Assert.Empty(_world.Faults);
        _world.Dispose();
    }

    [Fact]
    public void What_an_encoding_takes_and_how_it_arrives_is_told_while_none_of_it_crosses()
    {
        _source.Send(60);

        Assert.Equal(0, _source.KeyFrameRequests[Encoding]);
        Assert.DoesNotContain("media", Sent());
        Assert.DoesNotContain("clock", Sent());
        Assert.InRange(Sent().Count(static what => what.StartsWith("rates notice:00F0", StringComparison.Ordinal)), 2, 10);
        Assert.Equal("rates notice:00F0 score:10", Sent()[^1]);
    }

    [Fact]
    public void Moment_and_layers_of_the_first_packet_are_told_before_it()
    {
        Command(static consumer => consumer.Layers.SetPipedTargets(TargetSets.InTimeUpTo(Encoding, 0), consumer.Transport.Engine.Now));
        Command(static consumer => consumer.Resume(consumer.Transport.Engine.Now));
        _source.Send(10);

        var before = Sent().TakeWhile(static what => what != "media").ToArray();
        Assert.Equal(1, _source.KeyFrameRequests[Encoding]);
        Assert.Equal(["clock", "rates notice:0010"], before.TakeLast(2));
        Assert.Contains("media", Sent());
    }

    [Fact]
    public void Other_end_that_asks_for_a_key_frame_is_told_what_one_brings()
    {
        Command(static consumer => consumer.Resume(consumer.Transport.Engine.Now));
        _source.Send(10);
        _world.Outside.Clear();

        Command(static consumer => consumer.OnKeyFrameRequest(full: false, consumer.Transport.Engine.Now));
        _world.Run(TimeSpan.FromMilliseconds(20));

        Assert.Equal("rates notice:00F0", Sent()[0]);
    }

    private void Command(Action<Sfu.Media.Forwarding.MediaConsumer> command) => _world.Command(directory => directory.Consumer(_consumer, command));

    private List<string> Sent() => _world.Outside.ConvertAll(static sent => Name(sent.Data));

    private static string Name(byte[] datagram)
    {
        if (!RtcpPacket.IsRtcp(datagram))
        {
            return RtpPacket.TryParseHeader(datagram, out var header) && header.Ssrc == Ssrc ? "media" : "repetition";
        }

        var told = new List<string>();
        var reader = new RtcpReader(datagram);
        while (reader.TryNext(out var packet))
        {
            if (SenderReport.TryParse(packet, out _))
            {
                told.Add("clock");
            }
            else if (LayerAnnouncement.TryParse(packet, out _))
            {
                told.Add("rates");
            }
            else if (CrossingNotice.TryParse(packet, out var notice))
            {
                told.Add($"notice:{notice.Targets:X4}" + (notice.Score is { } score ? $" score:{score}" : ""));
            }
        }

        return string.Join(' ', told);
    }
}

using Sfu.Media.Bwe;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;
using Xunit.Abstractions;

namespace Sfu.Tests.Loopback;

/// <summary>Clients that tell of their path by congestion feedback (RFC 8888), or by nothing but Receiver Reports.</summary>
public sealed class FeedbackSpecs : LoopbackCall
{
    private static readonly RtcpFeedback _congestion = new("ack", "ccfb");

    private readonly SimulcastSource _source;
    private readonly CongestionFeedbackGenerator _client = new();
    private readonly TransportCcFeedbackGenerator _wide = new() { IntervalUs = CongestionFeedbackGenerator.IntervalUs };
    private readonly byte[] _buffer = new byte[1500];
    private MediaTime _nextFrame;
    private int _seen;

    private readonly ITestOutputHelper _output;

    public FeedbackSpecs(ITestOutputHelper output)
    {
        _output = output;
        _source = new SimulcastSource(World, Publisher) { FrameSize = [(1, 700), (3, 800), (9, 1050)] };
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // For comparison.
    public void Estimate_follows_a_path_that_one_kind_of_feedback_tells_of(bool congestion)
    {
        Subscriber.Consume(_source.Producer, congestion ? WithCongestionFeedback(SimulcastSource.Consumer()) : SimulcastSource.Consumer());
        var link = new SimulatedLink<byte[]>(
            new LinkProfile { Rates = [(TimeSpan.Zero, 10_000_000), (TimeSpan.FromSeconds(10), 700_000)], MaxQueue = TimeSpan.FromMilliseconds(200) }, 1);
        var start = World.Now;
        World.Divert = (peer, datagram) =>
        {
            if (peer == Subscriber)
            {
                link.Send(datagram, datagram.Length, World.Now.UsSince(start));
            }

            return peer == Subscriber;
        };

        RunClient(9000, Deliver, congestion);
        Assert.InRange(Estimate(), 2_000_000, 4_000_000);
        Assert.Equal(new ConsumerLayers(2, 2), Subscriber.Events.Layers[^1].Layers);
        RunClient(3000, Deliver, congestion);
        var estimates = new List<long>();
        var queues = new List<long>();
        for (var i = 0; i < 160; i++)
        {
            RunClient(100, Deliver, congestion);
            estimates.Add(Estimate());
            queues.Add(link.QueueUs(World.Now.UsSince(start)));
            Assert.NotEqual(new ConsumerLayers(2, 2), Subscriber.Events.Layers[^1].Layers);
        }

        _output.WriteLine($"700 kbit/s: estimate {estimates.Average():0}, {estimates.Min()} to {estimates.Max()}; queue {queues.Average() / 1000:0} ms, most {queues.Max() / 1000} ms");
        Assert.InRange(estimates.Average(), 450_000, 900_000);
        Assert.InRange(queues.Average(), 0, 50_000);

        void Deliver()
        {
            while (link.TryReceive(World.Now.UsSince(start), out var datagram))
            {
                Subscriber.OnDatagram(datagram, World.Now);
            }
        }
    }

    [Fact]
    public void Congestion_feedback_does_not_count_beside_transport_wide_feedback()
    {
        Subscriber.Consume(_source.Producer, WithCongestionFeedback(SimulcastSource.Consumer()));
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(ssrc: 7000) with { Id = "other" });
        RunClient(3000, static () => { }, congestion: true);
        var measured = true;
        World.Command(Subscriber.Transport, transport => measured = transport.Egress.Bandwidth!.Estimator.IsMeasured);
        Assert.False(measured);
    }

    [Fact]
    public void Publisher_that_asks_for_congestion_feedback_gets_it_of_each_packet_and_no_other()
    {
        var video = TestMedia.Video();
        Publisher.Produce(video with
        {
            RtpParameters = video.RtpParameters with
            {
                HeaderExtensions = [],
                Mid = "w",
                Encodings = [new RtpEncodingParameters { Ssrc = 4444 }],
                Codecs = [.. video.RtpParameters.Codecs.Select(static c => c with { RtcpFeedback = [_congestion] })],
            },
        });
        for (ushort i = 0; i < 50; i++)
        {
            if (i != 20)
            {
                Publisher.SendRtp(TestMedia.Vp8Packet((ushort)(65_520 + i), i * 900u, key: i == 0, ssrc: 4444));
            }

            World.Run(TimeSpan.FromMilliseconds(10));
        }

        World.Run(TimeSpan.FromMilliseconds(200));
        var told = new Dictionary<ushort, bool>();
        var others = 0;
        foreach (var compound in Publisher.Rtcp)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                others += TransportCcFeedback.TryParse(packet, out _) ? 1 : 0;
                if (!CongestionFeedback.TryParse(packet, out var feedback))
                {
                    continue;
                }

                var blocks = feedback.GetBlocks();
                while (blocks.TryNext(out var block))
                {
                    Assert.Equal(4444u, block.Ssrc);
                    for (var i = 0; i < block.Count; i++)
                    {
                        told[(ushort)(block.BeginSequence + i)] = block[i].IsReceived;
                    }
                }
            }
        }

        Assert.Equal(0, others);
        Assert.Equal(50, told.Count);
        Assert.Equal([(ushort)4], told.Where(static t => !t.Value).Select(static t => t.Key));
    }

    [Fact]
    public void Client_that_owes_feedback_and_gives_none_gets_more_as_its_reports_tell_of_no_loss_and_less_as_they_do()
    {
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        World.Command(Subscriber.Transport, static home => home.Trace(MediaTraceTypes.Bwe));
        RunReports(seconds: 3, lost: 0);
        Assert.Equal(600_000, Estimate());
        Assert.NotEqual(new ConsumerLayers(2, 2), Subscriber.Events.Layers[^1].Layers);
        RunReports(seconds: 25, lost: 0);
        Assert.Equal(new ConsumerLayers(2, 2), Subscriber.Events.Layers[^1].Layers);
        Assert.InRange(Estimate(), 2_000_000, 3_500_000);
        Assert.Equal("rr", Subscriber.Events.Traces.OfType<BweTrace>().Last().BweType);
        RunReports(seconds: 8, lost: 80);
        Assert.NotEqual(new ConsumerLayers(2, 2), Subscriber.Events.Layers[^1].Layers);
        Assert.InRange(Estimate(), 30_000, 1_500_000);
    }

    [Fact]
    public void Client_that_gives_no_feedback_and_no_reports_stays_where_it_began()
    {
        Subscriber.Consume(_source.Producer, SimulcastSource.Consumer());
        _source.Send(25 * 10);
        Assert.Equal(600_000, Estimate());
    }

    private static ConsumerSettings WithCongestionFeedback(ConsumerSettings consumer) => consumer with
    {
        RtpParameters = consumer.RtpParameters with
        {
            HeaderExtensions = [],
            Codecs = [.. consumer.RtpParameters.Codecs.Select(static c => c with { RtcpFeedback = [.. c.RtcpFeedback.Where(static f => f.Type != "transport-cc"), _congestion] })],
        },
    };

    private long Estimate()
    {
        var estimate = 0L;
        World.Command(Subscriber.Transport, transport => estimate = transport.Egress.Bandwidth?.Bitrate ?? 0);
        return estimate;
    }

    /// <summary>A client that answers with one kind of feedback.</summary>
    private void RunClient(int ms, Action deliver, bool congestion)
    {
        for (var end = World.Now.PlusMs(ms); World.Now < end;)
        {
            if (_nextFrame <= World.Now)
            {
                _nextFrame = World.Now.PlusMs(SimulcastSource.FrameMs);
                _source.SendOne();
            }

            World.Run(TimeSpan.FromMilliseconds(5));
            deliver();
            for (; _seen < Subscriber.Rtp.Count; _seen++)
            {
                Assert.True(RtpPacket.TryParse(Subscriber.Rtp[_seen], out var packet));
                if (congestion)
                {
                    _client.OnPacket(packet.Ssrc, packet.SequenceNumber, World.Now);
                }
                else
                {
                    Assert.True(packet.TryFindExtension(TestMedia.ConsumerTwccId, out var extension));
                    Assert.True(HeaderExtensionValues.TryReadTransportSequence(extension.Data, out var number));
                    _wide.OnPacket(number, World.Now);
                }
            }

            int length;
            while (_client.NextTimeout <= World.Now
                && _client.TryWrite(1, World.Now, NtpTime.FromUnixMicroseconds(1_600_000_000_000_000 + World.Now.Us), _buffer, out length))
            {
                Subscriber.SendRtcp(_buffer.AsSpan(0, length));
            }

            while (_wide.NextTimeout <= World.Now && _wide.TryWrite(1, 2, _buffer, out length))
            {
                Subscriber.SendRtcp(_buffer.AsSpan(0, length));
            }
        }
    }

    /// <summary>A client that reports once a second.</summary>
    private void RunReports(int seconds, byte lost)
    {
        for (var i = 0; i < seconds; i++)
        {
            _source.Send(25);
            var writer = new RtcpWriter(_buffer);
            Assert.True(writer.TryAddReceiverReport(1, [new ReportBlock(TestMedia.ConsumerSsrc, lost, 0, 0, 0, 0, 0)]));
            Subscriber.SendRtcp(writer.Written);
        }
    }
}

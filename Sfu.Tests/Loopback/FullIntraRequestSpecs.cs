using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>FIR (RFC 5104 §4.3.1) either way, under virtual time.</summary>
public abstract class FullIntraRequestSpecs(int engines) : LoopbackCall(engines)
{
    private ushort _sequence = 100;

    public sealed class OnOneEngine() : FullIntraRequestSpecs(1);

    public sealed class OnThreeEngines() : FullIntraRequestSpecs(3);

    [Fact]
    public void Of_a_subscriber_becomes_what_the_publisher_knows()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var consumer = Begin(producer);
        Ask(TestMedia.ConsumerSsrc);
        Assert.Equal((1, 0), (TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli), Firs().Count));
        Assert.Equal((1, 0), (Of(consumer).FirCount, Of(consumer).PliCount));
    }

    [Fact]
    public void One_message_may_name_several_streams_and_strangers()
    {
        var producer = Publisher.Produce(TestMedia.Video());
        var first = Begin(producer);
        var second = Subscriber.Consume(producer, TestMedia.VideoConsumer(ssrc: 9101, rtxSsrc: 9102));
        Send(key: true);
        Publisher.Rtcp.Clear();
        World.Run(TimeSpan.FromSeconds(2));
        Subscriber.SendRtcp(Message((TestMedia.ConsumerSsrc, 1), (77, 1), (9101, 1)));
        World.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal((1, 1), (Of(first).FirCount, Of(second).FirCount));
        Assert.Equal(1, TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli));
    }

    [Fact]
    public void To_a_publisher_that_knows_no_PLI_has_a_number_that_rises_with_each()
    {
        var producer = Publisher.Produce(Knowing(TestMedia.Video(), new RtcpFeedback("ccm", "fir")));
        Begin(producer);

        // The first one was for the key frame that the consumer began with. The numbers wrap (RFC 5104 §4.3.1.1).
        for (var i = 1; i <= 260; i++)
        {
            Ask(TestMedia.ConsumerSsrc, (byte)i);
            Send(key: true);
            World.Run(TimeSpan.FromSeconds(1));
        }

        var firs = Firs();
        Assert.Equal(261, firs.Count);
        Assert.All(firs, static fir => Assert.Equal(TestMedia.VideoSsrc, fir.Ssrc));
        Assert.Equal(Enumerable.Range(0, 261).Select(static i => (byte)i), firs.Select(static fir => fir.Sequence));
        Assert.Equal(0, TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli));
        World.Command(directory => directory.GetProducerStats(Publisher.Transport, 9, producer));
        var stats = Assert.IsType<RtpStreamStats>(Assert.Single(Publisher.Events.Stats));
        Assert.Equal((261, 0), (stats.FirCount, stats.PliCount));
    }

    [Fact]
    public void Goes_to_no_publisher_that_knows_neither()
    {
        var producer = Publisher.Produce(Knowing(TestMedia.Video()));
        var consumer = Begin(producer);
        Ask(TestMedia.ConsumerSsrc);
        Assert.Equal((0, 0), (TestMedia.CountRtcp(Publisher.Rtcp, TestMedia.IsPli), Firs().Count));
        Assert.Equal(1, Of(consumer).FirCount);
    }

    private static ProducerSettings Knowing(ProducerSettings video, params RtcpFeedback[] feedback) => video with
    {
        RtpParameters = video.RtpParameters with { Codecs = [.. video.RtpParameters.Codecs.Select(codec => codec with { RtcpFeedback = [.. feedback] })] },
    };

    /// <summary>A consumer that has its key frame, and a second passes.</summary>
    private ConsumerHandle Begin(ProducerHandle producer)
    {
        Send(key: false);
        var consumer = Subscriber.Consume(producer, TestMedia.VideoConsumer());
        World.Run(TimeSpan.FromMilliseconds(50));
        Send(key: true);
        World.Run(TimeSpan.FromSeconds(1.5));
        if (Firs().Count == 0)
        {
            Publisher.Rtcp.Clear();
        }

        return consumer;
    }

    private void Send(bool key)
    {
        Publisher.SendRtp(TestMedia.Vp8Packet(_sequence, _sequence * 3000u, key));
        _sequence++;
        World.Run(TimeSpan.FromMilliseconds(50));
    }

    private void Ask(uint ssrc, byte sequence = 1)
    {
        Subscriber.SendRtcp(Message((ssrc, sequence)));
        World.Run(TimeSpan.FromMilliseconds(50));
    }

    private static byte[] Message(params (uint Ssrc, byte Sequence)[] entries)
    {
        var message = new byte[12 + (8 * entries.Length)];
        ReadOnlySpan<byte> head = [0x84, 206, 0, (byte)((message.Length / 4) - 1), 0, 0, 0, 1];
        head.CopyTo(message);
        for (var i = 0; i < entries.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12 + (8 * i)), entries[i].Ssrc);
            message[16 + (8 * i)] = entries[i].Sequence;
        }

        return message;
    }

    private RtpStreamStats Of(ConsumerHandle consumer)
    {
        World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 9, consumer));
        return (RtpStreamStats)Subscriber.Events.Stats[0];
    }

    private List<(uint Ssrc, byte Sequence)> Firs()
    {
        var firs = new List<(uint, byte)>();
        foreach (var compound in Publisher.Rtcp)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                if (FullIntraRequest.TryParse(packet, out var fir))
                {
                    firs.Add(fir.GetEntry(0));
                }
            }
        }

        return firs;
    }
}

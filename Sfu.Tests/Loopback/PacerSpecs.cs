using System.Buffers.Binary;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>A key frame to a client whose path carries 500 kbit/s: 60 packets at once, 240 kbit, which leave at 1.25 Mbit/s.</summary>
public sealed class PacerSpecs : LoopbackCall
{
    private const int Packets = 60;
    private const int PacketBytes = 500;
    private const byte AbsSendTimeId = 4;

    private readonly ConsumerHandle _video;
    private readonly List<(MediaTime At, uint Ssrc, ushort Sequence, int Bytes)> _left = [];
    private ushort _sequence = 100;
    private uint _timestamp = 3000;

    public PacerSpecs()
    {
        var consumer = TestMedia.VideoConsumer();
        _video = Subscriber.Consume(Publisher.Produce(TestMedia.Video()), consumer with
        {
            RtpParameters = consumer.RtpParameters with
            {
                HeaderExtensions = [new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.AbsSendTime, Id = AbsSendTimeId }],
                Codecs = [.. consumer.RtpParameters.Codecs.Select(static c => c with { RtcpFeedback = [.. c.RtcpFeedback, new RtcpFeedback("goog-remb")] })],
            },
        });
        Subscriber.Consume(Publisher.Produce(TestMedia.Audio()), TestMedia.AudioConsumer());
        SendFrame(1, key: true);
        Estimate(500_000);
        World.Run(TimeSpan.FromMilliseconds(200));
        World.Divert = Note;
    }

    [Fact]
    public void Key_frame_leaves_smoothed_in_order_and_whole()
    {
        SendFrame(Packets, key: true);
        World.Run(TimeSpan.FromMilliseconds(600));
        var video = Video();
        Assert.Equal(Packets, video.Count);
        Assert.Equal(Enumerable.Range(video[0].Sequence, Packets).Select(static n => (ushort)n), video.Select(static p => p.Sequence));
        Assert.InRange(video[^1].At.MsSince(video[0].At), 150, 230);
        foreach (var first in video)
        {
            // Two bursts and a packet over 1.25 Mbit/s.
            var bits = video.Where(p => p.At >= first.At && p.At < first.At.PlusMs(50)).Sum(static p => p.Bytes * 8);
            Assert.InRange(bits, 0, (1_250_000 * 70 / 1000) + (PacketBytes * 10));
        }
    }

    [Fact]
    public void Send_time_is_when_a_packet_really_leaves()
    {
        Subscriber.Rtp.Clear();
        SendFrame(Packets, key: true);
        World.Run(TimeSpan.FromMilliseconds(600));
        Assert.Equal(Packets, Subscriber.Rtp.Count);
        for (var i = 0; i < Packets; i++)
        {
            Assert.True(RtpPacket.TryParse(Subscriber.Rtp[i], out var packet));
            Assert.True(packet.TryFindExtension(AbsSendTimeId, out var extension));
            Assert.True(HeaderExtensionValues.TryReadAbsSendTime(extension.Data, out var time));
            Assert.InRange((int)(HeaderExtensionValues.ToAbsSendTime(_left[i].At) - time), -1, 1);
        }
    }

    [Fact]
    public void Audio_does_not_wait()
    {
        SendFrame(Packets, key: true);
        for (ushort i = 0; i < 8; i++)
        {
            World.Run(TimeSpan.FromMilliseconds(20));
            Publisher.SendRtp(TestMedia.OpusPacket(i, i * 960u));
            var sent = World.Now;
            World.Run(TimeSpan.FromMilliseconds(10));
            Assert.Equal(sent.PlusMs(10), _left.Last(static p => p.Ssrc == TestMedia.ConsumerSsrc + 100).At);
        }

        World.Run(TimeSpan.FromMilliseconds(400));
        Assert.Equal(Packets, Video().Count);
    }

    [Fact]
    public void What_is_sent_again_goes_before_new_media()
    {
        SendFrame(Packets, key: true);
        World.Run(TimeSpan.FromMilliseconds(60));
        var before = _left.Count;
        var asked = _left[0].Sequence;
        Nack(asked, (ushort)(asked + 1));
        World.Run(TimeSpan.FromMilliseconds(11));
        var known = _left.Count;
        World.Run(TimeSpan.FromMilliseconds(500));
        var next = _left.Skip(before).ToList();
        Assert.Equal(2, next.Count(static p => p.Ssrc == TestMedia.ConsumerRtxSsrc));

        // Between the request and the repetitions no more than what left before it was there.
        var last = next.FindLastIndex(static p => p.Ssrc == TestMedia.ConsumerRtxSsrc);
        Assert.InRange(last, 0, known - before + 3);
        Assert.Equal(Packets, Video().Count);
    }

    [Fact]
    public void Consumer_that_closes_leaves_no_packet_behind()
    {
        SendFrame(Packets, key: true);
        World.Run(TimeSpan.FromMilliseconds(40));
        Assert.InRange(Waiting(), 20, Packets);
        World.Command(directory => directory.Consumer(_video, static consumer => consumer.Close()));
        Assert.Equal(0, Waiting());
        World.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(0, World.Engines[0].Engine.Pool.InUse);
    }

    [Fact]
    public void Transport_that_closes_leaves_no_packet_behind()
    {
        SendFrame(Packets, key: true);
        World.Run(TimeSpan.FromMilliseconds(40));
        Assert.InRange(Waiting(), 20, Packets);
        World.Command(Subscriber.Transport, static home => home.Close(null));
        World.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(0, World.Engines[0].Engine.Pool.InUse);
    }

    [Fact]
    public void Pause_takes_the_numbers_of_what_waits_back()
    {
        SendFrame(Packets, key: true);
        World.Run(TimeSpan.FromMilliseconds(60));
        var before = Video().Count;
        Assert.InRange(before, 2, Packets - 10);
        World.Command(directory => directory.Consumer(_video, static consumer => consumer.Pause()));
        Assert.Equal(0, Waiting());
        World.Run(TimeSpan.FromMilliseconds(300));
        Assert.Equal(before, Video().Count);
        World.Command(directory => directory.Consumer(_video, consumer => consumer.Resume(World.Now)));
        SendFrame(5, key: true);
        World.Run(TimeSpan.FromMilliseconds(300));
        var video = Video();
        Assert.Equal(before + 5, video.Count);
        Assert.Equal(Enumerable.Range(video[0].Sequence, before + 5).Select(static n => (ushort)n), video.Select(static p => p.Sequence));
    }

    [Fact]
    public void What_is_too_much_to_keep_leaves_early_and_nothing_waits_longer_than_a_second()
    {
        const int Many = 1500;
        SendFrame(Many, key: true);
        World.Run(TimeSpan.FromMilliseconds(10));
        Assert.InRange(Waiting(), 500, 1024);
        World.Run(TimeSpan.FromMilliseconds(1100));
        Assert.Equal(0, Waiting());
        Assert.Equal(Many, Video().Count);
        var hurried = 0L;
        World.Command(Subscriber.Transport, transport => hurried = transport.Egress.Bandwidth!.Pacer.HurriedCount);
        Assert.InRange(hurried, 400, Many);
    }

    [Fact]
    public void Client_of_whose_path_nothing_is_known_is_not_paced()
    {
        World.Run(TimeSpan.FromSeconds(11)); // Its estimate is too old.
        _left.Clear();
        SendFrame(Packets, key: true);
        World.Run(TimeSpan.FromMilliseconds(10));
        Assert.Equal(Packets, Video().Count);
    }

    private int Waiting()
    {
        var waiting = 0;
        World.Command(Subscriber.Transport, transport => waiting = transport.Egress.Bandwidth!.Pacer.Count);
        return waiting;
    }

    private List<(MediaTime At, uint Ssrc, ushort Sequence, int Bytes)> Video() => [.. _left.Where(static p => p.Ssrc == TestMedia.ConsumerSsrc)];

    private bool Note(LoopbackPeer peer, byte[] datagram)
    {
        if (peer == Subscriber && datagram[0] >> 6 == 2 && !RtcpPacket.IsRtcp(datagram))
        {
            _left.Add((
                World.Now,
                BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(8)),
                BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(2)),
                datagram.Length));
        }

        return false;
    }

    private void SendFrame(int packets, bool key)
    {
        _timestamp += 3000;
        for (var i = 0; i < packets; i++)
        {
            Publisher.SendRtp(TestMedia.Vp8Packet(_sequence++, _timestamp, key && i == 0, payload: PacketBytes));
        }
    }

    private void Estimate(long bitrate)
    {
        var writer = new RtcpWriter(new byte[100]);
        Assert.True(writer.TryAddRemb(7, bitrate, [TestMedia.ConsumerSsrc]));
        Subscriber.SendRtcp(writer.Written);
    }

    private void Nack(params ushort[] sequences)
    {
        var writer = new RtcpWriter(new byte[100]);
        Assert.True(writer.TryAddNack(1, TestMedia.ConsumerSsrc, sequences, out _));
        Subscriber.SendRtcp(writer.Written);
    }
}

using System.Buffers.Binary;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Tests.Loopback;

/// <summary>What a client gets again, and when, on a path of 180 ms round trip of which one packet in twenty is lost.</summary>
public sealed class RepairSpecs : LoopbackCall
{
    private const int DelayMs = 90;
    private const int TickMs = 5;

    // After so long without a loss the path counts as one that loses nothing.
    private const int LossForgottenMs = 15_000;

    private const int Burst = 8; // Frames; more than leave at once.

    // Of a packet that is asked for where so many are lost.
    private const int Copies = 4;

    private readonly List<(MediaTime At, uint Ssrc)> _left = [];
    private readonly List<Got> _got = [];
    private ICamera _camera = null!;
    private ConsumerHandle _consumer;
    private ClientReceiver _client = null!;
    private MediaTime _nextFrame;
    private int _count;
    private int _loseOneIn = 20;
    private bool _loses = true;

    /// <summary>The client gets the highest layer, and the path is known.</summary>
    private void Begin(bool isSvc = false)
    {
        _camera = isSvc ? new SvcSource(World, Publisher, encrypted: false) : new SimulcastSource(World, Publisher);
        _camera.FrameSize = [(1, 700), (3, 800), (9, 1050)];
        _consumer = Subscriber.Consume(_camera.Producer, _camera.RepairingConsumer());
        _client = new ClientReceiver(Subscriber, _camera, rttUs: 2_000_000);
        World.DelayUs = DelayMs * 1000;
        World.Divert = Lose;
        _nextFrame = World.Now;
        Run(4000);
        Assert.Contains(_got, static packet => packet is { IsRtx: false, Spatial: 2 });
    }

    [Fact]
    public void Key_frame_of_a_lower_layer_is_sent_again_twice_before_anybody_misses_it()
    {
        Begin();
        Settle();
        _got.Clear();
        World.Command(directory => directory.Consumer(_consumer, consumer => consumer.Layers.Prefer(new ConsumerLayers(0, null), World.Now)));
        Run(700);
        var key = Assert.Single(_got, static packet => packet is { IsKey: true, IsRtx: false });
        Assert.Equal(0, key.Spatial);
        var again = _got.Where(packet => packet.IsRtx && packet.Sequence == key.Sequence).ToArray();
        Assert.Equal(2, again.Length);
        Assert.All(again, packet => Assert.InRange(packet.At.MsSince(key.At), TickMs, DelayMs));

        // What comes behind it is not.
        Assert.DoesNotContain(_got, packet => packet.IsRtx && packet.Sequence != key.Sequence && Serial.IsNewer(packet.Sequence, key.Sequence));
    }

    [Fact]
    public void Key_frame_of_a_lower_layer_is_sent_again_also_where_earlier_frames_still_wait_to_leave()
    {
        Begin();
        Settle();
        _got.Clear();
        World.Command(directory => directory.Consumer(_consumer, consumer => consumer.Layers.Prefer(new ConsumerLayers(0, null), World.Now)));
        for (var frame = 0; frame < Burst; frame++)
        {
            _camera.SendOne();
        }

        ((SimulcastSource)_camera).RequestKeyFrames(0);
        _camera.SendOne();
        Run(1000);
        var key = _got.FindIndex(static packet => packet is { IsKey: true, IsRtx: false });
        var sequence = _got[key].Sequence;
        Assert.Contains(_got[..key], static packet => packet is { IsRtx: false, Spatial: 2 });
        Assert.Contains(_got, packet => packet.IsRtx && packet.Sequence == sequence);
    }

    /// <summary>A long queue may have no room for it, also where the path itself loses nothing. Where there is none, a repair would be in time.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(150, 1)]
    public void Key_frame_of_a_lower_layer_is_sent_again_on_a_path_without_loss_where_its_queue_is_long(int queueMs, int copies)
    {
        Begin();
        _loses = false;
        Run(LossForgottenMs);
        for (var waits = 0; waits < queueMs; waits += TickMs)
        {
            // Each packet comes a little later than the one before it, as behind a queue that fills.
            World.DelayUs += TickMs * 1000;
            Run(TickMs * 2);
        }

        _got.Clear();
        World.Command(directory => directory.Consumer(_consumer, consumer => consumer.Layers.Prefer(new ConsumerLayers(0, null), World.Now)));
        Run(1000);
        var key = _got.First(static packet => packet is { IsKey: true, IsRtx: false });
        Assert.Equal(copies, _got.Count(packet => packet.IsRtx && packet.Sequence == key.Sequence));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // Of each picture the client gets the highest spatial layer alone (L3T3_KEY): the picture begins with what is left out.
    public void Copies_leave_before_a_frame_and_not_behind_it(bool isSvc)
    {
        Begin(isSvc);
        for (var phase = 0; phase < ICamera.FrameMs; phase += TickMs)
        {
            Settle();
            Run(phase);
            _left.Clear();
            Ask(_got.Last(static packet => !packet.IsRtx).Sequence);
            Run(DelayMs + (Copies * ICamera.FrameMs));
            var again = _left.Where(static packet => packet.Ssrc == TestMedia.ConsumerRtxSsrc).ToArray();
            Assert.Equal(Copies, again.Length);
            var frame = MediaTime.Zero;
            var asked = true;
            foreach (var (at, ssrc) in _left)
            {
                if (ssrc == TestMedia.ConsumerSsrc)
                {
                    frame = at;
                }
                else if (!asked)
                {
                    // Behind the last packet of a frame nothing is sent for a while that could have gone before its first.
                    Assert.True(at.UsSince(frame) > RepairCopies.BeforeFrameUs);
                }
                else
                {
                    asked = false;
                }
            }
        }
    }

    /// <summary>Where all that is wanted fits there is room for it: should the path become narrow the next moment, most copies find none.</summary>
    [Fact]
    public void As_many_copies_are_sent_on_a_path_that_loses_little()
    {
        _loseOneIn = 60;
        Begin();
        Settle();
        var sequence = _got.Last(static packet => !packet.IsRtx).Sequence;
        Ask(sequence);
        Run(500);
        Assert.Equal(Copies, _got.Count(packet => packet.IsRtx && packet.Sequence == sequence));
    }

    [Fact]
    public void Who_asks_again_before_the_answer_can_be_there_is_sent_one_copy_more()
    {
        Begin();
        Settle();
        var sequence = _got.Last(static packet => !packet.IsRtx).Sequence;
        Ask(sequence);
        Run(500);
        Assert.Equal(Copies, _got.Count(packet => packet.IsRtx && packet.Sequence == sequence));
        Settle();
        sequence = _got.Last(static packet => !packet.IsRtx).Sequence;
        Ask(sequence);
        Run(60);
        Ask(sequence);
        Run(500);
        Assert.Equal(Copies + 1, _got.Count(packet => packet.IsRtx && packet.Sequence == sequence));
    }

    /// <summary>Copies of the first of them take all of the path that is for repair.</summary>
    [Fact]
    public void Each_packet_of_many_that_are_asked_for_at_once_is_sent_again()
    {
        Begin();
        Settle();
        var sequences = _got.Where(static packet => !packet.IsRtx).Select(static packet => packet.Sequence).TakeLast(70).ToArray();
        Ask(sequences);
        Run(150);
        Ask(sequences.AsSpan(0, 10));
        Run(500);
        Assert.Empty(sequences.Except(_got.Where(static packet => packet.IsRtx).Select(static packet => packet.Sequence)));
    }

    /// <summary>What leaves together is lost together.</summary>
    [Fact]
    public void Copies_are_apart_also_where_packets_had_to_wait()
    {
        Begin();
        Settle();
        _got.Clear();
        Run(200);
        var sequences = _got.Where(static packet => !packet.IsRtx).Select(static packet => packet.Sequence).TakeLast(45).ToArray();
        var waited = Waited();
        Ask(sequences);
        Run(1000);
        Assert.True(Waited() > waited);
        var distances = new List<long>();
        foreach (var sequence in sequences)
        {
            var times = _got.Where(packet => packet.IsRtx && packet.Sequence == sequence).Select(static packet => packet.At).ToArray();
            distances.AddRange(times.Zip(times.Skip(1), static (first, second) => second.UsSince(first)));
        }

        Assert.NotEmpty(distances);
        Assert.All(distances, static distance => Assert.True(distance >= RepairCopies.DistanceUs - RepairCopies.BeforeFrameUs));
    }

    /// <summary>A probe that repeats one packet alone makes good no loss but that.</summary>
    [Fact]
    public void Probes_repeat_the_newest_packets_in_turn()
    {
        _loses = false;
        Begin();
        var probes = _got.Where(static packet => packet.IsRtx).Select(static packet => packet.Sequence).ToArray();
        Assert.True(probes.Length > 10);
        Assert.True(probes.Zip(probes.Skip(1)).Count(static pair => pair.First != pair.Second) > probes.Length * 3 / 4);
    }

    /// <summary>The path is known to lose packets, and nothing is lost or missing at present.</summary>
    private void Settle()
    {
        _loses = true;
        Run(1000);
        _loses = false;
        Run(300);
    }

    private long Waited()
    {
        var waited = 0L;
        World.Command(Subscriber.Transport, transport => waited = transport.Egress.Bandwidth!.Pacer.WaitedCount);
        return waited;
    }

    private void Ask(params ReadOnlySpan<ushort> sequences)
    {
        var writer = new RtcpWriter(new byte[400]);
        Assert.True(writer.TryAddNack(1, TestMedia.ConsumerSsrc, sequences, out _));
        Subscriber.SendRtcp(writer.Written);
    }

    private void Run(int ms)
    {
        for (var end = World.Now.PlusMs(ms); World.Now < end;)
        {
            if (_nextFrame <= World.Now)
            {
                _nextFrame = _nextFrame.PlusMs(ICamera.FrameMs);
                _camera.SendOne();
            }

            foreach (var bytes in Subscriber.Rtp)
            {
                _client.OnRtp(bytes, World.Now);
                Note(bytes);
            }

            Subscriber.Rtp.Clear();
            _client.OnTime(World.Now);
            World.Run(TimeSpan.FromMilliseconds(TickMs));
        }
    }

    private void Note(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        var isRtx = packet.Ssrc == TestMedia.ConsumerRtxSsrc;
        if (packet.Payload.Length <= Rtx.OsnLength)
        {
            return;
        }

        var sequence = isRtx ? BinaryPrimitives.ReadUInt16BigEndian(packet.Payload) : packet.SequenceNumber;
        var part = _camera.Read(isRtx ? packet.Payload[Rtx.OsnLength..] : packet.Payload);
        _got.Add(new Got(World.Now, isRtx, sequence, part.IsKeyStart, part.Spatial));
    }

    private bool Lose(LoopbackPeer peer, byte[] datagram)
    {
        if (peer != Subscriber || datagram[0] >> 6 != 2 || RtcpPacket.IsRtcp(datagram))
        {
            return false;
        }

        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(8));
        _left.Add((World.Now, ssrc));
        return _loses && ssrc == TestMedia.ConsumerSsrc && ++_count % _loseOneIn == 0;
    }

    private readonly record struct Got(MediaTime At, bool IsRtx, ushort Sequence, bool IsKey, int Spatial);
}

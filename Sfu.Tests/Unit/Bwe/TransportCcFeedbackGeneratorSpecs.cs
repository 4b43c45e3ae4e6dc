using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Bwe;

public class TransportCcFeedbackGeneratorSpecs
{
    private readonly TransportCcFeedbackGenerator _generator = new();
    private readonly byte[] _buffer = new byte[1500];

    private static MediaTime Ms(long ms) => MediaTime.FromMilliseconds(ms);

    private byte[] Write(int room = 1200)
    {
        Assert.True(_generator.TryWrite(1, 2, _buffer.AsSpan(0, room), out var length));
        Assert.Equal(0, length % 4);
        Assert.InRange(length, 24, room);
        return _buffer[..length];
    }

    private static Message Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new RtcpReader(bytes);
        Assert.True(reader.TryNext(out var packet));
        Assert.True(TransportCcFeedback.TryParse(packet, out var feedback));
        var message = new Message(feedback.BaseSequence, feedback.ReferenceTime, feedback.FeedbackCount, []);
        var packets = feedback.GetPackets();
        while (packets.TryNext(out _, out var received, out var arrivalUs))
        {
            message.Arrivals.Add(received ? arrivalUs : null);
        }

        Assert.False(reader.TryNext(out _));
        Assert.False(reader.IsMalformed);
        return message;
    }

    [Fact]
    public void Nothing_received_is_nothing_to_report()
    {
        Assert.False(_generator.TryWrite(1, 2, _buffer, out _));
        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
    }

    [Fact]
    public void A_message_is_written_as_the_draft_draws_it()
    {
        _generator.OnPacket(65534, Ms(128));
        _generator.OnPacket(65535, new MediaTime(129_000));
        _generator.OnPacket(1, new MediaTime(139_000));
        Assert.Equal(Ms(228), _generator.NextTimeout);

        // Reference 2 × 64 ms; symbols 1 1 0 1 as a two-bit vector; deltas 0, 4, 40; three bytes of padding.
        Assert.Equal(Packets.Hex("AFCD0006 00000001 00000002 FFFE0004 00000200 D440 000428 000003"), Write());
        Assert.False(_generator.HasPending);
        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
        Assert.False(_generator.TryWrite(1, 2, _buffer, out _));
    }

    [Fact]
    public void Equal_symbols_become_a_run_and_mixed_ones_a_vector_of_fourteen()
    {
        for (var i = 0; i < 100; i++)
        {
            _generator.OnPacket((ushort)i, Ms(1000 + i));
        }

        // One run of 100 small deltas: 20 + 2 + 100 bytes, and 2 of padding.
        var bytes = Write();
        Assert.Equal(124, bytes.Length);
        Assert.Equal(Packets.Hex("2064"), bytes[20..22]);

        for (var i = 0; i < 14; i += 2)
        {
            _generator.OnPacket((ushort)(101 + i), Ms(1101 + i));
        }

        bytes = Write();
        Assert.Equal(Packets.Hex("9555"), bytes[20..22]);
    }

    [Fact]
    public void Losses_before_the_first_packet_of_a_report_are_reported()
    {
        _generator.OnPacket(10, Ms(0));
        Write();
        _generator.OnPacket(13, Ms(70));
        var message = Parse(Write());
        Assert.Equal((11, 1, 1), (message.Base, message.Reference, message.Number));
        Assert.Equal([null, null, 70_000], message.Arrivals);
    }

    [Fact]
    public void A_late_packet_is_reported_again_with_what_follows_it()
    {
        _generator.OnPacket(10, Ms(0));
        _generator.OnPacket(12, Ms(1));
        Write();
        _generator.OnPacket(11, Ms(90));
        var message = Parse(Write());
        Assert.Equal(11, message.Base);
        Assert.Equal([90_000, 1_000], message.Arrivals);
    }

    [Fact]
    public void A_duplicate_keeps_the_first_arrival()
    {
        _generator.OnPacket(10, Ms(0));
        _generator.OnPacket(10, Ms(50));
        Assert.Equal([0L], Parse(Write()).Arrivals);
        _generator.OnPacket(10, Ms(60));
        Assert.False(_generator.HasPending);
    }

    [Fact]
    public void A_pause_longer_than_a_delta_starts_another_message()
    {
        _generator.OnPacket(1, Ms(0));
        _generator.OnPacket(2, Ms(8_191));
        _generator.OnPacket(3, Ms(8_191 + 8_192));
        var first = Parse(Write());
        Assert.Equal([0L, 8_191_000L], first.Arrivals);
        var second = Parse(Write());
        Assert.Equal((3, 1), (second.Base, second.Number));
        Assert.Equal([16_383_000L], second.Arrivals);
        Assert.False(_generator.HasPending);
    }

    [Fact]
    public void A_buffer_too_small_for_all_gets_several_messages_that_join()
    {
        for (var i = 0; i < 900; i++)
        {
            if (i % 3 != 1)
            {
                _generator.OnPacket((ushort)(65_000 + i), new MediaTime(1_000_000 + (i * 1700)));
            }
        }

        var next = 65_000;
        var number = 0;
        while (_generator.HasPending)
        {
            var message = Parse(Write(TransportCcFeedbackGenerator.MinMessageLength + (number % 3)));
            Assert.Equal((ushort)next, message.Base);
            Assert.Equal((byte)number++, message.Number);
            for (var i = 0; i < message.Arrivals.Count; i++, next++)
            {
                var index = next - 65_000;
                Assert.Equal(index % 3 == 1 ? null : (1_000_000 + (index * 1700L)) / 250 * 250, message.Arrivals[i]);
            }
        }

        Assert.Equal(65_900, next);
        Assert.True(number > 10);
        Assert.False(_generator.TryWrite(1, 2, _buffer.AsSpan(0, TransportCcFeedbackGenerator.MinMessageLength - 1), out _));
    }

    [Fact]
    public void A_stray_number_is_ignored_and_a_sender_that_starts_anew_is_followed()
    {
        _generator.OnPacket(10_000, Ms(0));
        Write();
        _generator.OnPacket(1, Ms(10));
        Assert.False(_generator.HasPending);
        _generator.OnPacket(10_001, Ms(11));
        Assert.Equal([11_000L], Parse(Write()).Arrivals);
        _generator.OnPacket(1, Ms(20));
        _generator.OnPacket(2, Ms(21));
        var message = Parse(Write());
        Assert.Equal(2, message.Base);
        Assert.Equal([21_000L], message.Arrivals);
    }

    [Fact]
    public void A_jump_ahead_beyond_the_memory_starts_anew_and_one_within_is_loss()
    {
        _generator.OnPacket(0, Ms(0));
        _generator.OnPacket(4000, Ms(1));
        Assert.Equal(4001, Parse(Write()).Arrivals.Count);
        _generator.OnPacket(20_000, Ms(2));
        var message = Parse(Write());
        Assert.Equal(20_000, message.Base);
        Assert.Single(message.Arrivals);
    }

    [Fact]
    public void The_reference_time_wraps_at_24_bits_and_is_signed()
    {
        const long Period = (1L << 24) * 64_000;
        _generator.OnPacket(1, new MediaTime(Period / 2));
        Assert.Equal(-(1 << 23), Parse(Write()).Reference);
        _generator.OnPacket(2, new MediaTime(Period));
        Assert.Equal(0, Parse(Write()).Reference);
        _generator.OnPacket(3, new MediaTime(Period + (Period / 2) - 1));
        Assert.Equal((1 << 23) - 1, Parse(Write()).Reference);
        var early = new TransportCcFeedbackGenerator();
        early.OnPacket(1, new MediaTime(-1));
        Assert.True(early.TryWrite(1, 2, _buffer, out var length));
        var message = Parse(_buffer.AsSpan(0, length));
        Assert.Equal(-1, message.Reference);
        Assert.Equal([-250L], message.Arrivals);
    }

    [Fact]
    public void The_interval_is_clamped()
    {
        _generator.IntervalUs = 1;
        Assert.Equal(TransportCcFeedbackGenerator.MinIntervalUs, _generator.IntervalUs);
        _generator.IntervalUs = 10_000_000;
        _generator.OnPacket(1, Ms(0));
        Assert.Equal(Ms(250), _generator.NextTimeout);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Whatever_is_lost_late_or_slow_the_reports_add_up_to_what_came(int seed)
    {
        var random = new SeededRandom(seed);
        const long Period = (1L << 24) * 64_000;

        // The reference time wraps, or changes its sign, on the way.
        var now = (seed % 2 == 0 ? Period : Period / 2) - 30_000_000;
        long sequence = 65_500;
        var truth = new Dictionary<long, long>();
        var reported = new Dictionary<long, long?>();
        var late = new Queue<long>();
        long highest = sequence - 1;
        byte number = 0;
        for (var round = 0; round < 20_000; round++)
        {
            now += random.Next(100) switch { 0 => random.Next(500_000), 1 when random.Next(30) == 0 => random.Next(12_000_000), _ => random.Next(3000) };
            if (late.Count > 0 && random.Next(20) == 0)
            {
                var old = late.Dequeue();
                if (highest - old < 1000)
                {
                    _generator.OnPacket((ushort)old, new MediaTime(now));
                    truth[old] = now;
                }
            }

            sequence += random.Next(200) == 0 ? random.Next(600) : 1;
            switch (random.Next(seed == 5 ? 3 : 12))
            {
                case 0:
                    break;
                case 1:
                    late.Enqueue(sequence);
                    break;
                default:
                    if (truth.TryAdd(sequence, now))
                    {
                        _generator.OnPacket((ushort)sequence, new MediaTime(now));
                        highest = sequence;
                    }

                    break;
            }

            if (random.Next(60) == 0)
            {
                Collect(random.Next(4) == 0 ? 100 : 1200);
            }
        }

        Collect(1200);
        var first = truth.Keys.Min();
        for (var s = first; s <= highest; s++)
        {
            Assert.True(reported.TryGetValue(s, out var arrival), $"{s} was not reported.");
            if (truth.TryGetValue(s, out var came))
            {
                Assert.Equal(came / 250 * 250, arrival);
            }
            else
            {
                Assert.Null(arrival);
            }
        }

        void Collect(int room)
        {
            while (_generator.HasPending)
            {
                var message = Parse(Write(room));
                Assert.Equal(number++, message.Number);
                Assert.Contains(message.Arrivals, a => a is not null);
                var start = Serial.Unwrap(message.Base, highest);

                // The 24-bit reference time nearest to now.
                var shift = (long)Math.Round((now - ((long)message.Reference * 64_000)) / (double)Period) * Period;
                for (var i = 0; i < message.Arrivals.Count; i++)
                {
                    reported[start + i] = message.Arrivals[i] + shift;
                }
            }
        }
    }

    [Fact]
    public void Any_sequence_of_numbers_is_survived_without_allocation()
    {
        var random = new SeededRandom(77);
        var numbers = new ushort[4093];
        random.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
        Assert.Equal(0, AllocationProbe.Measure(
            round =>
            {
                var wild = numbers[round % numbers.Length];
                _generator.OnPacket(wild % 4 == 0 ? wild : (ushort)round, new MediaTime((round * 2000L) + (wild * 100)));
                if (round % 50 == 0)
                {
                    while (_generator.TryWrite(1, 2, _buffer, out _))
                    {
                    }
                }
            },
            20_000));
    }

    private sealed record Message(ushort Base, int Reference, byte Number, List<long?> Arrivals);
}

using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class NackGeneratorSpecs
{
    private readonly NackGenerator _generator = new();
    private MediaTime _now = MediaTime.FromSeconds(1);

    private bool Receive(int sequence, bool keyFrame = false, bool recovered = false) =>
        _generator.OnPacket((ushort)sequence, keyFrame, recovered, _now);

    private ushort[] Due(int room = 1000)
    {
        var destination = new ushort[room];
        return destination[.._generator.TakeDue(_now, destination)];
    }

    private void Wait(long ms) => _now = _now.PlusMs(ms);

    [Fact]
    public void A_gap_is_asked_for_after_the_initial_delay()
    {
        Receive(65534);
        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
        Receive(1);
        Assert.Equal(_now.PlusMs(10), _generator.NextTimeout);
        Wait(9);
        Assert.Empty(Due());
        Wait(1);
        Assert.Equal([65535, 0], Due());
        Assert.Equal(_now.PlusMs(40), _generator.NextTimeout);
    }

    [Fact]
    public void A_packet_that_comes_in_time_is_not_asked_for()
    {
        Receive(10);
        Receive(13);
        Assert.False(Receive(11));
        Assert.False(Receive(11));
        Wait(10);
        Assert.Equal([12], Due());
        Assert.True(Receive(12, recovered: true));
        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
        Assert.Equal(0, _generator.MissingCount);
    }

    [Fact]
    public void Requests_repeat_once_per_round_trip_ten_times_in_all()
    {
        _generator.RttUs = 120_000;
        Receive(1);
        Receive(3);
        Wait(10);
        for (var retry = 0; retry < NackGenerator.MaxRetries; retry++)
        {
            Assert.Equal([2], Due());
            Wait(119);
            Assert.Empty(Due());
            Wait(1);
        }

        Assert.Empty(Due());
        Assert.Equal(0, _generator.MissingCount);
        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
        Assert.False(_generator.NeedsKeyFrame);
    }

    [Fact]
    public void What_does_not_fit_stays_due()
    {
        Receive(0);
        Receive(6);
        Wait(10);
        Assert.Equal([1, 2], Due(2));
        Assert.True(_generator.NextTimeout <= _now);
        Assert.Equal([3, 4, 5], Due(10));
    }

    [Fact]
    public void Too_many_missing_packets_need_a_key_frame()
    {
        Receive(0);
        Receive(NackGenerator.MaxMissing + 1);
        Assert.Equal(NackGenerator.MaxMissing, _generator.MissingCount);
        Receive(NackGenerator.MaxMissing + 3);
        Assert.True(_generator.NeedsKeyFrame);
        Assert.Equal(0, _generator.MissingCount);
        Assert.True(_generator.TakeKeyFrameRequest());
        Assert.False(_generator.TakeKeyFrameRequest());
        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
    }

    [Fact]
    public void When_the_list_is_full_what_lies_before_the_key_frame_goes_first()
    {
        Receive(0);
        Receive(600);
        Receive(601, keyFrame: true);
        Receive(1100);
        Assert.False(_generator.NeedsKeyFrame);
        Assert.Equal(498, _generator.MissingCount);
        Wait(10);
        Assert.Equal(602, Due()[0]);
    }

    [Fact]
    public void A_key_frame_behind_a_huge_gap_is_the_answer_itself()
    {
        Receive(0);
        Receive(5000, keyFrame: true);
        Assert.False(_generator.NeedsKeyFrame);
        Assert.Equal(0, _generator.MissingCount);
        Receive(5002);
        Assert.Equal(1, _generator.MissingCount);
    }

    [Fact]
    public void A_recovered_packet_ahead_of_the_newest_proves_no_loss_and_is_not_asked_for()
    {
        Receive(10);
        Assert.False(Receive(13, recovered: true));
        Assert.Equal(0, _generator.MissingCount);
        Receive(15);
        Wait(10);
        Assert.Equal([11, 12, 14], Due());
    }

    [Fact]
    public void A_recovered_packet_is_forgotten_when_its_place_in_the_memory_comes_round_again()
    {
        Receive(10);
        Receive(13, recovered: true);
        for (var sequence = 11; sequence < 13 + SequenceBitmap.Size; sequence++)
        {
            Receive(sequence);
        }

        Receive(14 + SequenceBitmap.Size);
        Wait(10);
        Assert.Equal([13 + SequenceBitmap.Size], Due().Select(s => (int)s));
    }

    [Fact]
    public void Packets_far_behind_the_newest_are_given_up()
    {
        Receive(0);
        Receive(2);
        for (var sequence = 3; sequence < 10_010; sequence++)
        {
            Receive(sequence);
        }

        Assert.Equal(0, _generator.MissingCount);
    }

    [Fact]
    public void After_a_reset_the_next_packet_is_the_first()
    {
        Receive(0);
        Receive(10);
        _generator.Reset();
        Receive(500);
        Assert.Equal(0, _generator.MissingCount);
        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
    }

    [Fact]
    public void Under_random_loss_exactly_the_missing_packets_are_asked_for()
    {
        var random = new SeededRandom(11);
        var missing = new HashSet<ushort>();
        Receive(60_000);
        for (var sequence = 60_001; sequence < 90_000; sequence++)
        {
            Wait(1);
            if (random.Next(10) == 0)
            {
                missing.Add((ushort)sequence);
            }
            else
            {
                Receive(sequence);
            }

            foreach (var asked in Due(20))
            {
                Assert.Contains(asked, missing);
                if (random.Next(3) != 0)
                {
                    Assert.True(Receive(asked, recovered: true));
                    missing.Remove(asked);
                }
            }

            Assert.True(_generator.MissingCount <= missing.Count);
        }

        Assert.False(_generator.NeedsKeyFrame);
        Assert.True(missing.Count < 40);
    }

    [Fact]
    public void Any_sequence_of_numbers_keeps_it_within_bounds_and_allocates_nothing()
    {
        var random = new SeededRandom(12);
        var destination = new ushort[100];
        var numbers = new ushort[8192];
        random.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            var number = numbers[round % numbers.Length];
            var sequence = (ushort)(number % 3 == 0 ? number : 2 * round);
            _generator.OnPacket(sequence, number % 97 == 0, number % 5 == 0, MediaTime.FromMilliseconds(round));
            _generator.TakeDue(MediaTime.FromMilliseconds(round), destination);
            if (_generator.MissingCount > NackGenerator.MaxMissing)
            {
                throw new InvalidOperationException("More packets are missing than allowed.");
            }
        }, 20_000));
    }
}

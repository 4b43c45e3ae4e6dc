using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class RtpStreamReceiverSpecs
{
    private const int ClockRate = 90_000;

    private readonly RtpStreamReceiver _receiver = new(Packets.Ssrc, ClockRate);

    private SequenceArrival Receive(int sequence, uint timestamp = 0, long ms = 0)
    {
        Assert.True(RtpPacket.TryParse(Packets.Rtp((ushort)sequence, timestamp), out var packet));
        return _receiver.OnPacket(packet, MediaTime.FromMilliseconds(ms));
    }

    private SequenceArrival Recover(int sequence)
    {
        Assert.True(RtpPacket.TryParse(Packets.Rtp((ushort)sequence), out var packet));
        return _receiver.OnRecoveredPacket(packet);
    }

    [Fact]
    public void Arrivals_are_told_apart()
    {
        Assert.Equal(SequenceArrival.Restarted, Receive(65534));
        Assert.Equal(SequenceArrival.Newest, Receive(65535));
        Assert.Equal(SequenceArrival.Newest, Receive(2));
        Assert.Equal(SequenceArrival.Late, Receive(0));
        Assert.Equal(SequenceArrival.Duplicate, Receive(0));
        Assert.Equal(SequenceArrival.Duplicate, Receive(2));
        Assert.Equal(SequenceArrival.Late, Receive(65533));
        Assert.Equal(SequenceArrival.Duplicate, Receive(65533));
        Assert.Equal(3, _receiver.DuplicateCount);
        Assert.Equal(0x1_0002u, _receiver.ExtendedHighestSequence);
    }

    [Fact]
    public void A_lone_packet_from_far_away_changes_nothing_and_two_in_a_row_restart_the_count()
    {
        Receive(100);
        Receive(101);
        Assert.Equal(SequenceArrival.Rejected, Receive(30_000));
        Assert.Equal(SequenceArrival.Newest, Receive(102));
        Assert.Equal(102u, _receiver.ExtendedHighestSequence);
        Assert.Equal(SequenceArrival.Rejected, Receive(30_000));
        Assert.Equal(SequenceArrival.Restarted, Receive(30_001));
        Assert.Equal(30_001u, _receiver.ExtendedHighestSequence);
        Assert.Equal(0, _receiver.CumulativeLost);
    }

    [Fact]
    public void Loss_is_reported_per_interval_and_in_total()
    {
        for (var sequence = 0; sequence < 100; sequence++)
        {
            if (sequence % 4 != 1)
            {
                Receive(65_500 + sequence);
            }
        }

        var report = _receiver.BuildReportBlock(MediaTime.Zero);
        Assert.Equal(Packets.Ssrc, report.Ssrc);
        Assert.Equal(64, report.FractionLost);
        Assert.Equal(25, report.CumulativeLost);
        Assert.Equal(65_599u, report.ExtendedHighestSequence);

        for (var sequence = 100; sequence < 200; sequence++)
        {
            Receive(65_500 + sequence);
        }

        report = _receiver.BuildReportBlock(MediaTime.Zero);
        Assert.Equal(0, report.FractionLost);
        Assert.Equal(25, report.CumulativeLost);
        report = _receiver.BuildReportBlock(MediaTime.Zero);
        Assert.Equal(0, report.FractionLost);
    }

    [Fact]
    public void Duplicates_make_the_loss_negative_down_to_its_24_bits()
    {
        Receive(1);
        for (var i = 0; i < 10; i++)
        {
            Receive(1);
        }

        var report = _receiver.BuildReportBlock(MediaTime.Zero);
        Assert.Equal(-10, report.CumulativeLost);
        Assert.Equal(0, report.FractionLost);
    }

    [Fact]
    public void A_recovered_packet_is_no_duplicate_but_counts_as_lost_still()
    {
        Assert.Equal(SequenceArrival.Rejected, Recover(9));
        Receive(10);
        Receive(12);
        Assert.Equal(SequenceArrival.Late, Recover(11));
        Assert.Equal(SequenceArrival.Duplicate, Recover(11));
        Assert.Equal(SequenceArrival.Duplicate, Recover(12));
        Assert.Equal(1, _receiver.RecoveredCount);
        Assert.Equal(1, _receiver.BuildReportBlock(MediaTime.Zero).CumulativeLost);
    }

    [Fact] // RFC 3550 §A.8 by hand: J += |D| − ((J + 8) >> 4), J scaled by 16.
    public void Jitter_follows_the_estimator_of_the_rfc()
    {
        Receive(1, timestamp: 0xFFFF_FFFF, ms: 1000);
        Receive(2, timestamp: 3599, ms: 1040);
        Assert.Equal(0u, _receiver.Jitter);

        // 10 ms late: |D| = 900, scaled J = 900.
        Receive(3, timestamp: 7199, ms: 1090);
        Assert.Equal(900u >> 4, _receiver.Jitter);

        // On time again: |D| = 900, J = 900 + 900 − (908 >> 4) = 1744.
        Receive(4, timestamp: 10_799, ms: 1120);
        Assert.Equal(1744u >> 4, _receiver.Jitter);

        // Parts of the same frame leave it alone.
        Receive(5, timestamp: 10_799, ms: 1180);
        Assert.Equal(1744u >> 4, _receiver.Jitter);
    }

    [Fact] // The estimate rests where |D| = (J + 8) >> 4: at 14392, one below what a plain shift would give.
    public void A_steady_jitter_is_found_with_the_rounding_of_the_rfc()
    {
        for (var i = 0; i < 400; i++)
        {
            Receive(i, timestamp: (uint)i * 3600, ms: 1000 + (40 * i) + (i % 2 * 10));
        }

        Assert.Equal(899u, _receiver.Jitter);
    }

    [Fact]
    public void Report_blocks_name_the_last_sender_report_and_its_age()
    {
        Receive(1);
        Assert.Equal((0u, 0u), (_receiver.BuildReportBlock(MediaTime.Zero).LastSenderReport, 0u));
        _receiver.OnSenderReport(
            new SenderInfo(Packets.Ssrc, new NtpTime(0xB44D_B705_2000_0000), 90_000, 1, 1), MediaTime.FromMilliseconds(1000));
        var report = _receiver.BuildReportBlock(MediaTime.FromMilliseconds(6250));

        // The figures of RFC 3550 §6.4.1: LSR B705:2000, DLSR 5.250 s = 0005:4000.
        Assert.Equal(0xB705_2000u, report.LastSenderReport);
        Assert.Equal(0x0005_4000u, report.DelaySinceLastSenderReport);
    }

    [Fact]
    public void Expected_and_received_agree_with_a_plain_count_under_loss_and_reordering()
    {
        var random = new SeededRandom(3);
        var late = new List<int>();
        var received = 1;
        Receive(50_000);
        var highest = 50_000;
        for (var i = 1; i < 60_000; i++)
        {
            highest = 50_000 + i;
            var kind = random.Next(20);
            if (kind == 0)
            {
                continue;
            }

            if (kind == 1)
            {
                late.Add(highest);
                continue;
            }

            Assert.Equal(SequenceArrival.Newest, Receive(highest & 0xFFFF));
            received++;
            if (late.Count > 0 && random.Next(15) == 0)
            {
                if (highest - late[0] < SequenceTracker.MaxMisorder)
                {
                    Assert.Equal(SequenceArrival.Late, Receive(late[0] & 0xFFFF));
                    received++;
                }

                late.RemoveAt(0);
            }
        }

        Receive((highest + 1) & 0xFFFF);
        Assert.Equal((uint)highest + 1, _receiver.ExtendedHighestSequence);
        Assert.Equal(highest + 1 - 50_000 + 1 - (received + 1), _receiver.CumulativeLost);
    }

    [Fact]
    public void Receiving_and_reporting_allocates_nothing()
    {
        var packet = Packets.Rtp(0);
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            RtpPacket.SetSequenceNumber(packet, (ushort)round);
            RtpPacket.SetTimestamp(packet, (uint)round * 3000);
            Assert.True(RtpPacket.TryParse(packet, out var view));
            _receiver.OnPacket(view, MediaTime.FromMilliseconds(33L * round));
            _receiver.BuildReportBlock(MediaTime.FromMilliseconds(33L * round));
            _receiver.Bitrate(MediaTime.FromMilliseconds(33L * round));
        }));
    }
}

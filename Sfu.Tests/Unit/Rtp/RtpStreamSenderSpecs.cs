using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class RtpStreamSenderSpecs
{
    private static ReportBlock Report(uint lsr, uint dlsr) => new(1, 25, -3, 100, 7, lsr, dlsr);

    [Fact]
    public void A_sender_report_continues_the_timestamp_by_the_time_since_it_was_sent()
    {
        var sender = new RtpStreamSender(5, 48_000);
        Assert.False(sender.HasSent);
        sender.OnPacketSent(120, 100, 0xFFFF_FFFF, MediaTime.FromMilliseconds(1000));
        sender.OnPacketSent(120, 100, 0xFFFF_FFFF - 960, MediaTime.FromMilliseconds(1010));
        var ntp = NtpTime.FromUnixMicroseconds(1_700_000_000_000_000);
        var report = sender.BuildSenderReport(MediaTime.FromMilliseconds(1500), ntp);
        Assert.Equal(new SenderInfo(5, ntp, unchecked(0xFFFF_FFFF + 24_000), 2, 200), report);
        Assert.Equal(240, sender.ByteCount);
    }

    [Fact] // The example of RFC 3550 §6.4.1: 46864.500 − 46853.125 − 5.250 = 6.125 s.
    public void Round_trip_time_is_arrival_minus_report_minus_delay()
    {
        var sender = new RtpStreamSender(1, 90_000);
        sender.OnReportBlock(Report(0xB705_2000, 0x0005_4000), new NtpTime(0xB44D_B710_8000_0000));
        Assert.Equal(6_125_000, sender.RttUs);
        Assert.Equal((25, -3, 7u), (sender.FractionLost, sender.CumulativeLost, sender.RemoteJitter));
    }

    [Fact]
    public void A_report_without_reference_or_with_a_nonsense_one_leaves_the_round_trip_time()
    {
        var sender = new RtpStreamSender(1, 90_000);
        var now = new NtpTime(0xB44D_B710_8000_0000);
        sender.OnReportBlock(Report(now.Compact - 6554, 0), now);
        Assert.InRange(sender.RttUs, 99_900, 100_100);
        sender.OnReportBlock(Report(0, 0), now);
        sender.OnReportBlock(Report(now.Compact + (100 << 16), 0), now);
        sender.OnReportBlock(Report(now.Compact - (100 << 16), 0), now);
        Assert.InRange(sender.RttUs, 99_900, 100_100);

        // Rounding on a fast network may put the delay ahead of the time gone by.
        sender.OnReportBlock(Report(now.Compact - 10, 12), now);
        Assert.InRange(sender.RttUs, 0, 20);
    }

    [Fact]
    public void Ntp_time_counts_from_1900_and_is_exact_to_a_microsecond()
    {
        var time = NtpTime.FromUnixMicroseconds(500_000);
        Assert.Equal((2_208_988_800UL << 32) | 0x8000_0000, time.Value);
        Assert.Equal(0x7E80_8000u, time.Compact);
        var later = time.PlusUs(1_234_567);
        Assert.InRange(later.UsSince(time), 1_234_566, 1_234_567);
        Assert.InRange(time.UsSince(later), -1_234_567, -1_234_566);
    }

    [Fact]
    public void A_senders_clock_takes_the_smallest_offset_and_forgets_old_ones()
    {
        var clock = new SenderClock();
        Assert.False(clock.IsKnown);
        var sender = NtpTime.FromUnixMicroseconds(1_000_000_000);
        var local = NtpTime.FromUnixMicroseconds(5_000_000_000);
        clock.OnSenderReport(sender, local.PlusUs(40_000));
        clock.OnSenderReport(sender.PlusUs(1_000_000), local.PlusUs(1_010_000));
        clock.OnSenderReport(sender.PlusUs(2_000_000), local.PlusUs(2_090_000));
        Assert.InRange(clock.OffsetUs, 4_000_009_998, 4_000_010_000);
        Assert.InRange(clock.ToLocal(sender).UsSince(local), 9_997, 10_000);
        for (var i = 0; i < 16; i++)
        {
            clock.OnSenderReport(sender, local.PlusUs(50_000));
        }

        Assert.InRange(clock.OffsetUs, 4_000_049_998, 4_000_050_000);
    }

    [Fact]
    public void Bitrate_slides_over_a_second_and_starts_with_what_there_is()
    {
        var meter = new RateMeter();
        Assert.Equal(0, meter.BitsPerSecond(MediaTime.FromSeconds(1)));
        for (var ms = 0; ms < 3000; ms += 5)
        {
            meter.Add(625, MediaTime.FromMilliseconds(10_000 + ms));
            Assert.InRange(meter.BitsPerSecond(MediaTime.FromMilliseconds(10_000 + ms)), ms < 300 ? 200_000 : 900_000, 1_000_000);
        }

        Assert.InRange(meter.BitsPerSecond(MediaTime.FromMilliseconds(13_500)), 400_000, 520_000);
        Assert.Equal(0, meter.BitsPerSecond(MediaTime.FromMilliseconds(14_100)));
        Assert.Equal(0, meter.BitsPerSecond(MediaTime.FromSeconds(1_000_000)));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var sender = new RtpStreamSender(5, 48_000);
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            var now = MediaTime.FromMilliseconds(20L * round);
            sender.OnPacketSent(120, 100, (uint)round * 960, now);
            sender.OnReportBlock(Report(1, 1), sender.BuildSenderReport(now, new NtpTime((ulong)round << 32)).Ntp);
            sender.Bitrate(now);
        }));
    }
}

using Sfu.Media.Srtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

public sealed class RolloverSpecs
{
    [Fact]
    public void Guess_is_that_of_appendix_A()
    {
        var random = new SeededRandom(3711);
        for (var i = 0; i < 200_000; i++)
        {
            var highest = random.Next(8) == 0
                ? (random.Next(5) * 65536L) + (random.Next(2) * 32768L) + random.Next(3)
                : random.Next(int.MaxValue);
            var sequence = random.Next(8) == 0 ? (ushort)(highest + 32767 + random.Next(3)) : (ushort)random.Next(65536);
            var guess = PacketIndex.Guess(sequence, highest);
            var expected = AppendixA(sequence, highest);

            // Nothing lies before ROC zero: there the guess stays at zero.
            Assert.Equal(expected < 0 ? sequence : expected, guess);
        }
    }

    [Fact]
    public void A_stream_starts_with_rollover_counter_zero()
    {
        Assert.Equal(65_535, PacketIndex.Guess(65_535, PacketIndex.None));
        Assert.Equal(65_536, PacketIndex.Guess(0, 65_535));
        Assert.Equal(65_535, PacketIndex.Guess(65_535, 65_536));
        Assert.Equal(50_000, PacketIndex.Guess(50_000, 2));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Packets_survive_rollovers_with_loss_duplicates_and_reordering(SrtpProfile profile)
    {
        var random = new SeededRandom(65_536 + (int)profile);
        using var pair = new SrtpPair(profile);
        var inFlight = new List<(int Sequence, byte[] Wire, bool Again)>();
        var delivered = new HashSet<int>();
        var sequence = 30_000;
        while (sequence < 3 * 65_536 + 2000)
        {
            var nearBorder = (sequence & 0xFFFF) is > 65_300 or < 200;
            sequence += nearBorder ? 1 : 1 + random.Next(60);
            var wire = pair.Protect(SrtpPair.Rtp(sequence, 8));
            if (random.Next(5) == 0)
            {
                continue;
            }

            inFlight.Add((sequence, wire, false));
            if (random.Next(10) == 0)
            {
                inFlight.Add((sequence, wire, true));
            }

            if (inFlight.Count >= 16)
            {
                Deliver(pair, inFlight, delivered, random);
            }
        }

        Assert.True(delivered.Count > 1000);
    }

    [Theory]
    [InlineData(65_000, 70_000)]
    [InlineData(40_000, 72_767)]
    [InlineData(65_535, 98_302)]
    [InlineData(32_769, 65_536)]
    public void A_loss_of_less_than_half_the_number_space_over_the_border_is_survived(int last, int next)
    {
        using var pair = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag80);
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(last))));
        for (var sequence = last + 1; sequence < next; sequence += 500)
        {
            pair.Protect(SrtpPair.Rtp(sequence));
        }

        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(next))));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(next + 1))));
    }

    [Fact]
    public void The_old_side_of_the_border_is_still_received_after_the_new_one()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        var wires = Enumerable.Range(65_530, 12).Select(sequence => pair.Protect(SrtpPair.Rtp(sequence))).ToArray();
        Assert.Equal(SrtpStatus.Ok, pair.Receive(wires[0]));
        foreach (var wire in wires.Skip(1).Reverse())
        {
            Assert.Equal(SrtpStatus.Ok, pair.Receive(wire));
        }

        Assert.All(wires, wire => Assert.Equal(SrtpStatus.Replayed, pair.Receive(wire)));
    }

    [Fact]
    public void A_sender_that_is_given_packets_out_of_order_at_the_border_keeps_their_rollover_counters()
    {
        using var pair = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag32);
        var reference = new ReferenceSrtp(SrtpProfile.AesCm128HmacSha1Tag32, pair.Key, pair.Salt);
        foreach (var sequence in new[] { 65_533, 65_536, 65_534, 65_537, 65_535, 65_600, 65_599 })
        {
            var packet = SrtpPair.Rtp(sequence);
            Assert.Equal(reference.ProtectRtp(packet, SrtpPair.HeaderLength, (uint)(sequence >> 16)), pair.Protect(packet));
        }
    }

    private static void Deliver(SrtpPair pair, List<(int Sequence, byte[] Wire, bool Again)> inFlight, HashSet<int> delivered, SeededRandom random)
    {
        while (inFlight.Count > 0)
        {
            var at = random.Next(inFlight.Count);
            var (sequence, wire, _) = inFlight[at];
            inFlight.RemoveAt(at);
            if (delivered.Add(sequence))
            {
                var received = (byte[])wire.Clone();
                Assert.Equal(SrtpStatus.Ok, pair.Receiver.UnprotectRtp(received, SrtpPair.HeaderLength, out var length));
                Assert.Equal(SrtpPair.Rtp(sequence, 8), received[..length]);
            }
            else
            {
                Assert.Equal(SrtpStatus.Replayed, pair.Receive(wire));
            }
        }
    }

    /// <summary>RFC 3711 appendix A, word for word in effect: v is ROC−1, ROC or ROC+1.</summary>
    private static long AppendixA(ushort sequence, long highest)
    {
        var roc = highest >> 16;
        var latest = (int)(highest & 0xFFFF);
        long v;
        if (latest < 32_768)
        {
            v = sequence - latest > 32_768 ? roc - 1 : roc;
        }
        else
        {
            v = latest - 32_768 > sequence ? roc + 1 : roc;
        }

        return (v * 65_536) + sequence;
    }
}

using Sfu.Media.Srtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

public sealed class SrtpTagBatchSpecs
{
    private const int SlotLength = 1536;

    [Theory]
    [TagLanesData(0, EachProfile = true)]
    [TagLanesData(8, EachProfile = true)]
    [TagLanesData(16, EachProfile = true)]
    public void Packets_of_many_senders_and_lengths_are_as_without_a_batch(int lanes, SrtpProfile profile)
    {
        var random = new SeededRandom(lanes);
        var plain = Enumerable.Range(1, 20).Select(seed => new SrtpPair(profile, seed)).ToArray();
        var batched = Enumerable.Range(1, 20).Select(seed => new SrtpPair(profile, seed)).ToArray();
        using var batch = new SrtpTagBatch(lanes);
        var slots = GC.AllocateArray<byte>(300 * SlotLength, pinned: true);
        var expected = new List<byte[]>();
        for (var round = 0; round < 40; round++)
        {
            expected.Clear();
            var count = 1 + random.Next(round == 0 ? 300 : 40);
            for (var i = 0; i < count; i++)
            {
                var who = random.Next(plain.Length);
                var packet = SrtpPair.Rtp((round * 300) + i, random.Next(3) == 0 ? random.Next(1400) : 160);
                expected.Add(plain[who].Protect(packet));
                var written = Protect(batched[who].Sender, packet, slots.AsSpan(i * SlotLength, SlotLength), batch, (i & 1) == 0);
                Assert.Equal(expected[i].Length, written);
                Assert.InRange(batch.PendingCount, 0, SrtpTagBatch.Capacity);
            }

            Assert.Equal(profile.IsAead() || lanes == 0, batch.PendingCount == 0);
            batch.Flush();
            Assert.Equal(0, batch.PendingCount);
            for (var i = 0; i < count; i++)
            {
                Assert.Equal(expected[i], slots[(i * SlotLength)..((i * SlotLength) + expected[i].Length)]);
            }
        }

        Array.ForEach(plain, static p => p.Dispose());
        Array.ForEach(batched, static p => p.Dispose());
    }

    [Fact]
    public void A_pending_tag_outlives_its_sender()
    {
        const int Packets = 10;
        using var batch = new SrtpTagBatch();
        var slots = GC.AllocateArray<byte>(Packets * SlotLength, pinned: true);
        var expected = new byte[Packets][];
        for (var i = 0; i < Packets; i++)
        {
            using var plain = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag80, i);
            using var batched = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag80, i);
            expected[i] = plain.Protect(SrtpPair.Rtp(1, 700));
            Protect(batched.Sender, SrtpPair.Rtp(1, 700), slots.AsSpan(i * SlotLength, SlotLength), batch, split: true);
        }

        batch.Flush();
        for (var i = 0; i < Packets; i++)
        {
            Assert.Equal(expected[i], slots[(i * SlotLength)..((i * SlotLength) + expected[i].Length)]);
        }
    }

    [Fact]
    public void A_stream_that_may_retransmit_gets_its_tags_at_once()
    {
        using var pair = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag80);
        using var batch = new SrtpTagBatch();
        var slot = GC.AllocateArray<byte>(SlotLength, pinned: true);
        Assert.True(pair.Sender.AllowRetransmission(SrtpPair.Ssrc));
        for (var again = 0; again < 2; again++)
        {
            Assert.True(Protect(pair.Sender, SrtpPair.Rtp(1), slot, batch, split: true) > 0);
            Assert.Equal(0, batch.PendingCount);
        }

        Assert.Equal(-1, Protect(pair.Sender, SrtpPair.Rtp(1, fill: 1), slot, batch, split: true));
    }

    [Fact]
    public void A_disposed_batch_takes_nothing_more()
    {
        using var pair = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag80);
        var batch = new SrtpTagBatch();
        var slot = GC.AllocateArray<byte>(SlotLength, pinned: true);
        Protect(pair.Sender, SrtpPair.Rtp(1), slot, batch, split: true);
        batch.Dispose();
        batch.Dispose();
        batch.Flush();
        var written = Protect(pair.Sender, SrtpPair.Rtp(2), slot, batch, split: true);
        Assert.Equal(0, batch.PendingCount);
        Assert.Equal(SrtpStatus.Ok, pair.Receive(slot[..written]));
    }

    [Fact]
    public void No_packet_allocates()
    {
        using var pair = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag80);
        using var batch = new SrtpTagBatch();
        var slots = GC.AllocateArray<byte>(SrtpTagBatch.Capacity * SlotLength, pinned: true);
        var packet = SrtpPair.Rtp(0, 900);
        var next = 0;
        Assert.True(Send(next, 200));
        next += 200;

        var sent = true;
        Assert.Equal(0, AllocationProbe.Least(() =>
        {
            sent &= Send(next, 5000);
            next += 5000;
        }));
        Assert.True(sent);

        bool Send(int first, int count)
        {
            var all = true;
            for (var sequence = first; sequence < first + count; sequence++)
            {
                packet[2] = (byte)(sequence >> 8);
                packet[3] = (byte)sequence;
                var slot = slots.AsSpan(sequence % SrtpTagBatch.Capacity * SlotLength, SlotLength);
                all &= Protect(pair.Sender, packet, slot, batch, split: true) > 0;
                if (sequence % 50 == 0)
                {
                    batch.Flush();
                }
            }

            batch.Flush();
            return all;
        }
    }

    private static int Protect(SrtpSender sender, ReadOnlySpan<byte> packet, Span<byte> slot, SrtpTagBatch batch, bool split)
    {
        if (!split)
        {
            return sender.ProtectRtp(packet, SrtpPair.HeaderLength, slot, batch);
        }

        packet[..SrtpPair.HeaderLength].CopyTo(slot);
        return sender.ProtectRtpPayload(slot, SrtpPair.HeaderLength, packet[SrtpPair.HeaderLength..], batch);
    }
}

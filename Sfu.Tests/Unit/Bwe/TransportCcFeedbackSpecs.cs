using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Bwe;

public class TransportCcFeedbackSpecs
{
    private static List<(ushort Sequence, bool Received, long ArrivalUs)> Read(string hex, out (ushort Base, int Count, int Reference, byte Number) header)
    {
        var reader = new RtcpReader(Packets.Hex(hex));
        Assert.True(reader.TryNext(out var packet));
        Assert.True(TransportCcFeedback.TryParse(packet, out var feedback));
        Assert.Equal((1u, 2u), (feedback.SenderSsrc, feedback.MediaSsrc));
        header = (feedback.BaseSequence, feedback.StatusCount, feedback.ReferenceTime, feedback.FeedbackCount);
        var list = new List<(ushort, bool, long)>();
        var packets = feedback.GetPackets();
        while (packets.TryNext(out var sequence, out var received, out var arrivalUs))
        {
            list.Add((sequence, received, arrivalUs));
        }

        return list;
    }

    [Fact] // One one-bit vector, 1011001 and seven that mean nothing; small deltas 4, 8, 255, 0; reference −2 × 64 ms.
    public void A_one_bit_vector_with_small_deltas_is_read()
    {
        var packets = Read("AFCD0006 00000001 00000002 FFFE0007 FFFFFE03 AC80 0408 FF00 0002", out var header);
        Assert.Equal((65534, 7, -2, 3), header);
        Assert.Equal(
            [
                (65534, true, -127_000), (65535, false, 0), (0, true, -125_000), (1, true, -61_250), (2, false, 0), (3, false, 0), (4, true, -61_250),
            ],
            packets);
    }

    [Fact] // A two-bit vector 01 10 00 10 01 00 00 and a run of three small deltas; a large delta goes back in time.
    public void A_two_bit_vector_and_a_run_with_large_deltas_are_read()
    {
        var packets = Read("8FCD0008 00000001 00000002 0005000A 00000100 D890 2003 02 FFFE 0190 04 01 02 03 000000", out var header);
        Assert.Equal((5, 10, 1, 0), header);
        Assert.Equal(
            [
                (5, true, 64_500), (6, true, 64_000), (7, false, 0), (8, true, 164_000), (9, true, 165_000), (10, false, 0), (11, false, 0),
                (12, true, 165_250), (13, true, 165_750), (14, true, 166_500),
            ],
            packets);
    }

    [Fact]
    public void A_run_of_lost_packets_has_no_deltas()
    {
        var packets = Read("8FCD0005 00000001 00000002 00000008 00000100 0008 0000", out _);
        Assert.Equal(8, packets.Count);
        Assert.DoesNotContain(packets, p => p.Received);
    }

    [Theory]
    [InlineData("8FCD0003 00000001 00000002 00000001")] // No reference time.
    [InlineData("8FCD0004 00000001 00000002 00000001 00000100")] // No chunk.
    [InlineData("8FCD0005 00000001 00000002 00000003 00000100 2003 0000")] // One delta of three is missing.
    [InlineData("8FCD0005 00000001 00000002 00000009 00000100 0000 0008")] // An empty run.
    [InlineData("8FCD0005 00000001 00000002 FFFF0009 00000100 D555 0000")] // Chunks for seven packets of nine.
    [InlineData("AFCD0005 00000001 00000002 00000002 00000100 2002 0002")] // Padding where the deltas should be.
    [InlineData("8ECD0005 00000001 00000002 00000002 00000100 2002 0000")] // Another format.
    public void A_message_that_contradicts_itself_is_refused(string hex)
    {
        var reader = new RtcpReader(Packets.Hex(hex));
        Assert.True(reader.TryNext(out var packet));
        Assert.False(TransportCcFeedback.TryParse(packet, out _));
    }
}

using Sfu.Media.Srtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

public sealed class AllocationSpecs
{
    private const int Packets = 10_000;

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void No_packet_allocates(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        pair.Sender.AllowRetransmission(SrtpPair.Ssrc);
        var packet = SrtpPair.Rtp(0, 1100);
        var compound = SrtpPair.Rtcp(100);
        var rtp = new byte[packet.Length + SrtpProfiles.MaxRtpOverhead];
        var rtcp = new byte[compound.Length + SrtpProfiles.MaxRtcpOverhead];
        Assert.True(Exchange(pair, packet, compound, rtp, rtcp, 0, 500));

        var first = 500;
        MustAllocateNothing(() => Exchange(pair, packet, compound, rtp, rtcp, (first += Packets) - Packets, Packets));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void No_hostile_packet_allocates(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var forged = SrtpPair.Rtp(0, 200);
        Assert.True(Forge(pair, forged, 500));

        MustAllocateNothing(() => Forge(pair, forged, Packets));
    }

    private static void MustAllocateNothing(Func<bool> work)
    {
        // As long as what is measured, so that the code which is measured is the code that stays.
        Assert.True(work());

        var succeeded = true;
        Assert.Equal(0, AllocationProbe.Least(() => succeeded &= work()));
        Assert.True(succeeded);
    }

    private static bool Exchange(SrtpPair pair, byte[] packet, byte[] compound, byte[] rtp, byte[] rtcp, int first, int count)
    {
        var passed = true;
        for (var sequence = first; sequence < first + count; sequence++)
        {
            packet[2] = (byte)(sequence >> 8);
            packet[3] = (byte)sequence;
            var length = pair.Sender.ProtectRtp(packet, SrtpPair.HeaderLength, rtp);
            passed &= pair.Sender.ProtectRtp(packet, SrtpPair.HeaderLength, rtp) == length;
            passed &= pair.Receiver.UnprotectRtp(rtp.AsSpan(0, length), SrtpPair.HeaderLength, out _) == SrtpStatus.Ok;
            length = pair.Sender.ProtectRtcp(compound, rtcp);
            passed &= pair.Receiver.UnprotectRtcp(rtcp.AsSpan(0, length), out _) == SrtpStatus.Ok;
        }

        return passed;
    }

    private static bool Forge(SrtpPair pair, byte[] packet, int count)
    {
        var rejected = true;
        for (var i = 0; i < count; i++)
        {
            packet[10] = (byte)(i >> 8);
            packet[11] = (byte)i;
            rejected &= pair.Receiver.UnprotectRtp(packet, SrtpPair.HeaderLength, out _) != SrtpStatus.Ok;
            rejected &= pair.Receiver.UnprotectRtcp(packet, out _) != SrtpStatus.Ok;
        }

        return rejected;
    }
}

using Sfu.Media.Srtp;

namespace Sfu.Tests.Unit.Srtp;

public sealed class SrtpReceiverSpecs
{
    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Replays_are_rejected_and_reordering_within_the_window_is_not(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var wires = Enumerable.Range(100, SrtpStream.RtpWindowSize + 1).Select(sequence => pair.Protect(SrtpPair.Rtp(sequence))).ToArray();
        Assert.Equal(SrtpStatus.Ok, pair.Receive(wires[^1]));
        Assert.Equal(SrtpStatus.Replayed, pair.Receive(wires[^1]));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(wires[1]));
        Assert.Equal(SrtpStatus.Replayed, pair.Receive(wires[1]));
        Assert.Equal(SrtpStatus.Replayed, pair.Receive(wires[0]));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(wires[500]));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void A_replay_leaves_the_packet_as_it_was(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var wire = pair.Protect(SrtpPair.Rtp(1));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(wire));
        var again = (byte[])wire.Clone();
        Assert.Equal(SrtpStatus.Replayed, pair.Receiver.UnprotectRtp(again, SrtpPair.HeaderLength, out var length));
        Assert.Equal(0, length);
        Assert.Equal(wire, again);
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Rtcp_has_a_window_of_its_own_for_each_ssrc(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var wires = Enumerable.Range(0, SrtpStream.RtcpWindowSize + 1).Select(_ => pair.ProtectRtcp(SrtpPair.Rtcp())).ToArray();
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(1))));
        Assert.Equal(SrtpStatus.Ok, pair.ReceiveRtcp(wires[^1]));
        Assert.Equal(SrtpStatus.Ok, pair.ReceiveRtcp(wires[1]));
        Assert.Equal(SrtpStatus.Replayed, pair.ReceiveRtcp(wires[1]));
        Assert.Equal(SrtpStatus.Replayed, pair.ReceiveRtcp(wires[0]));
        Assert.Equal(SrtpStatus.Ok, pair.ReceiveRtcp(pair.ProtectRtcp(SrtpPair.Rtcp(ssrc: 1))));
        Assert.Equal(2, pair.Receiver.StreamCount);
    }

    [Fact]
    public void Rtcp_index_zero_is_accepted()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        var reference = new ReferenceSrtp(SrtpProfile.AeadAes128Gcm, pair.Key, pair.Salt);
        Assert.Equal(SrtpStatus.Ok, pair.ReceiveRtcp(reference.ProtectRtcp(SrtpPair.Rtcp(), 0, encrypts: true)));
        Assert.Equal(SrtpStatus.Replayed, pair.ReceiveRtcp(reference.ProtectRtcp(SrtpPair.Rtcp(), 0, encrypts: true)));
    }

    [Fact]
    public void Streams_are_bounded_and_removing_one_makes_room()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm, maxReceived: 3);
        for (uint ssrc = 1; ssrc <= 3; ssrc++)
        {
            Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(1, ssrc: ssrc))));
        }

        var fourth = pair.Protect(SrtpPair.Rtp(1, ssrc: 4));
        Assert.Equal(SrtpStatus.TooManyStreams, pair.Receive(fourth));
        Assert.Equal(SrtpStatus.TooManyStreams, pair.ReceiveRtcp(pair.ProtectRtcp(SrtpPair.Rtcp(ssrc: 4))));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(2, ssrc: 1))));
        Assert.True(pair.Receiver.RemoveStream(2));
        Assert.False(pair.Receiver.RemoveStream(2));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(fourth));
        Assert.Equal(3, pair.Receiver.StreamCount);
    }

    [Fact]
    public void A_removed_stream_goes_on_where_it_ended_and_its_old_packets_stay_replays()
    {
        using var pair = new SrtpPair(SrtpProfile.AesCm128HmacSha1Tag80);
        var early = pair.Protect(SrtpPair.Rtp(60_000));
        var report = pair.ProtectRtcp(SrtpPair.Rtcp());
        Assert.Equal(SrtpStatus.Ok, pair.Receive(early));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(70_000))));
        Assert.Equal(SrtpStatus.Ok, pair.ReceiveRtcp(report));
        Assert.True(pair.Receiver.RemoveStream(SrtpPair.Ssrc));
        Assert.Equal(SrtpStatus.Replayed, pair.Receive(early));
        Assert.Equal(SrtpStatus.Replayed, pair.ReceiveRtcp(report));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(70_001))));
    }

    [Fact]
    public void Removed_streams_are_remembered_only_so_far()
    {
        var retired = new RetiredStreams();
        for (uint ssrc = 0; ssrc <= RetiredStreams.Capacity; ssrc++)
        {
            retired.Add(ssrc, new RetiredIndexes(ssrc + 7, 3));
        }

        Assert.Equal(RetiredIndexes.None, retired.Find(0));
        Assert.Equal(new RetiredIndexes(8, 3), retired.Find(1));
        retired.Add(1, new RetiredIndexes(99, 4));
        Assert.Equal(new RetiredIndexes(99, 4), retired.Find(1));
    }
}

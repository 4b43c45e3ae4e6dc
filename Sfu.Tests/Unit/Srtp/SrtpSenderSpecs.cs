using Sfu.Media.Srtp;

namespace Sfu.Tests.Unit.Srtp;

public sealed class SrtpSenderSpecs
{
    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void A_retransmission_yields_the_same_bytes(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        Assert.True(pair.Sender.AllowRetransmission(SrtpPair.Ssrc));
        var first = Enumerable.Range(65_000, SrtpSender.WindowSize).Select(sequence => pair.Protect(SrtpPair.Rtp(sequence))).ToArray();
        for (var i = 0; i < first.Length; i++)
        {
            Assert.Equal(first[i], pair.Protect(SrtpPair.Rtp(65_000 + i)));
        }
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Another_payload_under_a_used_index_is_refused_and_not_let_out(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        Assert.True(pair.Sender.AllowRetransmission(SrtpPair.Ssrc));
        pair.Protect(SrtpPair.Rtp(10));
        pair.Protect(SrtpPair.Rtp(11));
        var other = SrtpPair.Rtp(10, fill: 0x77);
        var destination = new byte[other.Length + pair.Sender.RtpOverhead];
        Assert.Equal(-1, pair.Sender.ProtectRtp(other, SrtpPair.HeaderLength, destination));
        Assert.False(destination.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Another_header_or_length_under_a_used_index_is_refused(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        Assert.True(pair.Sender.AllowRetransmission(SrtpPair.Ssrc));
        pair.Protect(SrtpPair.Rtp(10, 30));
        var otherHeader = SrtpPair.Rtp(10, 30);
        otherHeader[7] ^= 1;
        Assert.True(pair.Refuses(otherHeader));
        Assert.True(pair.Refuses(SrtpPair.Rtp(10, 29)));
        Assert.False(pair.Refuses(SrtpPair.Rtp(10, 30)));
    }

    [Fact]
    public void A_number_that_was_skipped_may_be_sent_once_within_the_window()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        pair.Protect(SrtpPair.Rtp(5000));
        pair.Protect(SrtpPair.Rtp(6000));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(5500))));
        Assert.True(pair.Refuses(SrtpPair.Rtp(5500, fill: 1)));
    }

    [Fact]
    public void Packets_behind_the_window_are_refused()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        Assert.True(pair.Sender.AllowRetransmission(SrtpPair.Ssrc));
        pair.Protect(SrtpPair.Rtp(5000));
        pair.Protect(SrtpPair.Rtp(5000 + SrtpSender.WindowSize - 1));
        Assert.False(pair.Refuses(SrtpPair.Rtp(5000)));
        pair.Protect(SrtpPair.Rtp(5000 + SrtpSender.WindowSize));
        Assert.True(pair.Refuses(SrtpPair.Rtp(5000)));
        Assert.True(pair.Refuses(SrtpPair.Rtp(4000)));
        Assert.False(pair.Refuses(SrtpPair.Rtp(5001)));
    }

    [Fact]
    public void Streams_are_bounded_and_removing_one_makes_room()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm, maxSent: 3);
        for (uint ssrc = 1; ssrc <= 3; ssrc++)
        {
            Assert.False(pair.Refuses(SrtpPair.Rtp(1, ssrc: ssrc)));
        }

        Assert.True(pair.Refuses(SrtpPair.Rtp(1, ssrc: 4)));
        Assert.False(pair.Refuses(SrtpPair.Rtp(2, ssrc: 1)));
        Assert.True(pair.Sender.RemoveStream(2));
        Assert.False(pair.Sender.RemoveStream(2));
        Assert.False(pair.Refuses(SrtpPair.Rtp(1, ssrc: 4)));
        Assert.Equal(3, pair.Sender.StreamCount);
    }

    [Fact]
    public void A_removed_stream_that_comes_back_never_reuses_an_index()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        var reference = new ReferenceSrtp(SrtpProfile.AeadAes128Gcm, pair.Key, pair.Salt);
        foreach (var sequence in new[] { 30_000, 60_000, 70_000 })
        {
            pair.Protect(SrtpPair.Rtp(sequence));
        }

        Assert.True(pair.Sender.RemoveStream(SrtpPair.Ssrc));
        Assert.True(pair.Refuses(SrtpPair.Rtp(70_000, fill: 9)));
        Assert.True(pair.Refuses(SrtpPair.Rtp(60_000, fill: 9)));
        Assert.Equal(0, pair.Sender.StreamCount);
        var packet = SrtpPair.Rtp(70_001);
        Assert.Equal(reference.ProtectRtp(packet, SrtpPair.HeaderLength, roc: 1), pair.Protect(packet));
        Assert.Equal(1, pair.Sender.StreamCount);
    }

    [Fact]
    public void Rtcp_indexes_stay_unique_when_streams_come_and_go_and_end_with_the_keys()
    {
        var cipher = SrtpCipher.Derive(SrtpProfile.AeadAes128Gcm, new byte[16], new byte[12], seals: true);
        using var sender = new SrtpSender(cipher, firstRtcpIndex: 0x7FFF_FFFE);
        var wire = new byte[100];
        var length = sender.ProtectRtcp(SrtpPair.Rtcp(ssrc: 1), wire);
        Assert.Equal("FFFFFFFE", Convert.ToHexString(wire.AsSpan(length - 4, 4)));
        sender.RemoveStream(1);
        sender.ProtectRtcp(SrtpPair.Rtcp(ssrc: 1), wire);
        Assert.Equal("FFFFFFFF", Convert.ToHexString(wire.AsSpan(length - 4, 4)));
        Assert.Equal(-1, sender.ProtectRtcp(SrtpPair.Rtcp(ssrc: 1), wire));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Without_leave_to_retransmit_each_number_is_sent_once(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        pair.Protect(SrtpPair.Rtp(10));
        Assert.True(pair.Refuses(SrtpPair.Rtp(10)));
        Assert.True(pair.Sender.AllowRetransmission(SrtpPair.Ssrc));
        Assert.True(pair.Refuses(SrtpPair.Rtp(10)));
        var next = pair.Protect(SrtpPair.Rtp(11));
        Assert.Equal(next, pair.Protect(SrtpPair.Rtp(11)));
    }

    [Fact]
    public void Only_as_many_packets_as_asked_for_may_come_again()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        Assert.True(pair.Sender.AllowRetransmission(SrtpPair.Ssrc, 100));
        for (var sequence = 1000; sequence < 1200; sequence++)
        {
            pair.Protect(SrtpPair.Rtp(sequence));
        }

        Assert.False(pair.Refuses(SrtpPair.Rtp(1199 - 127)));
        Assert.True(pair.Refuses(SrtpPair.Rtp(1199 - 128)));
        Assert.True(pair.Refuses(SrtpPair.Rtp(1199 - 127, fill: 3)));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void A_payload_from_elsewhere_is_protected_like_a_whole_packet(SrtpProfile profile)
    {
        using var whole = new SrtpPair(profile);
        using var split = new SrtpPair(profile);
        for (var length = 0; length < 300; length++)
        {
            var packet = SrtpPair.Rtp(length, length);
            var destination = new byte[packet.Length + split.Sender.RtpOverhead + 3];
            packet.AsSpan(0, SrtpPair.HeaderLength).CopyTo(destination);
            var written = split.Sender.ProtectRtpPayload(destination, SrtpPair.HeaderLength, packet.AsSpan(SrtpPair.HeaderLength));
            Assert.Equal(whole.Protect(packet), destination[..written]);
            Assert.Equal(new byte[3], destination[written..]);
        }
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void A_payload_behind_its_header_is_protected_in_place_and_no_other_overlap_is_taken(SrtpProfile profile)
    {
        using var whole = new SrtpPair(profile);
        using var split = new SrtpPair(profile);
        var packet = SrtpPair.Rtp(1, 333);
        var room = new byte[packet.Length + split.Sender.RtpOverhead];
        packet.CopyTo(room, 0);
        foreach (var shift in new[] { -1, 1, 16 })
        {
            Assert.Equal(-1, split.Sender.ProtectRtpPayload(room, SrtpPair.HeaderLength, room.AsSpan(SrtpPair.HeaderLength + shift, 300)));
        }

        Assert.Equal(-1, split.Sender.ProtectRtpPayload(room, SrtpPair.HeaderLength, new byte[334]));
        Assert.Equal(-1, split.Sender.ProtectRtpPayload(room, 11, new byte[10]));
        Assert.Equal(-1, split.Sender.ProtectRtpPayload(room, int.MaxValue, new byte[10]));
        Assert.Equal(-1, split.Sender.ProtectRtpPayload([], SrtpPair.HeaderLength, []));
        Assert.Equal(room.Length, split.Sender.ProtectRtpPayload(room, SrtpPair.HeaderLength, room.AsSpan(SrtpPair.HeaderLength, 333)));
        Assert.Equal(whole.Protect(packet), room);
    }
}

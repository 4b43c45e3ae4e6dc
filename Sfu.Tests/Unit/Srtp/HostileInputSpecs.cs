using Sfu.Media.Srtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

public sealed class HostileInputSpecs
{
    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Each_changed_byte_of_rtp_fails_and_changes_nothing(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var wire = pair.Protect(SrtpPair.Rtp(77, 90));
        for (var at = 0; at < wire.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var forged = (byte[])wire.Clone();
                forged[at] ^= (byte)(1 << bit);
                Assert.NotEqual(SrtpStatus.Ok, pair.Receive(forged));
            }
        }

        Assert.Equal(0, pair.Receiver.StreamCount);
        Assert.Equal(SrtpStatus.Ok, pair.Receive(wire));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Each_changed_byte_of_rtcp_fails_and_changes_nothing(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var wire = pair.ProtectRtcp(SrtpPair.Rtcp(60));
        for (var at = 0; at < wire.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var forged = (byte[])wire.Clone();
                forged[at] ^= (byte)(1 << bit);
                Assert.NotEqual(SrtpStatus.Ok, pair.ReceiveRtcp(forged));
            }
        }

        Assert.Equal(0, pair.Receiver.StreamCount);
        Assert.Equal(SrtpStatus.Ok, pair.ReceiveRtcp(wire));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Each_truncation_fails(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var rtp = pair.Protect(SrtpPair.Rtp(77, 90));
        var rtcp = pair.ProtectRtcp(SrtpPair.Rtcp(60));
        for (var length = 0; length < rtp.Length; length++)
        {
            var expected = length < 12 + profile.RtpTagLength() ? SrtpStatus.Malformed : SrtpStatus.AuthenticationFailed;
            Assert.Equal(expected, pair.Receive(rtp[..length]));
        }

        for (var length = 0; length < rtcp.Length; length++)
        {
            var expected = length < 8 + 4 + profile.RtcpTagLength() ? SrtpStatus.Malformed : SrtpStatus.AuthenticationFailed;
            Assert.Equal(expected, pair.ReceiveRtcp(rtcp[..length]));
        }

        Assert.Equal(0, pair.Receiver.StreamCount);
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Mutations_never_throw_and_never_pass(SrtpProfile profile)
    {
        var random = new SeededRandom(20_000 + (int)profile);
        using var pair = new SrtpPair(profile);
        var rtp = pair.Protect(SrtpPair.Rtp(40_000, 120));
        var rtcp = pair.ProtectRtcp(SrtpPair.Rtcp(80));
        for (var i = 0; i < 20_000; i++)
        {
            var isRtp = (i & 1) == 0;
            var original = isRtp ? rtp : rtcp;
            var mutated = Mutate(original, random);
            var headerLength = random.Next(10) switch
            {
                0 => random.Next(int.MaxValue),
                1 => -random.Next(int.MaxValue),
                2 => random.Next(mutated.Length + 4),
                _ => SrtpPair.HeaderLength,
            };
            var same = mutated.AsSpan().SequenceEqual(original);
            var status = isRtp
                ? pair.Receiver.UnprotectRtp(mutated, headerLength, out var length)
                : pair.Receiver.UnprotectRtcp(mutated, out length);
            Assert.True(same || status != SrtpStatus.Ok);
            Assert.Equal(status == SrtpStatus.Ok, length != 0);
        }

        Assert.InRange(pair.Receiver.StreamCount, 0, 1);
    }

    [Fact]
    public void A_forged_packet_far_ahead_moves_no_rollover_counter()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(65_000))));
        for (var ahead = 1; ahead < 32_000; ahead += 997)
        {
            var forged = SrtpPair.Rtp(65_000 + ahead, 40);
            Assert.Equal(SrtpStatus.AuthenticationFailed, pair.Receive(forged));
        }

        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(65_001))));
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(65_536))));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Forged_packets_leave_no_stream_behind(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile, maxReceived: 2);
        for (uint ssrc = 0; ssrc < 100; ssrc++)
        {
            Assert.Equal(SrtpStatus.AuthenticationFailed, pair.Receive(SrtpPair.Rtp(1, 60, ssrc)));
            Assert.Equal(SrtpStatus.AuthenticationFailed, pair.ReceiveRtcp(SrtpPair.Rtcp(60, ssrc)));
        }

        Assert.Equal(0, pair.Receiver.StreamCount);
        Assert.Equal(SrtpStatus.Ok, pair.Receive(pair.Protect(SrtpPair.Rtp(1, ssrc: 0))));
    }

    [Fact]
    public void Unauthenticated_plaintext_is_not_left_in_the_buffer()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        var packet = SrtpPair.Rtp(1, 64, fill: 0xAA);
        var wire = pair.Protect(packet);
        wire[^1] ^= 1;
        Assert.Equal(SrtpStatus.AuthenticationFailed, pair.Receiver.UnprotectRtp(wire, SrtpPair.HeaderLength, out _));
        Assert.False(wire.AsSpan(SrtpPair.HeaderLength, 64).ContainsAnyExcept((byte)0));
    }

    private static byte[] Mutate(byte[] original, SeededRandom random)
    {
        var mutated = (byte[])original.Clone();
        switch (random.Next(4))
        {
            case 0:
                mutated[random.Next(mutated.Length)] ^= (byte)(1 + random.Next(255));
                break;
            case 1:
                mutated = mutated[..random.Next(mutated.Length + 1)];
                break;
            case 2:
                Array.Resize(ref mutated, mutated.Length + random.Next(40));
                break;
            default:
                random.Fill(mutated.AsSpan(random.Next(mutated.Length)));
                break;
        }

        return mutated;
    }
}

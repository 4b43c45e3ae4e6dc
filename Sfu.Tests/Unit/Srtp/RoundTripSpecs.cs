using Sfu.Media.Srtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

public sealed class RoundTripSpecs
{
    private const int MaxPayload = 1400;

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Rtp_of_each_length_equals_the_reference_and_comes_back(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var reference = new ReferenceSrtp(profile, pair.Key, pair.Salt);
        for (var length = 0; length <= MaxPayload; length++)
        {
            var packet = SrtpPair.Rtp(64_900 + length, length);
            var wire = pair.Protect(packet);
            Assert.Equal(packet.Length + profile.RtpTagLength(), wire.Length);
            Assert.Equal(reference.ProtectRtp(packet, SrtpPair.HeaderLength, (uint)((64_900 + length) >> 16)), wire);
            Assert.Equal(SrtpStatus.Ok, pair.Receiver.UnprotectRtp(wire, SrtpPair.HeaderLength, out var plainLength));
            Assert.Equal(packet, wire[..plainLength]);
        }
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Rtcp_of_each_length_equals_the_reference_and_comes_back(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var reference = new ReferenceSrtp(profile, pair.Key, pair.Salt);
        for (var length = 0; length <= MaxPayload; length++)
        {
            var compound = SrtpPair.Rtcp(length);
            var wire = pair.ProtectRtcp(compound);
            Assert.Equal(compound.Length + profile.RtcpTagLength() + SrtpProfiles.RtcpIndexLength, wire.Length);
            Assert.Equal(reference.ProtectRtcp(compound, (uint)(length + 1), encrypts: true), wire);
            Assert.Equal(SrtpStatus.Ok, pair.Receiver.UnprotectRtcp(wire, out var plainLength));
            Assert.Equal(compound, wire[..plainLength]);
        }
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Csrcs_and_extensions_stay_readable_and_are_authenticated(SrtpProfile profile)
    {
        const int LongHeader = 12 + 8 + 12;
        using var pair = new SrtpPair(profile);
        var reference = new ReferenceSrtp(profile, pair.Key, pair.Salt);
        var packet = SrtpPair.Rtp(7, 100);
        packet[0] = 0x92;
        var wire = new byte[packet.Length + pair.Sender.RtpOverhead];

        Assert.Equal(wire.Length, pair.Sender.ProtectRtp(packet, LongHeader, wire));
        Assert.Equal(packet[..LongHeader], wire[..LongHeader]);
        Assert.Equal(reference.ProtectRtp(packet, LongHeader, 0), wire);
        var forged = (byte[])wire.Clone();
        forged[LongHeader - 1] ^= 0x10;
        Assert.Equal(SrtpStatus.AuthenticationFailed, pair.Receiver.UnprotectRtp(forged, LongHeader, out _));
        Assert.Equal(SrtpStatus.Ok, pair.Receiver.UnprotectRtp(wire, LongHeader, out _));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Protecting_in_place_gives_the_same_bytes(SrtpProfile profile)
    {
        using var outside = new SrtpPair(profile);
        using var inside = new SrtpPair(profile);
        foreach (var length in new[] { 0, 1, 15, 16, 17, 160, 1200 })
        {
            var packet = SrtpPair.Rtp(1000 + length, length);
            var compound = SrtpPair.Rtcp(length);
            var buffer = new byte[packet.Length + SrtpProfiles.MaxRtpOverhead];
            packet.CopyTo(buffer, 0);
            var written = inside.Sender.ProtectRtp(buffer.AsSpan(0, packet.Length), SrtpPair.HeaderLength, buffer);
            Assert.Equal(outside.Protect(packet), buffer[..written]);

            buffer = new byte[compound.Length + SrtpProfiles.MaxRtcpOverhead];
            compound.CopyTo(buffer, 0);
            written = inside.Sender.ProtectRtcp(buffer.AsSpan(0, compound.Length), buffer);
            Assert.Equal(outside.ProtectRtcp(compound), buffer[..written]);
        }
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Overlapping_by_parts_and_lacking_room_are_refused_without_spending_an_index(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var buffer = new byte[200];
        SrtpPair.Rtp(5, 40).CopyTo(buffer, 0);
        Assert.Equal(-1, pair.Sender.ProtectRtp(buffer.AsSpan(0, 52), SrtpPair.HeaderLength, buffer.AsSpan(1)));
        Assert.Equal(-1, pair.Sender.ProtectRtp(SrtpPair.Rtp(5, 40), SrtpPair.HeaderLength, new byte[52 + profile.RtpTagLength() - 1]));
        Assert.Equal(-1, pair.Sender.ProtectRtcp(SrtpPair.Rtcp(), new byte[28 + profile.RtcpTagLength() + 3]));
        Assert.Equal(0, pair.Sender.StreamCount);
        Assert.Equal(SrtpPair.Rtp(5, 40), buffer[..52]);

        var wire = pair.ProtectRtcp(SrtpPair.Rtcp());
        Assert.Equal(new ReferenceSrtp(profile, pair.Key, pair.Salt).ProtectRtcp(SrtpPair.Rtcp(), 1, encrypts: true), wire);
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Packets_that_are_not_rtp_are_refused(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var destination = new byte[70_000];
        var wrongVersion = SrtpPair.Rtp(1);
        wrongVersion[0] = 0x40;
        Assert.Equal(-1, pair.Sender.ProtectRtp(wrongVersion, 12, destination));
        Assert.Equal(-1, pair.Sender.ProtectRtp(SrtpPair.Rtp(1), 11, destination));
        Assert.Equal(-1, pair.Sender.ProtectRtp(SrtpPair.Rtp(1, 4), 17, destination));
        Assert.Equal(-1, pair.Sender.ProtectRtp(SrtpPair.Rtp(1, 65_530), 12, destination));
        Assert.Equal(-1, pair.Sender.ProtectRtp([], 12, destination));
        Assert.Equal(-1, pair.Sender.ProtectRtcp(new byte[7], destination));
        Assert.Equal(-1, pair.Sender.ProtectRtcp(new byte[8], destination));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Unencrypted_rtcp_is_accepted_when_authentic(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var reference = new ReferenceSrtp(profile, pair.Key, pair.Salt);
        var compound = SrtpPair.Rtcp(48);
        for (var at = 0; at < compound.Length + pair.Sender.RtcpOverhead; at++)
        {
            var forged = reference.ProtectRtcp(compound, 9, encrypts: false);
            forged[at] ^= 0x04;
            Assert.NotEqual(SrtpStatus.Ok, pair.ReceiveRtcp(forged));
        }

        var wire = reference.ProtectRtcp(compound, 9, encrypts: false);
        Assert.Equal(SrtpStatus.Ok, pair.Receiver.UnprotectRtcp(wire, out var length));
        Assert.Equal(compound, wire[..length]);

        // The index is spent, whatever the E-bit says.
        Assert.Equal(SrtpStatus.Replayed, pair.ReceiveRtcp(reference.ProtectRtcp(compound, 9, encrypts: true)));
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Random_packets_of_many_streams_equal_the_reference(SrtpProfile profile)
    {
        var random = new SeededRandom(4711);
        using var pair = new SrtpPair(profile, seed: 99);
        var reference = new ReferenceSrtp(profile, pair.Key, pair.Salt);
        var sequences = new int[50];
        for (var i = 0; i < 2000; i++)
        {
            var stream = random.Next(sequences.Length);
            sequences[stream] += 1 + random.Next(9000);
            var packet = new byte[12 + random.Next(MaxPayload)];
            random.Fill(packet);
            SrtpPair.Rtp(sequences[stream], 0, (uint)(0xF0000000 + stream)).CopyTo(packet, 0);
            var wire = pair.Protect(packet);
            Assert.Equal(reference.ProtectRtp(packet, 12, (uint)(sequences[stream] >> 16)), wire);
            Assert.Equal(SrtpStatus.Ok, pair.Receiver.UnprotectRtp(wire, 12, out var length));
            Assert.Equal(packet, wire[..length]);
        }

        Assert.Equal(sequences.Length, pair.Sender.StreamCount);
        Assert.Equal(sequences.Length, pair.Receiver.StreamCount);
    }
}

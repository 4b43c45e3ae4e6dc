using Sfu.Media.Srtp;
using Sfu.Media.Srtp.Kernels;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>Whole packets by each path, the portable one included.</summary>
public sealed class CryptoPathSpecs
{
    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Each_path_protects_as_the_reference_does_and_opens_what_it_made(SrtpProfile profile)
    {
        var random = new SeededRandom((int)profile);
        var masterKey = new byte[profile.KeyLength()];
        var masterSalt = new byte[profile.SaltLength()];
        random.Fill(masterKey);
        random.Fill(masterSalt);
        var reference = new ReferenceSrtp(profile, masterKey, masterSalt);
        foreach (var path in CryptoPaths.Available)
        {
            using var sender = new SrtpSender(SrtpCipher.Derive(profile, masterKey, masterSalt, seals: true, path));
            using var receiver = new SrtpReceiver(SrtpCipher.Derive(profile, masterKey, masterSalt, seals: false, path));
            for (var i = 0; i < 500; i++)
            {
                CheckRtp(reference, sender, receiver, SrtpPair.Rtp(i, random.Next(1500)));
                CheckRtcp(reference, sender, receiver, SrtpPair.Rtcp(random.Next(300) * 4), (uint)i + 1);
            }

            for (uint index = 1000; index < 1050; index++)
            {
                var wire = reference.ProtectRtcp(SrtpPair.Rtcp(random.Next(300) * 4), index, encrypts: false);
                Assert.Equal(SrtpStatus.Ok, receiver.UnprotectRtcp(wire, out _));
            }
        }
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void The_longest_packets_go_through_each_path(SrtpProfile profile)
    {
        var masterKey = new byte[profile.KeyLength()];
        var masterSalt = new byte[profile.SaltLength()];
        var reference = new ReferenceSrtp(profile, masterKey, masterSalt);
        foreach (var path in CryptoPaths.Available)
        {
            using var sender = new SrtpSender(SrtpCipher.Derive(profile, masterKey, masterSalt, seals: true, path));
            using var receiver = new SrtpReceiver(SrtpCipher.Derive(profile, masterKey, masterSalt, seals: false, path));
            CheckRtp(reference, sender, receiver, SrtpPair.Rtp(1, 65_000));
            CheckRtp(reference, sender, receiver, SrtpPair.Rtp(2, 65_535 - SrtpPair.HeaderLength - SrtpProfiles.MaxRtpOverhead));
        }
    }

    [Fact]
    public void The_self_test_passes_by_each_path()
    {
        foreach (var path in CryptoPaths.Available)
        {
            KernelSelfTest.Run(path);
        }
    }

    [Fact]
    public void A_disposed_key_is_refused()
    {
        foreach (var path in CryptoPaths.Available)
        {
            var gcm = GcmKey.Create(new byte[16], seals: true, path);
            var counter = CounterKey.Create(new byte[16], path);
            gcm.Dispose();
            gcm.Dispose();
            counter.Dispose();
            if (path != CryptoPath.OpenSsl)
            {
                Assert.Throws<ObjectDisposedException>(() => gcm.Seal(new byte[12], [], [], new byte[16]));
                Assert.Throws<ObjectDisposedException>(() => counter.Apply(new byte[16], [], []));
            }
        }
    }

    private static void CheckRtp(ReferenceSrtp reference, SrtpSender sender, SrtpReceiver receiver, byte[] packet)
    {
        var wire = new byte[packet.Length + sender.RtpOverhead];
        Assert.Equal(wire.Length, sender.ProtectRtp(packet, SrtpPair.HeaderLength, wire));
        Assert.Equal(reference.ProtectRtp(packet, SrtpPair.HeaderLength, roc: 0), wire);
        Assert.Equal(SrtpStatus.Ok, receiver.UnprotectRtp(wire, SrtpPair.HeaderLength, out var length));
        Assert.True(wire.AsSpan(0, length).SequenceEqual(packet));
    }

    private static void CheckRtcp(ReferenceSrtp reference, SrtpSender sender, SrtpReceiver receiver, byte[] compound, uint index)
    {
        var wire = new byte[compound.Length + sender.RtcpOverhead];
        Assert.Equal(wire.Length, sender.ProtectRtcp(compound, wire));
        Assert.Equal(reference.ProtectRtcp(compound, index, encrypts: true), wire);
        Assert.Equal(SrtpStatus.Ok, receiver.UnprotectRtcp(wire, out var length));
        Assert.True(wire.AsSpan(0, length).SequenceEqual(compound));
    }
}

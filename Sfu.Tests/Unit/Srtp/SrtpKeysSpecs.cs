using Sfu.Media.Srtp;

namespace Sfu.Tests.Unit.Srtp;

public sealed class SrtpKeysSpecs
{
    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Exported_material_is_client_key_server_key_client_salt_server_salt(SrtpProfile profile)
    {
        var keyLength = profile.KeyLength();
        var saltLength = profile.SaltLength();
        var clientKey = Enumerable.Repeat((byte)1, keyLength).ToArray();
        var serverKey = Enumerable.Repeat((byte)2, keyLength).ToArray();
        var clientSalt = Enumerable.Repeat((byte)3, saltLength).ToArray();
        var serverSalt = Enumerable.Repeat((byte)4, saltLength).ToArray();
        byte[] material = [.. clientKey, .. serverKey, .. clientSalt, .. serverSalt];

        var client = SrtpKeys.FromExporter(profile, material, localIsClient: true);
        var server = SrtpKeys.FromExporter(profile, material, localIsClient: false);

        Assert.Equal(profile.ExporterLength(), material.Length);
        Assert.Equal(clientKey, client.LocalKey);
        Assert.Equal(clientSalt, client.LocalSalt);
        Assert.Equal(serverKey, client.RemoteKey);
        Assert.Equal(serverSalt, client.RemoteSalt);
        Assert.Equal(clientKey, server.RemoteKey);
        Assert.Equal(clientSalt, server.RemoteSalt);
        Assert.Equal(serverKey, server.LocalKey);
        Assert.Equal(serverSalt, server.LocalSalt);
    }

    [Theory]
    [ClassData(typeof(AllProfiles))]
    public void Both_ends_of_one_handshake_understand_each_other(SrtpProfile profile)
    {
        var material = Enumerable.Range(0, profile.ExporterLength()).Select(i => (byte)i).ToArray();
        using var client = new SrtpSender(SrtpKeys.FromExporter(profile, material, localIsClient: true));
        using var server = new SrtpReceiver(SrtpKeys.FromExporter(profile, material, localIsClient: false));
        using var clientItself = new SrtpReceiver(SrtpKeys.FromExporter(profile, material, localIsClient: true));
        var packet = SrtpPair.Rtp(1);
        var wire = new byte[packet.Length + client.RtpOverhead];
        Assert.Equal(wire.Length, client.ProtectRtp(packet, SrtpPair.HeaderLength, wire));

        Assert.Equal(SrtpStatus.AuthenticationFailed, clientItself.UnprotectRtp((byte[])wire.Clone(), SrtpPair.HeaderLength, out _));
        Assert.Equal(SrtpStatus.Ok, server.UnprotectRtp(wire, SrtpPair.HeaderLength, out _));
    }

    [Fact]
    public void Material_of_another_length_is_refused()
    {
        Assert.Equal(56, SrtpProfile.AeadAes128Gcm.ExporterLength());
        Assert.Equal(60, SrtpProfile.AesCm128HmacSha1Tag80.ExporterLength());
        Assert.Throws<ArgumentException>(() => SrtpKeys.FromExporter(SrtpProfile.AeadAes128Gcm, new byte[60], localIsClient: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => SrtpKeys.FromExporter(SrtpProfile.None, new byte[60], localIsClient: true));
        Assert.Throws<ArgumentException>(
            () => new SrtpKeys(SrtpProfile.AeadAes128Gcm, new byte[16], new byte[14], new byte[16], new byte[12]));
    }

    [Fact]
    public void Clearing_zeroes_every_key_and_salt()
    {
        var material = Enumerable.Repeat((byte)0xFF, SrtpProfile.AeadAes256Gcm.ExporterLength()).ToArray();
        var keys = SrtpKeys.FromExporter(SrtpProfile.AeadAes256Gcm, material, localIsClient: true);
        keys.Clear();
        Assert.False(keys.LocalKey.ContainsAnyExcept((byte)0));
        Assert.False(keys.LocalSalt.ContainsAnyExcept((byte)0));
        Assert.False(keys.RemoteKey.ContainsAnyExcept((byte)0));
        Assert.False(keys.RemoteSalt.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Disposing_zeroes_derived_salts_and_refuses_later_packets()
    {
        var gcm = (GcmCipher)SrtpCipher.Derive(SrtpProfile.AeadAes128Gcm, new byte[16], new byte[12], seals: true);
        var counter = (CounterHmacCipher)SrtpCipher.Derive(SrtpProfile.AesCm128HmacSha1Tag80, new byte[16], new byte[14], seals: true);
        byte[][] salts = [gcm.Salts.Rtp, gcm.Salts.Rtcp, counter.Salts.Rtp, counter.Salts.Rtcp];
        Assert.All(salts, salt => Assert.Contains(salt, b => b != 0));
        gcm.Dispose();
        counter.Dispose();
        Assert.All(salts, salt => Assert.DoesNotContain(salt, b => b != 0));

        var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        var wire = pair.Protect(SrtpPair.Rtp(1));
        pair.Dispose();
        pair.Dispose();
        Assert.True(pair.Refuses(SrtpPair.Rtp(2)));
        Assert.Equal(-1, pair.Sender.ProtectRtcp(SrtpPair.Rtcp(), new byte[100]));
        Assert.Equal(SrtpStatus.AuthenticationFailed, pair.Receive(wire));
        Assert.Equal(SrtpStatus.AuthenticationFailed, pair.ReceiveRtcp(wire));
    }

    [Fact]
    public void Self_test_passes() => SrtpSelfTest.Run();
}

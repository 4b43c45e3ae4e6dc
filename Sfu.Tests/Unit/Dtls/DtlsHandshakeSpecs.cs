using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sfu.Media.Dtls;

namespace Sfu.Tests.Unit.Dtls;

[Collection(nameof(DtlsCollection))]
public sealed class DtlsHandshakeSpecs
{
    private const ushort Cm80 = DtlsSrtpProfile.AesCm128HmacSha1Tag80;
    private const ushort Cm32 = DtlsSrtpProfile.AesCm128HmacSha1Tag32;
    private const ushort Gcm128 = DtlsSrtpProfile.AeadAes128Gcm;
    private const ushort Gcm256 = DtlsSrtpProfile.AeadAes256Gcm;

    [Fact]
    public void Two_peers_connect_in_two_round_trips_with_equal_keys()
    {
        using var link = new DtlsLink();
        var started = link.Now;
        link.Start();

        Assert.True(link.RunUntil(() => link.BothConnected));

        link.AssertKeysAgree();
        Assert.Equal(40, link.Now.MsSince(started));
        Assert.Equal(4, link.Sent.Count);
        Assert.True(link.Client.LocalIsClient);
        Assert.False(link.Server.LocalIsClient);
        Assert.Equal(Sfu.Media.Wire.MediaTime.Never, link.Client.NextTimeout);
        Assert.Equal(Sfu.Media.Wire.MediaTime.Never, link.Server.NextTimeout);
        Assert.Null(link.Client.FailureText);
    }

    [Fact]
    public void Keys_differ_from_session_to_session()
    {
        using var one = new DtlsLink().Start();
        using var other = new DtlsLink().Start();
        one.RunUntil(() => one.BothConnected);
        other.RunUntil(() => other.BothConnected);

        one.AssertKeysAgree();
        other.AssertKeysAgree();
        Assert.False(one.Client.KeyingMaterial.SequenceEqual(other.Client.KeyingMaterial));
    }

    [Fact]
    public void Each_side_shows_the_others_certificate()
    {
        using var link = new DtlsLink().Start();
        Assert.Null(link.Server.RemoteCertificatePem);
        Assert.True(link.RunUntil(() => link.BothConnected));

        using var seenByServer = X509Certificate2.CreateFromPem(link.Server.RemoteCertificatePem);
        using var seenByClient = X509Certificate2.CreateFromPem(link.Client.RemoteCertificatePem);

        Assert.Equal(link.ClientCertificate.Fingerprints, DtlsFingerprint.AllOf(seenByServer.RawData));
        Assert.Equal(link.ServerCertificate.Fingerprints, DtlsFingerprint.AllOf(seenByClient.RawData));
    }

    [Theory]
    [InlineData(new[] { Cm80 }, Cm80, 60)]
    [InlineData(new[] { Cm32 }, Cm32, 60)]
    [InlineData(new[] { Gcm128 }, Gcm128, 56)]
    [InlineData(new[] { Gcm256 }, Gcm256, 88)]
    [InlineData(new[] { Cm80, Gcm256, Gcm128 }, Gcm128, 56)]
    [InlineData(new[] { Cm32, Cm80, Gcm256 }, Gcm256, 88)]
    [InlineData(new[] { Cm32, Cm80 }, Cm80, 60)]
    public void Server_chooses_the_profile_it_likes_best(ushort[] offered, ushort chosen, int keyBytes)
    {
        using var link = new DtlsLink(clientOptions: new DtlsOptions { SrtpProfiles = offered }).Start();

        Assert.True(link.RunUntil(() => link.BothConnected));

        link.AssertKeysAgree();
        Assert.Equal(chosen, link.Server.SrtpProfileId);
        Assert.Equal(keyBytes, link.Server.KeyingMaterial.Length);
    }

    [Theory]
    [InlineData(Cm80)]
    [InlineData(Cm32)]
    [InlineData(Gcm128)]
    [InlineData(Gcm256)]
    public void Client_takes_the_only_profile_of_its_server(ushort only)
    {
        using var link = new DtlsLink(serverOptions: new DtlsOptions { SrtpProfiles = [only] }).Start();

        Assert.True(link.RunUntil(() => link.BothConnected));

        link.AssertKeysAgree();
        Assert.Equal(only, link.Client.SrtpProfileId);
    }

    [Fact]
    public void Peers_without_a_common_profile_fail_without_keys()
    {
        using var link = new DtlsLink(new DtlsOptions { SrtpProfiles = [Cm80] }, new DtlsOptions { SrtpProfiles = [Gcm128] }).Start();

        Assert.True(link.RunUntil(() => link.Client.State == DtlsState.Failed && link.Server.State == DtlsState.Failed));

        // The client judges first and says so.
        Assert.Equal(DtlsFailure.NoSrtpProfile, link.Client.Failure);
        Assert.Equal(DtlsFailure.PeerAlert, link.Server.Failure);
        Assert.Equal((byte)40, link.Server.PeerAlert);
        Assert.True(link.Client.KeyingMaterial.IsEmpty && link.Server.KeyingMaterial.IsEmpty);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Peers_with_rsa_certificates_connect(bool clientRsa, bool serverRsa)
    {
        using var rsa = RsaCertificate(2048);
        using var ec = DtlsCertificate.CreateSelfSigned();
        using var link = new DtlsLink(clientCertificate: clientRsa ? rsa : ec, serverCertificate: serverRsa ? rsa : ec).Start();

        Assert.True(link.RunUntil(() => link.BothConnected));

        link.AssertKeysAgree();
    }

    [Fact]
    public void Datagrams_stay_within_the_mtu_and_long_messages_are_fragmented()
    {
        using var rsa = RsaCertificate(4096);
        using var link = new DtlsLink(clientCertificate: rsa, serverCertificate: rsa).Start();

        Assert.True(link.RunUntil(() => link.BothConnected));

        link.AssertKeysAgree();
        Assert.All(link.Sent, static s => Assert.InRange(s.Datagram.Length, 13, DtlsSession.MaxDatagramBytes));
        Assert.True(link.Sent.Count > 4);
    }

    [Fact]
    public void Client_hello_in_two_datagrams_is_put_together()
    {
        using var link = new DtlsLink { Fate = static (_, _) => [] };
        link.Start();
        var hello = Assert.Single(link.Sent).Datagram;
        var (first, second) = DtlsWireTools.SplitClientHello(hello);

        // The end comes first, as a reordering network may have it.
        link.Server.Receive(second, link.Now);
        Assert.Empty(link.Take(link.Server));
        link.Server.Receive(first, link.Now);
        var flight = link.Take(link.Server);

        Assert.NotEmpty(flight);
        link.Fate = static (_, _) => [10_000];
        flight.ForEach(d => link.Client.Receive(d, link.Now));
        link.Drain();
        Assert.True(link.RunUntil(() => link.BothConnected));
        link.AssertKeysAgree();
    }

    [Fact]
    public void Hello_of_a_browser_that_also_offers_dtls_1_3_is_answered_with_1_2()
    {
        using var link = new DtlsLink { Fate = static (_, _) => [] };
        link.Start();
        var (first, second) = DtlsWireTools.SplitClientHello(DtlsWireTools.LikeABrowser(Assert.Single(link.Sent).Datagram));
        Assert.InRange(first.Length, 600, 1200);

        link.Server.Receive(first, link.Now);
        Assert.Empty(link.Take(link.Server));
        link.Server.Receive(second, link.Now);
        var flight = link.Take(link.Server);

        // ServerHello with the version DTLS 1.2.
        Assert.Equal(DtlsState.Connecting, link.Server.State);
        Assert.Equal(2, flight[0][DtlsWireTools.RecordHeader]);
        Assert.True(flight[0].AsSpan(DtlsWireTools.RecordHeader + DtlsWireTools.MessageHeader).StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFD]));
    }

    [Fact]
    public void Client_whose_own_flights_are_all_in_fragments_connects()
    {
        using var rsa = RsaCertificate(2048);
        using var link = new DtlsLink(new DtlsOptions { MtuBytes = 256 }, clientCertificate: rsa).Start();

        Assert.True(link.RunUntil(() => link.BothConnected));

        link.AssertKeysAgree();
        Assert.True(link.Sent.Where(static s => s.ToServer).All(static s => s.Datagram.Length <= 256));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        using var certificate = DtlsCertificate.CreateSelfSigned();

        Assert.Throws<ArgumentException>(() => new DtlsContext(certificate, new DtlsOptions { MtuBytes = 100 }));
        Assert.Throws<ArgumentException>(() => new DtlsContext(certificate, new DtlsOptions { MtuBytes = 1500 }));
        Assert.Throws<ArgumentException>(() => new DtlsContext(certificate, new DtlsOptions { SrtpProfiles = [9] }));
    }

    internal static DtlsCertificate RsaCertificate(int bits)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest("CN=rsa", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        return DtlsCertificate.FromPem(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

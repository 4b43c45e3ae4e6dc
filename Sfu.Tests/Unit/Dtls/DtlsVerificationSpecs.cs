using Sfu.Media.Dtls;

namespace Sfu.Tests.Unit.Dtls;

[Collection(nameof(DtlsCollection))]
public sealed class DtlsVerificationSpecs
{
    private const byte BadCertificate = 42;

    private static readonly DtlsFingerprint Wrong = DtlsFingerprint.Of("sha-256", "somebody else"u8);

    [Fact]
    public void Client_refuses_a_server_with_another_certificate()
    {
        using var link = new DtlsLink(exchangeFingerprints: false);
        link.Client.SetRemoteFingerprints([Wrong], link.Now);
        link.Server.SetRemoteFingerprints(link.ClientCertificate.Fingerprints, link.Now);
        AssertRefusal(link.Start(), link.Client, link.Server);
    }

    [Fact]
    public void Server_refuses_a_client_with_another_certificate()
    {
        using var link = new DtlsLink(exchangeFingerprints: false);
        link.Client.SetRemoteFingerprints(link.ServerCertificate.Fingerprints, link.Now);
        link.Server.SetRemoteFingerprints([Wrong], link.Now);
        AssertRefusal(link.Start(), link.Server, link.Client);
    }

    [Theory]
    [InlineData("sha-1")]
    [InlineData("sha-224")]
    [InlineData("sha-256")]
    [InlineData("sha-384")]
    [InlineData("sha-512")]
    public void One_matching_fingerprint_among_several_is_enough(string algorithm)
    {
        using var link = new DtlsLink(exchangeFingerprints: false);
        link.Client.SetRemoteFingerprints([Wrong, DtlsFingerprint.Of(algorithm, link.ServerCertificate.CertificateDer)], link.Now);
        link.Server.SetRemoteFingerprints([DtlsFingerprint.Of(algorithm, link.ClientCertificate.CertificateDer), Wrong], link.Now);

        Assert.True(link.Start().RunUntil(() => link.BothConnected));
        link.AssertKeysAgree();
    }

    [Fact]
    public void Fingerprints_are_set_once_and_not_to_nothing()
    {
        using var link = new DtlsLink(exchangeFingerprints: false);

        Assert.False(link.Server.SetRemoteFingerprints([], link.Now));
        Assert.True(link.Server.SetRemoteFingerprints([Wrong], link.Now));
        Assert.False(link.Server.SetRemoteFingerprints(link.ClientCertificate.Fingerprints, link.Now));

        link.Client.SetRemoteFingerprints(link.ServerCertificate.Fingerprints, link.Now);
        AssertRefusal(link.Start(), link.Server, link.Client);
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Fingerprint_that_comes_after_the_flight_completes_the_handshake(DtlsRole late)
    {
        using var link = LinkWaitingFor(late, out var lateSide);

        Assert.True(lateSide.SetRemoteFingerprints(
            late == DtlsRole.Client ? link.ServerCertificate.Fingerprints : link.ClientCertificate.Fingerprints, link.Now));
        link.Drain();

        // What was held is used: no retransmission is waited for.
        var set = link.Now;
        Assert.True(link.RunUntil(() => link.BothConnected));
        Assert.InRange(link.Now.MsSince(set), 0, 30);
        link.AssertKeysAgree();
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Wrong_fingerprint_that_comes_after_the_flight_fails_the_handshake(DtlsRole late)
    {
        using var link = LinkWaitingFor(late, out var lateSide);

        lateSide.SetRemoteFingerprints([Wrong], link.Now);
        link.Drain();

        AssertRefusal(link, lateSide, late == DtlsRole.Client ? link.Server : link.Client);
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Without_a_fingerprint_nobody_connects(DtlsRole unknowing)
    {
        using var link = LinkWaitingFor(unknowing, out _);

        Assert.False(link.RunUntil(() => link.Client.State == DtlsState.Connected || link.Server.State == DtlsState.Connected, seconds: 120));

        Assert.Equal(DtlsFailure.TimedOut, link.Client.Failure);
        Assert.Equal(DtlsFailure.TimedOut, link.Server.Failure);
        Assert.True(link.Client.KeyingMaterial.IsEmpty && link.Server.KeyingMaterial.IsEmpty);
    }

    /// <summary>A handshake that has come as far as it can while one side does not know the other's fingerprint.</summary>
    private static DtlsLink LinkWaitingFor(DtlsRole unknowing, out DtlsSession session)
    {
        var link = new DtlsLink(exchangeFingerprints: false);
        session = unknowing == DtlsRole.Client ? link.Client : link.Server;
        if (unknowing == DtlsRole.Client)
        {
            link.Server.SetRemoteFingerprints(link.ClientCertificate.Fingerprints, link.Now);
        }
        else
        {
            link.Client.SetRemoteFingerprints(link.ServerCertificate.Fingerprints, link.Now);
        }

        Assert.False(link.Start().RunUntil(static () => false, seconds: 1));
        Assert.Equal(DtlsState.Connecting, link.Client.State);
        Assert.Equal(DtlsState.Connecting, link.Server.State);
        return link;
    }

    private static void AssertRefusal(DtlsLink link, DtlsSession judge, DtlsSession refused)
    {
        Assert.True(link.RunUntil(() => judge.State == DtlsState.Failed && refused.State == DtlsState.Failed));
        Assert.Equal(DtlsFailure.FingerprintMismatch, judge.Failure);
        Assert.Equal(DtlsFailure.PeerAlert, refused.Failure);
        Assert.Equal(BadCertificate, refused.PeerAlert);
        Assert.True(judge.KeyingMaterial.IsEmpty && refused.KeyingMaterial.IsEmpty);
        Assert.Equal(0, judge.SrtpProfileId);
        Assert.Null(judge.RemoteCertificatePem);
    }
}

using Sfu.Media.Dtls;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Dtls;

[Collection(nameof(DtlsCollection))]
public sealed class DtlsHostileInputSpecs
{
    [Fact]
    public void Datagrams_that_are_not_dtls_are_ignored()
    {
        var random = new SeededRandom(7);
        using var link = new DtlsLink().Start();
        for (var i = 0; i < 20_000; i++)
        {
            var datagram = new byte[random.Next(random.Next(100) == 0 ? 20_000 : 300)];
            random.Fill(datagram);
            link.Server.Receive(datagram, link.Now);
            link.Client.Receive(datagram, link.Now);
        }

        link.Server.Receive([], link.Now);
        link.Server.Receive(new byte[70_000], link.Now);
        Assert.Empty(link.Take(link.Server));
        Assert.True(link.RunUntil(() => link.BothConnected));
        link.AssertKeysAgree();
    }

    [Fact]
    public void Connected_sessions_shrug_garbage_off()
    {
        var random = new SeededRandom(8);
        using var link = new DtlsLink().Start();
        Assert.True(link.RunUntil(() => link.BothConnected));
        var genuine = link.Sent.Select(static s => s.Datagram).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var datagram = Mutate(genuine[random.Next(genuine.Length)], random);
            link.Server.Receive(datagram, link.Now);
            link.Client.Receive(datagram, link.Now);
        }

        link.AssertKeysAgree();
    }

    [Fact]
    public void Every_truncation_of_every_flight_is_survived()
    {
        var before = DtlsSession.LiveCount;
        for (var position = 0; position < 4; position++)
        {
            var length = 0;
            for (var cut = 0; cut == 0 || cut < length; cut += 7)
            {
                using var link = new DtlsLink();
                var index = 0;
                link.Fate = (toServer, datagram) =>
                {
                    if (index++ == position)
                    {
                        length = datagram.Length;
                        (toServer ? link.Server : link.Client).Receive(datagram.AsSpan(0, Math.Min(cut, length)), link.Now);
                    }

                    return [10_000];
                };

                // A record cut off is not a record: the whole one that follows still counts.
                Assert.True(link.Start().RunUntil(() => link.BothConnected, seconds: 5), $"Flight {position} cut to {cut}.");
                link.AssertKeysAgree();
            }
        }

        Assert.Equal(before, DtlsSession.LiveCount);
    }

    [Fact]
    public void Mutated_client_hellos_never_crash_a_server()
    {
        var before = DtlsSession.LiveCount;
        var random = new SeededRandom(9);
        using var certificate = DtlsCertificate.CreateSelfSigned();
        using var context = new DtlsContext(certificate);
        using var client = new DtlsSession(context, DtlsRole.Client);
        client.Start(MediaTime.Zero);
        var buffer = new byte[DtlsSession.MaxDatagramBytes];
        Assert.True(client.TryTakeOutgoing(buffer, out var length));
        var hello = buffer[..length];

        var sessions = 0;
        DtlsSession? server = null;
        var answered = 0;
        for (var i = 0; i < 20_000; i++)
        {
            if (server is null || server.State != DtlsState.Connecting || i % 40 == 0)
            {
                server?.Dispose();
                server = new DtlsSession(context, DtlsRole.Server);
                server.SetRemoteFingerprints(certificate.Fingerprints, MediaTime.Zero);
                server.Start(MediaTime.Zero);
                sessions++;
            }

            server.Receive(Mutate(hello, random), MediaTime.Zero);
            while (server.TryTakeOutgoing(buffer, out _))
            {
                answered++;
            }

            Assert.NotEqual(DtlsState.Connected, server.State);
        }

        server!.Dispose();
        client.Dispose();
        Assert.Equal(before, DtlsSession.LiveCount);
        Assert.InRange(answered, 100, 20_000);
        Assert.InRange(sessions, 500, 20_000);
    }

    [Fact]
    public void Handshakes_with_mutated_datagrams_end_without_harm()
    {
        var before = DtlsSession.LiveCount;
        int connected = 0, failed = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new SeededRandom(seed);
            using var link = new DtlsLink();
            link.Fate = (toServer, datagram) =>
            {
                for (var copies = 1 + random.Next(4); copies > 0; copies--)
                {
                    (toServer ? link.Server : link.Client).Receive(Mutate(datagram, random), link.Now);
                }

                return [10_000];
            };
            link.Start().RunUntil(() => link.BothConnected || link.Client.State == DtlsState.Failed || link.Server.State == DtlsState.Failed);

            if (link.BothConnected)
            {
                link.AssertKeysAgree();
                connected++;
            }
            else
            {
                failed++;
                foreach (var session in new[] { link.Client, link.Server })
                {
                    Assert.Equal(session.State == DtlsState.Failed, session.FailureText is not null);
                    Assert.True(session.State == DtlsState.Connected || session.KeyingMaterial.IsEmpty);
                }
            }
        }

        Assert.Equal(before, DtlsSession.LiveCount);
        Assert.InRange(connected, 1, 399);
        Assert.InRange(failed, 1, 399);
    }

    [Fact]
    public void Flood_before_the_fingerprint_is_known_is_bounded_and_does_no_harm()
    {
        using var link = new DtlsLink(exchangeFingerprints: false);
        link.Client.SetRemoteFingerprints(link.ServerCertificate.Fingerprints, link.Now);
        Assert.False(link.Start().RunUntil(static () => false, seconds: 1));
        var junk = new byte[1000];
        junk[0] = 22;
        for (var i = 0; i < 10_000; i++)
        {
            link.Server.Receive(junk, link.Now);
        }

        link.Server.SetRemoteFingerprints(link.ClientCertificate.Fingerprints, link.Now);
        link.Drain();
        Assert.True(link.RunUntil(() => link.BothConnected));
        link.AssertKeysAgree();
    }

    private static byte[] Mutate(byte[] original, SeededRandom random)
    {
        var copy = original.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return copy[..random.Next(copy.Length)];
            case 1:
                return [.. copy, .. copy[random.Next(copy.Length)..]];
            default:
                for (var changes = 1 + random.Next(3); changes > 0; changes--)
                {
                    copy[random.Next(copy.Length)] = (byte)random.Next(256);
                }

                return copy;
        }
    }
}

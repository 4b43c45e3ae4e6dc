using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Sfu.Media.Dtls;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Dtls;

[Collection(nameof(DtlsCollection))]
public sealed class DtlsLossSpecs
{
    [Fact]
    [SupportedOSPlatform("linux")]
    public void OpenSsl_before_3_2_lets_handshakes_run_in_virtual_time()
    {
        // 0xMNN00PP0.
        var expected = SafeEvpPKeyHandle.OpenSslVersion >= 0x3020_0000 ? DtlsClockMode.Wall : DtlsClockMode.Virtual;

        Assert.Equal(expected, DtlsClockProbe.BestMode);
    }

    [Fact]
    public void Every_handshake_completes_under_loss_reordering_and_duplication()
    {
        var retransmitted = 0;
        for (var seed = 0; seed < 250; seed++)
        {
            using var link = new DtlsLink { Fate = DtlsLink.Seeded(seed, loss: 0.2, duplication: 0.1, maxDelayMs: 120) };

            Assert.True(link.Start().RunUntil(() => link.BothConnected), $"Seed {seed}: {link.Client.State}, {link.Server.State}.");

            link.AssertKeysAgree();
            retransmitted += link.Sent.Count > 4 ? 1 : 0;
        }

        Assert.InRange(retransmitted, 100, 250);
    }

    [Fact]
    public void Handshakes_in_many_fragments_complete_under_loss()
    {
        using var rsa = DtlsHandshakeSpecs.RsaCertificate(2048);
        for (var seed = 0; seed < 20; seed++)
        {
            var small = new DtlsOptions { MtuBytes = 300 };
            using var link = new DtlsLink(small, small, rsa, rsa) { Fate = DtlsLink.Seeded(seed, loss: 0.1, duplication: 0.1, maxDelayMs: 60) };

            Assert.True(link.Start().RunUntil(() => link.BothConnected), $"Seed {seed}: {link.Client.State}, {link.Server.State}.");

            link.AssertKeysAgree();
        }
    }

    [Fact]
    public void Lost_final_flight_is_repeated()
    {
        using var link = new DtlsLink();
        var lost = 0;
        link.Fate = (toServer, datagram) => !toServer && IsFinal(datagram) && ++lost == 1 ? [] : [10_000];
        link.Start();

        Assert.True(link.RunUntil(() => link.Server.State == DtlsState.Connected));
        Assert.Equal(DtlsState.Connecting, link.Client.State);
        Assert.True(link.RunUntil(() => link.BothConnected));

        link.AssertKeysAgree();
        Assert.True(lost > 1);
    }

    [Fact]
    public void Any_single_lost_datagram_is_made_good()
    {
        for (var index = 0; index < 4; index++)
        {
            using var link = new DtlsLink();
            var sent = 0;
            link.Fate = (_, _) => sent++ == index ? [] : [10_000];

            Assert.True(link.Start().RunUntil(() => link.BothConnected, seconds: 1), $"Datagram {index}.");
            link.AssertKeysAgree();
        }
    }

    [Fact]
    public void Server_answers_a_client_that_repeats_its_hello()
    {
        using var link = new DtlsLink { Fate = static (_, _) => [] };
        link.Start();
        Assert.False(link.RunUntil(static () => false, seconds: 2));
        var hellos = link.Sent.Where(static s => s.ToServer).Select(static s => s.Datagram).ToList();
        Assert.True(hellos.Count >= 5);

        // All copies arrive late, at once, and more than once.
        link.Fate = static (_, _) => [10_000];
        hellos.ForEach(h => link.Server.Receive(h, link.Now));
        hellos.ForEach(h => link.Server.Receive(h, link.Now));
        link.Drain();

        Assert.True(link.RunUntil(() => link.BothConnected));
        link.AssertKeysAgree();
    }

    [Fact]
    public void Retransmissions_back_off_from_50_ms_to_3_s_and_end()
    {
        using var link = new DtlsLink { Fate = static (_, _) => [] };
        var start = link.Now;
        link.Start();
        var times = new List<long>();
        while (link.Client.State == DtlsState.Connecting)
        {
            var next = link.Client.NextTimeout;
            link.Client.OnTimeout(next.PlusUs(-1));
            Assert.Empty(link.Take(link.Client));

            link.Client.OnTimeout(next);
            times.Add(next.MsSince(start));
            Assert.Equal(link.Client.State == DtlsState.Connecting ? 1 : 0, link.Take(link.Client).Count);
        }

        Assert.Equal(
            [50, 150, 350, 750, 1550, 3150, 6150, 9150, 12150, 15150, 18150, 21150, 24150],
            times);
        Assert.Equal(DtlsFailure.TimedOut, link.Client.Failure);
        Assert.Equal(MediaTime.Never, link.Client.NextTimeout);
        Assert.True(link.Client.KeyingMaterial.IsEmpty);
    }

    [Fact]
    public void Real_time_that_passes_does_not_retransmit()
    {
        using var link = new DtlsLink { Fate = static (_, _) => [] };
        link.Start();
        var hello = link.Sent[0].Datagram;
        link.Server.Receive(hello, link.Now);
        Assert.NotEmpty(link.Take(link.Server));

        var watch = Stopwatch.StartNew();
        while (watch.ElapsedMilliseconds < 120)
        {
            link.Server.Receive(hello, link.Now);
            link.Server.OnTimeout(link.Now);
        }

        Assert.Empty(link.Take(link.Server));
    }

    [Fact]
    public void Handshake_by_the_wall_clock_completes_when_the_first_flights_are_lost()
    {
        var wall = new DtlsOptions { Clock = DtlsClockMode.Wall };
        using var link = new DtlsLink(wall, wall);
        var watch = Stopwatch.StartNew();
        MediaTime Now() => new(watch.ElapsedTicks * 1_000_000 / Stopwatch.Frequency);
        link.Server.Start(Now());
        link.Client.Start(Now());
        var index = 0;
        while (!link.BothConnected && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            foreach (var (from, to) in new[] { (link.Client, link.Server), (link.Server, link.Client) })
            {
                if (Now() >= from.NextTimeout)
                {
                    from.OnTimeout(Now());
                }

                foreach (var datagram in link.Take(from))
                {
                    if (index++ is not (0 or 2 or 4))
                    {
                        to.Receive(datagram, Now());
                    }
                }
            }

            Thread.Yield();
        }

        link.AssertKeysAgree();
        Assert.InRange(watch.ElapsedMilliseconds, 50, 20_000);
    }

    private static bool IsFinal(byte[] datagram) => DtlsWireTools.Records(datagram).Any(static r => r.Epoch == 1 && r.Type == 22);
}

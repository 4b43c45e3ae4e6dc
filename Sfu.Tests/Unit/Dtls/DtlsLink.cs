using Sfu.Media.Dtls;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Dtls;

/// <summary>Two sessions with a network between them, in virtual time. Every rule of the network is seeded or told by the test.</summary>
internal sealed class DtlsLink : IDisposable
{
    private static readonly Lazy<DtlsCertificate> SharedClientCertificate = new(DtlsCertificate.CreateSelfSigned);
    private static readonly Lazy<DtlsCertificate> SharedServerCertificate = new(DtlsCertificate.CreateSelfSigned);

    private readonly PriorityQueue<(bool ToServer, byte[] Datagram), (long AtUs, int Order)> _wire = new();
    private readonly byte[] _buffer = new byte[DtlsSession.MaxDatagramBytes];
    private readonly DtlsContext _clientContext;
    private readonly DtlsContext _serverContext;
    private int _order;

    public DtlsLink(
        DtlsOptions? clientOptions = null,
        DtlsOptions? serverOptions = null,
        DtlsCertificate? clientCertificate = null,
        DtlsCertificate? serverCertificate = null,
        bool exchangeFingerprints = true)
    {
        ClientCertificate = clientCertificate ?? SharedClientCertificate.Value;
        ServerCertificate = serverCertificate ?? SharedServerCertificate.Value;
        _clientContext = new DtlsContext(ClientCertificate, clientOptions);
        _serverContext = new DtlsContext(ServerCertificate, serverOptions);
        Client = new DtlsSession(_clientContext, DtlsRole.Client);
        Server = new DtlsSession(_serverContext, DtlsRole.Server);
        if (exchangeFingerprints)
        {
            Assert.True(Client.SetRemoteFingerprints(ServerCertificate.Fingerprints, Now));
            Assert.True(Server.SetRemoteFingerprints(ClientCertificate.Fingerprints, Now));
        }
    }

    public DtlsCertificate ClientCertificate { get; }

    public DtlsCertificate ServerCertificate { get; }

    public DtlsSession Client { get; }

    public DtlsSession Server { get; }

    public MediaTime Now { get; private set; } = MediaTime.FromSeconds(1000);

    /// <summary>What becomes of a datagram: the delays in µs of its copies; none is loss. Default: one copy after 10 ms.</summary>
    public Func<bool, byte[], IEnumerable<long>> Fate { get; set; } = static (_, _) => [10_000];

    /// <summary>Every datagram that was sent, lost ones included.</summary>
    public List<(bool ToServer, byte[] Datagram)> Sent { get; } = [];

    public bool BothConnected => Client.State == DtlsState.Connected && Server.State == DtlsState.Connected;

    public static Func<bool, byte[], IEnumerable<long>> Seeded(int seed, double loss, double duplication, int maxDelayMs)
    {
        var random = new SeededRandom(seed);
        return (_, _) =>
        {
            var delays = new List<long>();
            do
            {
                if (random.NextDouble() >= loss)
                {
                    delays.Add(1000 + random.Next(maxDelayMs * 1000));
                }
            }
            while (random.NextDouble() < duplication);

            return delays;
        };
    }

    public DtlsLink Start()
    {
        Server.Start(Now);
        Client.Start(Now);
        Drain();
        return this;
    }

    /// <summary>Moves time from event to event until the condition holds, nothing is left to happen, or the virtual seconds are over.</summary>
    public bool RunUntil(Func<bool> condition, int seconds = 60)
    {
        var end = Now.PlusMs(seconds * 1000L);
        while (!condition())
        {
            var next = MediaTime.Min(Client.NextTimeout, Server.NextTimeout);
            if (_wire.TryPeek(out _, out var arrival))
            {
                next = MediaTime.Min(next, new MediaTime(arrival.AtUs));
            }

            if (next == MediaTime.Never || next > end)
            {
                return false;
            }

            Now = next > Now ? next : Now;
            while (_wire.TryPeek(out var item, out var at) && at.AtUs <= Now.Us)
            {
                _wire.Dequeue();
                (item.ToServer ? Server : Client).Receive(item.Datagram, Now);
                Drain();
            }

            Client.OnTimeout(Now);
            Server.OnTimeout(Now);
            Drain();
        }

        return true;
    }

    /// <summary>Puts what both sessions have queued on the wire.</summary>
    public void Drain()
    {
        Drain(Client, toServer: true);
        Drain(Server, toServer: false);
    }

    /// <summary>Takes one side's queue off, past the network.</summary>
    public List<byte[]> Take(DtlsSession from)
    {
        var all = new List<byte[]>();
        while (from.TryTakeOutgoing(_buffer, out var length))
        {
            all.Add(_buffer[..length]);
        }

        return all;
    }

    public void AssertKeysAgree()
    {
        Assert.True(BothConnected);
        Assert.Equal(Client.SrtpProfileId, Server.SrtpProfileId);
        Assert.Equal(DtlsSrtpProfile.KeyingMaterialBytes(Client.SrtpProfileId), Client.KeyingMaterial.Length);
        Assert.True(Client.KeyingMaterial.SequenceEqual(Server.KeyingMaterial));
        Assert.True(Client.KeyingMaterial.ContainsAnyExcept((byte)0));
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _clientContext.Dispose();
        _serverContext.Dispose();
    }

    private void Drain(DtlsSession from, bool toServer)
    {
        foreach (var datagram in Take(from))
        {
            Sent.Add((toServer, datagram));
            foreach (var delay in Fate(toServer, datagram))
            {
                _wire.Enqueue((toServer, datagram), (Now.Us + delay, _order++));
            }
        }
    }
}

using Sfu.Media.Dtls;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Dtls;

[Collection(nameof(MemoryCollection))]
public sealed class DtlsMemorySpecs
{
    private const int Count = 300;

    private readonly byte[] _buffer = new byte[DtlsSession.MaxDatagramBytes];

    /// <summary>
    /// With OpenSSL's objects kept, one holds 71 KB of native memory; without them 1 KB. The bound leaves room for what else moves in the
    /// process meanwhile.
    /// </summary>
    [Theory]
    [InlineData(DtlsRole.Server)]
    [InlineData(DtlsRole.Client)]
    public void Connected_session_is_small(DtlsRole role)
    {
        using var certificate = DtlsCertificate.CreateSelfSigned();
        using var context = new DtlsContext(certificate);
        var sessions = new DtlsSession[Count];
        void ConnectAll()
        {
            for (var i = 0; i < Count; i++)
            {
                sessions[i]?.Dispose();
                sessions[i] = Connect(context, certificate, role);
            }
        }

        // Once for the JIT and OpenSSL's caches, which would be counted with the sessions.
        ConnectAll();
        var before = MemoryProbe.Held();
        var kept = sessions;
        sessions = new DtlsSession[Count];
        ConnectAll();

        MemoryProbe.AssertMean(before, MemoryProbe.Held(), Count, maxManaged: 2048, maxNative: 4096);
        Array.ForEach([.. kept, .. sessions], static session => session.Dispose());
    }

    private DtlsSession Connect(DtlsContext context, DtlsCertificate certificate, DtlsRole kept)
    {
        var client = new DtlsSession(context, DtlsRole.Client);
        var server = new DtlsSession(context, DtlsRole.Server);
        foreach (var session in new[] { server, client })
        {
            session.SetRemoteFingerprints(certificate.Fingerprints, MediaTime.Zero);
            session.Start(MediaTime.Zero);
        }

        while (Exchange(client, server) || Exchange(server, client))
        {
        }

        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (client.State, server.State));
        (kept == DtlsRole.Client ? server : client).Dispose();
        return kept == DtlsRole.Client ? client : server;
    }

    private bool Exchange(DtlsSession from, DtlsSession to)
    {
        var any = false;
        while (from.TryTakeOutgoing(_buffer, out var length))
        {
            to.Receive(_buffer.AsSpan(0, length), MediaTime.Zero);
            any = true;
        }

        return any;
    }
}

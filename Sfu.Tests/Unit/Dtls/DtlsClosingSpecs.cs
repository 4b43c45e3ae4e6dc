using Sfu.Media.Dtls;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Dtls;

[Collection(nameof(DtlsCollection))]
public sealed class DtlsClosingSpecs
{
    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Peer_sees_close_notify(DtlsRole closing)
    {
        using var link = Connected();
        var (closer, peer) = closing == DtlsRole.Client ? (link.Client, link.Server) : (link.Server, link.Client);

        closer.Close(link.Now);
        Assert.Equal(DtlsState.Closed, closer.State);
        link.Drain();

        Assert.True(link.RunUntil(() => peer.State == DtlsState.Closed));
        Assert.Equal(DtlsFailure.None, peer.Failure);
        Assert.Equal(21, DtlsWireTools.ContentType(link.Sent[^1].Datagram));
    }

    [Fact]
    public void Closing_twice_sends_one_close_notify()
    {
        using var link = Connected();

        link.Server.Close(link.Now);
        link.Server.Close(link.Now);

        Assert.Single(link.Take(link.Server));
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Closing_in_the_handshake_is_silent_and_final(DtlsRole closing)
    {
        using var link = new DtlsLink().Start();
        var session = closing == DtlsRole.Client ? link.Client : link.Server;
        session.Close(link.Now);

        Assert.False(link.RunUntil(() => link.Client.State == DtlsState.Connected || link.Server.State == DtlsState.Connected, seconds: 2));
        Assert.Equal(DtlsState.Closed, session.State);
        Assert.Equal(MediaTime.Never, session.NextTimeout);
        Assert.True(session.KeyingMaterial.IsEmpty);
    }

    [Fact]
    public void Keys_stay_readable_after_closing_and_go_with_disposal()
    {
        using var link = Connected();
        var keys = link.Server.KeyingMaterial.ToArray();

        link.Server.Close(link.Now);
        Assert.True(link.Server.KeyingMaterial.SequenceEqual(keys));

        link.Server.Dispose();
        Assert.True(link.Server.KeyingMaterial.IsEmpty);
    }

    [Fact]
    public void Disposed_sessions_take_calls_quietly()
    {
        var link = Connected();
        link.Dispose();
        link.Dispose();
        var buffer = new byte[DtlsSession.MaxDatagramBytes];

        foreach (var session in new[] { link.Client, link.Server })
        {
            session.Start(link.Now);
            session.Receive(link.Sent[0].Datagram, link.Now);
            session.OnTimeout(link.Now);
            session.Close(link.Now);
            Assert.False(session.SetRemoteFingerprints(link.ClientCertificate.Fingerprints, link.Now));
            Assert.False(session.SendApplicationData("x"u8, link.Now));
            Assert.False(session.TryTakeOutgoing(buffer, out _));
            Assert.False(session.TryTakeApplicationData(buffer, out _));
            Assert.Equal(DtlsState.Closed, session.State);
        }
    }

    [Fact]
    public void Live_sessions_are_counted_until_their_disposal()
    {
        var before = DtlsSession.LiveCount;
        var link = Connected();
        Assert.Equal(before + 2, DtlsSession.LiveCount);

        link.Server.Close(link.Now);
        link.Server.Dispose();
        Assert.Equal(before + 1, DtlsSession.LiveCount);

        link.Dispose();
        Assert.Equal(before, DtlsSession.LiveCount);
    }

    [Fact]
    public void Sessions_outlive_their_context()
    {
        using var certificate = DtlsCertificate.CreateSelfSigned();
        var context = new DtlsContext(certificate);
        using var client = new DtlsSession(context, DtlsRole.Client);
        context.Dispose();
        context.Dispose();

        client.Start(MediaTime.Zero);

        Assert.True(client.TryTakeOutgoing(new byte[DtlsSession.MaxDatagramBytes], out _));
        Assert.Throws<ObjectDisposedException>(() => new DtlsSession(context, DtlsRole.Client));
    }

    [Fact]
    public void Application_data_keeps_its_boundaries_both_ways()
    {
        using var link = Connected();
        var buffer = new byte[2000];
        int[] lengths = [1, 100, DtlsSession.MaxApplicationDataBytes];
        foreach (var length in lengths)
        {
            Assert.True(link.Client.SendApplicationData(Enumerable.Repeat((byte)length, length).ToArray(), link.Now));
            Assert.True(link.Server.SendApplicationData(Enumerable.Repeat((byte)length, length).ToArray(), link.Now));
        }

        link.Drain();
        Assert.False(link.RunUntil(static () => false, seconds: 1));
        foreach (var receiver in new[] { link.Client, link.Server })
        {
            foreach (var expected in lengths)
            {
                Assert.True(receiver.TryTakeApplicationData(buffer, out var length));
                Assert.Equal(expected, length);
                Assert.False(buffer.AsSpan(0, length).ContainsAnyExcept((byte)expected));
            }

            Assert.False(receiver.TryTakeApplicationData(buffer, out _));
        }

        Assert.False(link.Client.SendApplicationData(new byte[DtlsSession.MaxApplicationDataBytes + 1], link.Now));
        Assert.False(link.Client.SendApplicationData([], link.Now));
    }

    [Fact]
    public void Application_data_is_refused_before_the_handshake_is_done()
    {
        using var link = new DtlsLink().Start();

        Assert.False(link.Client.SendApplicationData("x"u8, link.Now));
        Assert.False(link.Server.SendApplicationData("x"u8, link.Now));
    }

    [Fact]
    public void Queues_that_nobody_drains_are_bounded()
    {
        using var link = Connected();
        var data = new byte[DtlsSession.MaxApplicationDataBytes];
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(link.Client.SendApplicationData(data, link.Now));
            foreach (var datagram in link.Take(link.Client))
            {
                link.Server.Receive(datagram, link.Now);
            }
        }

        var kept = 0;
        while (link.Server.TryTakeApplicationData(data, out _))
        {
            kept++;
        }

        Assert.InRange(kept, 100, 256 * 1024 / data.Length);
        for (var i = 0; i < 1000; i++)
        {
            link.Client.SendApplicationData(data, link.Now);
        }

        Assert.InRange(link.Take(link.Client).Count, 30, 64);
        Assert.Equal(DtlsState.Connected, link.Client.State);
    }

    [Fact]
    public void Outgoing_datagrams_want_room()
    {
        using var link = new DtlsLink();

        Assert.Throws<ArgumentException>(() => link.Client.TryTakeOutgoing(new byte[DtlsSession.MaxDatagramBytes - 1], out _));
    }

    private static DtlsLink Connected()
    {
        var link = new DtlsLink().Start();
        Assert.True(link.RunUntil(() => link.BothConnected));
        return link;
    }
}

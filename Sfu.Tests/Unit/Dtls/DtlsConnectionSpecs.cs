using Sfu.Media.Dtls;

namespace Sfu.Tests.Unit.Dtls;

/// <summary>Sessions after their handshake.</summary>
[Collection(nameof(DtlsCollection))]
public sealed class DtlsConnectionSpecs
{
    private readonly byte[] _buffer = new byte[2000];

    [Fact]
    public void Replayed_application_data_comes_once()
    {
        using var link = Connected();
        Assert.True(link.Client.SendApplicationData("once"u8, link.Now));
        var datagram = Assert.Single(link.Take(link.Client));

        link.Server.Receive(datagram, link.Now);
        link.Server.Receive(datagram, link.Now);

        Assert.True(link.Server.TryTakeApplicationData(_buffer, out var length));
        Assert.True(_buffer.AsSpan(0, length).SequenceEqual("once"u8));
        Assert.False(link.Server.TryTakeApplicationData(_buffer, out _));
    }

    [Fact]
    public void Data_out_of_order_comes_unless_it_is_older_than_64_records()
    {
        using var link = Connected();
        var sent = new List<byte[]>();
        for (var i = 0; i < 100; i++)
        {
            Assert.True(link.Client.SendApplicationData([(byte)i], link.Now));
            sent.AddRange(link.Take(link.Client));
        }

        sent.Reverse();
        sent.ForEach(datagram => link.Server.Receive(datagram, link.Now));

        for (var i = 0; i < 64; i++)
        {
            Assert.True(link.Server.TryTakeApplicationData(_buffer, out _));
            Assert.Equal(99 - i, _buffer[0]);
        }

        Assert.False(link.Server.TryTakeApplicationData(_buffer, out _));
    }

    [Fact]
    public void Any_changed_byte_makes_a_record_nothing()
    {
        using var link = Connected();
        Assert.True(link.Client.SendApplicationData("genuine"u8, link.Now));
        var datagram = Assert.Single(link.Take(link.Client));
        for (var i = 0; i < datagram.Length; i++)
        {
            var forged = datagram.ToArray();
            forged[i] ^= 1;
            link.Server.Receive(forged, link.Now);
        }

        Assert.False(link.Server.TryTakeApplicationData(_buffer, out _));
        Assert.Empty(link.Take(link.Server));
        Assert.Equal(DtlsState.Connected, link.Server.State);
        link.Server.Receive(datagram, link.Now);
        Assert.True(link.Server.TryTakeApplicationData(_buffer, out _));
    }

    [Fact]
    public void Data_behind_the_last_handshake_message_in_one_datagram_comes_once()
    {
        using var link = new DtlsLink();
        byte[]? last = null;
        link.Fate = (toServer, datagram) =>
        {
            last = toServer ? last : datagram;
            return !toServer && DtlsWireTools.Records(datagram).Any(static r => r.Epoch == 1) ? [] : [10_000];
        };
        link.Start();
        Assert.True(link.RunUntil(() => link.Server.State == DtlsState.Connected));
        link.Drain();
        Assert.True(link.Server.SendApplicationData("early"u8, link.Now));
        var data = Assert.Single(link.Take(link.Server));

        link.Client.Receive([.. last!, .. data], link.Now);
        link.Client.Receive(data, link.Now);

        link.AssertKeysAgree();
        Assert.True(link.Client.TryTakeApplicationData(_buffer, out var length));
        Assert.True(_buffer.AsSpan(0, length).SequenceEqual("early"u8));
        Assert.False(link.Client.TryTakeApplicationData(_buffer, out _));
    }

    [Fact]
    public void Last_flight_goes_out_again_for_each_repetition_and_for_no_replay_of_one()
    {
        using var link = new DtlsLink();
        var finals = new List<byte[]>();
        link.Fate = (toServer, datagram) =>
        {
            var isFinal = DtlsWireTools.Records(datagram).Any(static r => r.Epoch == 1);
            if (toServer && isFinal)
            {
                finals.Add(datagram);
            }

            return !toServer && isFinal ? [] : [10_000];
        };
        link.Start();
        Assert.True(link.RunUntil(() => finals.Count >= 3, seconds: 2));
        Assert.True(link.RunUntil(() => link.Server.State == DtlsState.Connected));
        link.Drain();
        var answers = link.Sent.Count(static s => !s.ToServer);

        finals.ForEach(final => link.Server.Receive(final, link.Now));
        finals.ForEach(final => link.Server.Receive(final, link.Now));
        link.Drain();

        Assert.InRange(link.Sent.Count(static s => !s.ToServer) - answers, 0, 3);
        link.Fate = static (_, _) => [10_000];
        Assert.True(link.RunUntil(() => link.BothConnected));
        link.AssertKeysAgree();
    }

    [Fact]
    public void Window_accepts_each_number_once()
    {
        var window = new DtlsReplayWindow();
        Assert.True(window.IsFresh(0));
        window.Mark(0);
        Assert.False(window.IsFresh(0));
        window.Mark(5);
        Assert.False(window.IsFresh(5));
        Assert.True(window.IsFresh(4));
        window.Mark(4);
        Assert.False(window.IsFresh(4));
        window.Mark(5 + 63);
        Assert.False(window.IsFresh(5));
        Assert.True(window.IsFresh(6));
        window.Mark(5 + 64);
        Assert.False(window.IsFresh(5));
        Assert.True(window.IsFresh(6));
        window.Mark(ulong.MaxValue);
        Assert.False(window.IsFresh(69));
        Assert.False(window.IsFresh(ulong.MaxValue));
        Assert.True(window.IsFresh(ulong.MaxValue - 63));
    }

    private static DtlsLink Connected()
    {
        var link = new DtlsLink().Start();
        Assert.True(link.RunUntil(() => link.BothConnected));
        return link;
    }
}

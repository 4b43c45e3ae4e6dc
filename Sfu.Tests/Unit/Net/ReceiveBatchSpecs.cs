using System.Net;
using Sfu.Media.Net;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Net;

/// <summary>Datagrams that the kernel hands over together come out one by one.</summary>
public sealed class ReceiveBatchSpecs : IDisposable
{
    private readonly UdpSocket _sender = Assert.Single(UdpSocket.Bind(IpEndpoint.From(IPAddress.Loopback, 0), 1, threads: 1));
    private readonly UdpSocket _receiver = Assert.Single(UdpSocket.Bind(IpEndpoint.From(IPAddress.Loopback, 0), 2, threads: 1));
    private readonly ReceiveBatch _batch = new();

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _batch.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_is_given_out_datagram_by_datagram(bool segments)
    {
        _sender.Batch.MakesRuns = segments;
        for (var i = 0; i < 10; i++)
        {
            _sender.Batch.FreeSlot[..900].Fill((byte)i);
            _sender.Batch.Add(_receiver.Local, i == 9 ? 300 : 900);
        }

        _sender.Flush();

        var datagrams = new List<byte[]>();
        while (datagrams.Count < 10)
        {
            for (var count = _batch.Receive(_receiver.Fd); count > 0; count = 0)
            {
                for (var i = 0; i < count; i++)
                {
                    Assert.True(_batch.TryGetSource(i, out var source));
                    Assert.Equal(_sender.Local, source);
                    var message = _batch.Message(i, out var segmentBytes);
                    while (!message.IsEmpty)
                    {
                        var length = Math.Min(segmentBytes, message.Length);
                        datagrams.Add(message[..length].ToArray());
                        message = message[length..];
                    }
                }
            }
        }

        Assert.Equal([.. Enumerable.Repeat(900, 9), 300], datagrams.Select(static datagram => datagram.Length));
        Assert.Equal(Enumerable.Range(0, 10), datagrams.Select(static datagram => (int)datagram[0]));
    }

    [Fact]
    public void Datagram_longer_than_any_peer_sends_is_dropped()
    {
        using var raw = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        raw.Send(new byte[ReceiveBatch.MaxDatagramBytes + 1], new IPEndPoint(IPAddress.Loopback, _receiver.Local.Port));

        int count;
        while ((count = _batch.Receive(_receiver.Fd)) == 0)
        {
        }

        Assert.Equal(1, count);
        Assert.True(_batch.Message(0, out _).IsEmpty);
    }
}

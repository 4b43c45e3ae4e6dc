using System.Net;
using System.Net.Sockets;
using Sfu.Media.Net;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Net;

/// <summary>What leaves by a send batch arrives as the datagrams that went in, whichever way the kernel carries them.</summary>
public sealed class SendBatchSpecs : IDisposable
{
    private const int SOL_SOCKET = 1;
    private const int SO_NO_CHECK = 11;

    private readonly UdpSocket _sender = Assert.Single(UdpSocket.Bind(IpEndpoint.From(IPAddress.Loopback, 0), 1, threads: 1));
    private readonly Socket _receiver = NewReceiver();
    private readonly Socket _other = NewReceiver();

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Run_of_one_length_leaves_as_one_message_and_arrives_as_datagrams_in_order()
    {
        Put(_receiver, 1200, 1200, 1200, 700);
        _sender.Flush();

        Assert.Equal(1, _sender.Batch.Messages);
        Assert.Equal([1200, 1200, 1200, 700], Received(_receiver, 4));
    }

    [Fact]
    public void Longer_datagram_or_another_destination_ends_a_run()
    {
        Put(_receiver, 100, 100, 200, 50, 50);
        Put(_other, 100);
        Put(_receiver, 100);
        _sender.Flush();

        // 100 100 | 200 50 | 50 | other | 100
        Assert.Equal(5, _sender.Batch.Messages);
        Assert.Equal([100, 100, 200, 50, 50, 100], Received(_receiver, 6));
        Assert.Equal([100], Received(_other, 1));
    }

    [Fact]
    public void Batch_that_is_full_holds_as_many_datagrams_as_slots()
    {
        for (var i = 0; i < SendBatch.Slots; i++)
        {
            Assert.False(_sender.Batch.IsFull);
            Put(_receiver, 1000);
        }

        Assert.True(_sender.Batch.IsFull);
        _sender.Flush();
        Assert.Equal(SendBatch.Slots, Received(_receiver, SendBatch.Slots).Count);
        Assert.True(_sender.Batch.IsEmpty);
    }

    [Fact]
    public void Run_that_the_kernel_refuses_leaves_datagram_by_datagram_and_none_is_tried_for_a_while()
    {
        // Without checksums the kernel does not segment: that many addresses cannot all be to blame.
        BoundDescriptor.SetOption(_sender.Fd, SOL_SOCKET, SO_NO_CHECK, 1);
        using var everywhere = NewReceiver(IPAddress.Any);
        var port = ((IPEndPoint)everywhere.LocalEndPoint!).Port;
        for (byte i = 1; i <= SegmentRefusals.Max; i++)
        {
            Assert.True(_sender.Batch.Segments);
            Put(new IPEndPoint(new IPAddress([127, 0, 0, i]), port), 500, 500, 500);
            _sender.Flush();
            Assert.Equal([500, 500, 500], Received(everywhere, 3));
        }

        Assert.False(_sender.Batch.Segments);
        BoundDescriptor.SetOption(_sender.Fd, SOL_SOCKET, SO_NO_CHECK, 0);
        for (var i = 0; i < SegmentRefusals.DatagramsUntilNextTry; i += 2)
        {
            Put(_receiver, 10, 10);
            _sender.Flush();
            Assert.Equal([10, 10], Received(_receiver, 2));
        }

        var messages = _sender.Batch.Messages;
        Put(_receiver, 500, 500, 500);
        _sender.Flush();
        Assert.Equal([500, 500, 500], Received(_receiver, 3));
        Assert.Equal(1, _sender.Batch.Messages - messages);
        Assert.Equal(0, _sender.Batch.Dropped);
    }

    [Fact]
    public void Datagram_that_cannot_leave_does_not_hold_up_the_rest()
    {
        Put(_receiver, 10);
        Put(new IPEndPoint(IPAddress.Broadcast, 9), 10);
        Put(_receiver, 20);
        _sender.Flush();

        Assert.Equal([10, 20], Received(_receiver, 2));
        Assert.Equal(1, _sender.Batch.Dropped);
    }

    private static Socket NewReceiver(IPAddress? address = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
        socket.Bind(new IPEndPoint(address ?? IPAddress.Loopback, 0));
        return socket;
    }

    private void Put(Socket receiver, params ReadOnlySpan<int> lengths) => Put((IPEndPoint)receiver.LocalEndPoint!, lengths);

    private void Put(IPEndPoint receiver, params ReadOnlySpan<int> lengths)
    {
        foreach (var length in lengths)
        {
            _sender.Batch.FreeSlot[..length].Fill((byte)length);
            _sender.Batch.Add(IpEndpoint.From(receiver), length);
        }
    }

    private static List<int> Received(Socket receiver, int count)
    {
        var lengths = new List<int>();
        var buffer = new byte[65_536];
        while (lengths.Count < count)
        {
            var length = receiver.Receive(buffer);
            Assert.All(buffer[..length], b => Assert.Equal((byte)length, b));
            lengths.Add(length);
        }

        return lengths;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sfu.Tests.EndToEnd;

/// <summary>
/// A narrow, lossy link in user space between one browser and a node: datagrams to the browser leave at a rate, wait in a bounded queue and
/// are lost beyond it; the other way is free. What is random is seeded.
/// </summary>
internal sealed class UdpRelay : IDisposable
{
    private const int MaxDatagram = 2048;

    private readonly Socket _browserSide = Bound();
    private readonly Socket _nodeSide = Bound();
    private readonly IPEndPoint _node;
    private readonly BlockingCollection<(byte[] Datagram, long Departure)> _queue = [];
    private readonly Random _random = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;
    private IPEndPoint? _browser;
    private long _lastDeparture;
    private long _delivered;
    private long _dropped;

    public UdpRelay(int nodePort)
    {
        _node = new IPEndPoint(IPAddress.Loopback, nodePort);
        _loops = [Loop(Up), Loop(Down), Loop(Deliver)];
    }

    /// <summary>What the browser takes for the node's port.</summary>
    public int Port => ((IPEndPoint)_browserSide.LocalEndPoint!).Port;

    /// <summary>To the browser; 0: unlimited.</summary>
    public long BitsPerSecond { get; set; }

    /// <summary>What may wait, in time.</summary>
    public TimeSpan QueueLimit { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Share of datagrams to the browser that are lost at random.</summary>
    public double Loss { get; set; }

    /// <summary>Datagrams that the browser got.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Datagrams that it did not get.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Dispose()
    {
        _stop.Cancel();
        _queue.CompleteAdding();
        _browserSide.Dispose();
        _nodeSide.Dispose();
        Task.WaitAll(_loops);
        _queue.Dispose();
        _stop.Dispose();
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20, SendBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private Task Loop(Action loop) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                loop();
            }
            catch (Exception e) when ((e is SocketException or ObjectDisposedException or OperationCanceledException) && _stop.IsCancellationRequested)
            {
                // The end.
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private void Up()
    {
        var buffer = new byte[MaxDatagram];
        while (!_stop.IsCancellationRequested)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            var length = _browserSide.ReceiveFrom(buffer, ref from);
            _browser = (IPEndPoint)from;
            _nodeSide.SendTo(buffer.AsSpan(0, length), _node);
        }
    }

    private void Down()
    {
        var buffer = new byte[MaxDatagram];
        while (!_stop.IsCancellationRequested)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            var length = _nodeSide.ReceiveFrom(buffer, ref from);
            var now = Stopwatch.GetTimestamp();
            var rate = BitsPerSecond;
            var departure = rate == 0 ? now : Math.Max(now, _lastDeparture) + (length * 8 * Stopwatch.Frequency / rate);
            if (Stopwatch.GetElapsedTime(now, departure) > QueueLimit || _random.NextDouble() < Loss)
            {
                Interlocked.Increment(ref _dropped);
                continue;
            }

            _lastDeparture = departure;
            _queue.Add((buffer[..length], departure));
        }
    }

    private void Deliver()
    {
        foreach (var (datagram, departure) in _queue.GetConsumingEnumerable(_stop.Token))
        {
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), departure);
            if (wait > TimeSpan.FromMilliseconds(1))
            {
                Thread.Sleep(wait);
            }

            if (_browser is { } browser)
            {
                _browserSide.SendTo(datagram, browser);
                Interlocked.Increment(ref _delivered);
            }
        }
    }
}

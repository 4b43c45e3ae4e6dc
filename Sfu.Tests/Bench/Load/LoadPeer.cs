using System.Collections.Concurrent;
using System.Diagnostics;
using Sfu.Bench.Measure;
using Sfu.Media.Dtls;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Load;

/// <summary>
/// Clients by the hundred on one thread and one socket. Publishers send by a schedule; what comes back is counted, not decoded. Methods are
/// for any thread unless they say otherwise.
/// </summary>
internal sealed class LoadPeer : IDisposable
{
    private const long TimersEveryNs = 10_000_000;
    private const long TimedEveryNs = 1_000_000;
    private const long IdleNs = 300_000;

    /// <summary>While nothing flows and nothing comes: then another peer is being measured.</summary>
    private const long RestNs = 3_000_000;
    private const long RestAfterNs = 100_000_000;
    private const int MaxBatches = 16;

    private static int s_count;
    private static readonly DtlsCertificate s_certificate = DtlsCertificate.CreateSelfSigned();

    // Owned.
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly List<LoadTransport> _transports = [];
    private readonly List<LoadTransport> _tcp = [];
    private readonly List<SourceStream> _sources = [];
    private readonly List<ITimed> _timed = [];
    private readonly Histogram _delays = new();
    private readonly Thread _thread;
    private readonly int _nice;
    private readonly int _index = Interlocked.Increment(ref s_count) % 200;

    // State.
    private LoadTransport?[] _byAddress = new LoadTransport?[1024];
    private int _created;
    private bool _flowing;
    private long _lastArrivalNs;
    private volatile bool _stopping;
    private Exception? _failure;

    /// <param name="profile">Of all its transports.</param>
    /// <param name="nice">Of its thread.</param>
    /// <param name="takesRuns">See <see cref="LoadSocket"/>.</param>
    public LoadPeer(SrtpProfile profile, int nice = 0, bool takesRuns = false)
    {
        Socket = new LoadSocket(takesRuns);
        _nice = nice;
        Dtls = new DtlsContext(s_certificate, new DtlsOptions { SrtpProfiles = [(ushort)profile] });
        _thread = new Thread(Run) { Name = $"load-{_index}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The clients' certificate: one for all.</summary>
    public static DtlsFingerprint Fingerprint => s_certificate.Fingerprints.First(static f => f.Algorithm == "sha-256");

    public DtlsContext Dtls { get; }

    public LoadSocket Socket { get; }

    /// <summary>Load thread only. Where delays are recorded, while they are.</summary>
    public Histogram? Delays { get; private set; }

    /// <summary>Load thread only. Packets of no known kind or stream.</summary>
    public long Unexpected { get; set; }

    /// <summary>Load thread only. Whether publishers send.</summary>
    public bool IsFlowing => _flowing;

    /// <summary>Monotonic.</summary>
    public long NowNs => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    public void Post(Action command) => _commands.Enqueue(command);

    public Task<T> RunAsync<T>(Func<T> command)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                result.SetResult(command());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task;
    }

    public Task RunAsync(Action command) => RunAsync(() =>
    {
        command();
        return true;
    });

    public LoadTransport CreateTransport()
    {
        var number = Interlocked.Increment(ref _created);
        if (number >= LocalAddress.MaxTransports)
        {
            throw new InvalidOperationException("A load peer has no more addresses.");
        }

        var transport = new LoadTransport(this, new LocalAddress(_index, number));
        Post(() =>
        {
            if (number >= _byAddress.Length)
            {
                Array.Resize(ref _byAddress, Math.Max(number + 1, _byAddress.Length * 2));
            }

            _byAddress[number] = transport;
            _transports.Add(transport);
        });
        return transport;
    }

    public Task<SourceStream> PublishAsync(LoadTransport transport, SourceSettings settings) => RunAsync(() =>
    {
        var source = new SourceStream(transport, settings);
        transport.Add(source);
        _sources.Add(source);
        return source;
    });

    public Task SubscribeAsync(LoadTransport transport, SinkStream sink) => RunAsync(() => transport.Add(sink));

    /// <summary>Begins or ends to call them. While there are some, arrivals are stamped.</summary>
    public Task SetTimedAsync(params IReadOnlyList<ITimed> timed) => RunAsync(() =>
    {
        Socket.StampArrivals(timed.Count > 0);
        _timed.Clear();
        _timed.AddRange(timed);
    });

    /// <summary>Its niceness is its own again, whatever <see cref="Yielding"/> has made of it.</summary>
    public Task KeepNicenessAsync() => RunAsync(SetNiceness);

    /// <summary>Receiver reports of the subscribers.</summary>
    public Task StartReportsAsync() => RunAsync(() => _transports.ForEach(static transport => transport.StartReports()));

    /// <summary>Publishers send, or rest.</summary>
    public Task FlowAsync(bool on) => RunAsync(() =>
    {
        _flowing = on;
        for (var i = 0; i < _sources.Count; i++)
        {
            _sources[i].Start(NowNs, (double)i / _sources.Count);
        }
    });

    /// <summary>All publishers send so many times as fast from now on.</summary>
    public Task ScaleRateAsync(double factor) => RunAsync(() => _sources.ForEach(source => source.ScaleRate(factor)));

    /// <summary>Begins or ends the recording of delays.</summary>
    public Task<Histogram> RecordDelaysAsync(bool on) => RunAsync(() =>
    {
        Socket.StampArrivals(on);
        if (on)
        {
            _delays.Clear();
        }

        Delays = on ? _delays : null;
        return _delays;
    });

    public Task<LoadCounters> CountAsync() => RunAsync(() =>
    {
        var counters = new LoadCounters { Unexpected = Unexpected, Refused = Socket.Refused };
        foreach (var source in _sources)
        {
            counters.Sent += source.Sent;
            counters.Skipped += source.Skipped;
        }

        foreach (var transport in _transports)
        {
            foreach (var sink in transport.Sinks)
            {
                counters.Sinks++;
                counters.Flowing += sink.Received > 0 ? 1 : 0;
                counters.Expected += sink.Source.Sent;
                counters.Received += sink.Received;
                counters.Verified += sink.Verified;
                counters.Forged += sink.Forged;
            }
        }

        return counters;
    });

    public void FlushSocket() => Socket.Flush();

    /// <summary>Load thread only.</summary>
    public void OnTcpConnected(LoadTransport transport) => _tcp.Add(transport);

    /// <exception cref="InvalidOperationException">The load thread has failed.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new InvalidOperationException("The load thread has failed.", failure);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _transports.ForEach(static transport => transport.Dispose());
        Socket.Dispose();
        Dtls.Dispose();
    }

    private void Run()
    {
        SetNiceness();
        try
        {
            var nextTimers = 0L;
            var nextTimed = 0L;
            while (!_stopping)
            {
                while (_commands.TryDequeue(out var command))
                {
                    command();
                }

                var busy = Receive();
                var now = NowNs;
                var next = _flowing ? Send(now) : long.MaxValue;
                if (nextTimers <= now)
                {
                    nextTimers = now + TimersEveryNs;
                    foreach (var transport in _transports)
                    {
                        transport.OnTime(now);
                    }
                }

                if (nextTimed <= now)
                {
                    nextTimed = now + TimedEveryNs;
                    _timed.ForEach(static timed => timed.OnTime());
                }

                Socket.Flush();
                if (!busy)
                {
                    var rests = !_flowing && _timed.Count == 0 && now - _lastArrivalNs > RestAfterNs;
                    Rest(Math.Clamp(next - NowNs, 0, rests ? RestNs : IdleNs));
                }
            }
        }
        catch (Exception e)
        {
            _failure = e;
            Console.Error.WriteLine($"The load thread has failed: {e}");
        }
    }

    private void SetNiceness() => _ = Native.SetPriority(Native.PRIO_PROCESS, 0, _nice);

    private long Send(long now)
    {
        var next = long.MaxValue;
        foreach (var source in _sources)
        {
            next = Math.Min(next, source.OnTime(now));
        }

        return next;
    }

    /// <returns>Whether as much waited as is read at once.</returns>
    private bool Receive()
    {
        var busy = false;
        foreach (var transport in _tcp)
        {
            busy |= transport.Tcp!.Receive(transport);
        }

        for (var batch = 0; batch < MaxBatches; batch++)
        {
            var count = Socket.In.Receive(Socket.Fd);
            if (count > 0)
            {
                _lastArrivalNs = NowNs;
            }

            for (var i = 0; i < count; i++)
            {
                Socket.In.ReadControl(i, out var destination, out var arrivedNs, out var segmentBytes);
                var index = LocalAddress.TransportOf(destination);
                var transport = index < _byAddress.Length ? _byAddress[index] : null;
                for (var message = Socket.In.Message(i); !message.IsEmpty;)
                {
                    var length = Math.Min(segmentBytes, message.Length);
                    if (transport is not null)
                    {
                        transport.OnPacket(message[..length], arrivedNs);
                    }
                    else
                    {
                        Unexpected++;
                    }

                    message = message[length..];
                }
            }

            if (count < ReceiveRing.Slots)
            {
                return busy;
            }
        }

        return true;
    }

    private static unsafe void Rest(long ns)
    {
        if (ns > 0)
        {
            var duration = new Native.TimeSpec { Nanoseconds = ns };
            _ = Native.NanoSleep(&duration, null);
        }
    }
}

using System.Collections.Concurrent;
using System.Reflection;
using Sfu.Media.Control;

namespace Sfu.Media.Remote;

/// <summary>
/// A media plane in another process, which <see cref="MediaPlaneServer"/> serves: its threads are stopped by nobody's collector but their own, and a
/// fault that ends it does not end this one. Any thread. When the other process ends, everything it carried ends with
/// <see cref="MediaErrorCode.Fault"/>, and so does what is opened later.
/// </summary>
public sealed class RemoteMediaPlane : IDisposable
{
    private static readonly MediaError _gone = new(MediaErrorCode.Fault, "The media process has ended.");

    private readonly Seam _seam;
    private readonly MediaHandles _handles = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<RuntimeReport>> _measuring = new();
    private readonly IMediaProcess _process;
    private readonly Action<string> _warn;
    private readonly SeamPatience _patience;
    private readonly MediaProcessWatch _watch;
    private BeatThread? _beat;
    private long _lastRequest;

    private RemoteMediaPlane(Stream input, Stream output, SeamPatience patience, Action<string> warn, Action<string> standsStill)
    {
        _warn = warn;
        _patience = patience;
        _seam = new Seam(input, output, "sfu-seam", standsStill);
        _seam.Add<IMediaProcessEvents>(SeamNumbers.Process, new Events(this));
        _process = _seam.Other<IMediaProcess>(SeamNumbers.Process);
        _watch = new MediaProcessWatch(_process, patience, standsStill);
        Plane = PlaneProxy.Create(this);
        new Thread(Run) { IsBackground = true, Name = "sfu-seam-in" }.Start();
    }

    public IMediaPlane Plane { get; }

    /// <summary>When the other process is not there any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts the media plane at the other end of two streams.</summary>
    /// <param name="input">From the other end.</param>
    /// <param name="output">To the other end.</param>
    /// <param name="options">Of the media plane.</param>
    /// <param name="patience">For how long the other process may not answer, and this one not ask; zero: for ever. Counts from when it has started.</param>
    /// <param name="standsStill">
    /// The other process does not answer, does not read, or has a thread that hangs; why, for an operator. It is to be killed: all else follows from
    /// <see cref="Ended"/>. Any thread; must not throw.
    /// </param>
    /// <exception cref="ArgumentException">The certificate or its key is not usable; the message says why.</exception>
    /// <exception cref="DllNotFoundException">OpenSSL is not there.</exception>
    /// <exception cref="EndOfStreamException">The other end cannot start, or is gone.</exception>
    public static RemoteMediaPlane Start(Stream input, Stream output, MediaPlaneOptions options, TimeSpan patience, Action<string> standsStill)
    {
        ArgumentNullException.ThrowIfNull(options);
        var plane = new RemoteMediaPlane(input, output, new SeamPatience(patience), options.Warn ?? (static _ => { }), standsStill);
        plane._process.Start(options with { Warn = null }, (long)patience.TotalMilliseconds);
        plane._started.Task.GetAwaiter().GetResult();
        plane.BeginWatch();
        return plane;
    }

    /// <summary>What the other process costs.</summary>
    /// <param name="collect">See <see cref="RuntimeReport.OfThisProcess"/>.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<RuntimeReport> MeasureRuntimeAsync(bool collect, CancellationToken cancellation)
    {
        var request = Interlocked.Increment(ref _lastRequest);
        var answer = _measuring[request] = new TaskCompletionSource<RuntimeReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _process.MeasureRuntime(request, collect);
            return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _measuring.TryRemove(request, out _);
        }
    }

    /// <summary>Lets the other process end.</summary>
    public void Dispose()
    {
        _beat?.Dispose();
        _seam.End();
    }

    private void BeginWatch()
    {
        if (_patience.IsLimited)
        {
            _beat = new BeatThread("sfu-watch", _patience.Beat, _watch.Beat);

            // It may have ended meanwhile.
            if (_ended.Task.IsCompleted)
            {
                _beat.Dispose();
            }
        }
    }

    private void Run()
    {
        _seam.Run((exception, happened) => _warn($"{happened}: {exception.Message}"));
        _started.TrySetException(new EndOfStreamException(_gone.Reason));
        EndAll();
        foreach (var answer in _measuring.Values)
        {
            answer.TrySetException(new EndOfStreamException(_gone.Reason));
        }

        _ended.TrySetResult();
        _beat?.Dispose();
    }

    private void Call(SeamMethod command, object?[] arguments)
    {
        _seam.Tell(SeamNumbers.Plane, command, arguments);
        if (_seam.HasEnded)
        {
            EndAll();
        }
    }

    private void EndAll()
    {
        foreach (var listener in _seam.TakeListeners())
        {
            switch (listener)
            {
                case ITransportEvents transport:
                    transport.TransportClosed(_gone);
                    break;
                case IServerEvents server:
                    server.ServerClosed(_gone);
                    break;
                default:
                    break;
            }
        }
    }

    private sealed class Events(RemoteMediaPlane plane) : IMediaProcessEvents
    {
        public void Started() => plane._started.TrySetResult();

        public void StartFailed(StartFailure why, string reason) => plane._started.TrySetException(why switch
        {
            StartFailure.Options => new ArgumentException(reason),
            StartFailure.Library => new DllNotFoundException(reason),
            _ => new EndOfStreamException(reason),
        });

        public void PingAnswered() => plane._watch.Answered();

        public void ThreadStandsStill(string thread) => plane._watch.ThreadStandsStill(thread);

        public void Warned(string text) => plane._warn(text);

        public void RuntimeMeasured(long requestId, RuntimeReport report)
        {
            if (plane._measuring.TryGetValue(requestId, out var answer))
            {
                answer.TrySetResult(report);
            }
        }

        public void HandlesFreed(HandleKind kind, ulong[] handles)
        {
            foreach (var handle in handles)
            {
                var (slot, generation) = FreedHandles.Unpack(handle);
                plane._handles.Free(kind, slot, generation);
            }
        }
    }

    /// <summary>The commands cross; handles are handed out here, without waiting.</summary>
    internal class PlaneProxy : DispatchProxy
    {
        private static readonly SeamInterface _commands = SeamInterface.Of(typeof(IMediaPlane));

        private RemoteMediaPlane _plane = null!;

        public static IMediaPlane Create(RemoteMediaPlane plane)
        {
            var proxy = Create<IMediaPlane, PlaneProxy>();
            ((PlaneProxy)(object)proxy)._plane = plane;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case nameof(IMediaPlane.NewServerHandle):
                    return _plane._handles.NewServer();
                case nameof(IMediaPlane.NewTransportHandle):
                    return _plane._handles.NewTransport();
                case nameof(IMediaPlane.NewProducerHandle):
                    return _plane._handles.NewProducer();
                case nameof(IMediaPlane.NewConsumerHandle):
                    return _plane._handles.NewConsumer();
                default:
                    _plane.Call(_commands[targetMethod], args ?? []);
                    return null;
            }
        }
    }
}

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
    private long _lastRequest;

    private RemoteMediaPlane(Stream input, Stream output, Action<string> warn)
    {
        _warn = warn;
        _seam = new Seam(input, output, "sfu-seam");
        _seam.Add<IMediaProcessEvents>(SeamNumbers.Process, new Events(this));
        _process = _seam.Other<IMediaProcess>(SeamNumbers.Process);
        Plane = PlaneProxy.Create(this);
        new Thread(Run) { IsBackground = true, Name = "sfu-seam-in" }.Start();
    }

    public IMediaPlane Plane { get; }

    /// <summary>When the other process is not there any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts the media plane at the other end of two streams.</summary>
    /// <exception cref="ArgumentException">The certificate or its key is not usable; the message says why.</exception>
    /// <exception cref="DllNotFoundException">OpenSSL is not there.</exception>
    /// <exception cref="EndOfStreamException">The other end cannot start, or is gone.</exception>
    public static RemoteMediaPlane Start(Stream input, Stream output, MediaPlaneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var plane = new RemoteMediaPlane(input, output, options.Warn ?? (static _ => { }));
        plane._process.Start(options with { Warn = null });
        plane._started.Task.GetAwaiter().GetResult();
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
    public void Dispose() => _seam.End();

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

        public void Warned(string text) => plane._warn(text);

        public void RuntimeMeasured(long requestId, RuntimeReport report)
        {
            if (plane._measuring.TryGetValue(requestId, out var answer))
            {
                answer.TrySetResult(report);
            }
        }

        public void HandleFreed(HandleKind kind, int slot, uint generation) => plane._handles.Free(kind, slot, generation);
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

using System.Collections.Concurrent;
using Sfu.Bench.Load;

namespace Sfu.Bench.Signaling;

/// <summary>Which streams a Producer's id stands for. A subscriber may hear of a Producer before its publisher does. Any thread.</summary>
internal sealed class Publications
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<IReadOnlyList<SourceStream>>> _byProducer = new();

    public void Add(string producerId, IReadOnlyList<SourceStream> encodings) => Entry(producerId).TrySetResult(encodings);

    public Task<IReadOnlyList<SourceStream>> GetAsync(string producerId) => Entry(producerId).Task;

    private TaskCompletionSource<IReadOnlyList<SourceStream>> Entry(string producerId) =>
        _byProducer.GetOrAdd(producerId, static _ => new TaskCompletionSource<IReadOnlyList<SourceStream>>(TaskCreationOptions.RunContinuationsAsynchronously));
}

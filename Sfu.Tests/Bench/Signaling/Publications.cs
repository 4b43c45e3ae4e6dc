using System.Collections.Concurrent;
using Sfu.Bench.Load;

namespace Sfu.Bench.Signaling;

/// <summary>Which stream a Producer's id stands for. A subscriber may hear of a Producer before its publisher does. Any thread.</summary>
internal sealed class Publications
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SourceStream>> _byProducer = new();

    public void Add(string producerId, SourceStream source) => Entry(producerId).TrySetResult(source);

    public Task<SourceStream> GetAsync(string producerId) => Entry(producerId).Task;

    private TaskCompletionSource<SourceStream> Entry(string producerId) =>
        _byProducer.GetOrAdd(producerId, static _ => new TaskCompletionSource<SourceStream>(TaskCreationOptions.RunContinuationsAsynchronously));
}

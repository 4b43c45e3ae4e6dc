namespace Sfu.Bench.Node;

/// <summary>What the node's <c>/debug/runtime</c> says of its runtime, and of its media process where it has one.</summary>
internal sealed record RuntimeFigures(
    string Runtime,
    long AllocatedBytes,
    int Gen0Collections,
    int Gen1Collections,
    int Gen2Collections,
    double PauseMs,
    long HeapBytes,
    long ResidentBytes,
    RuntimeFigures? MediaProcess)
{
    /// <summary>Of both processes. Pauses are those that stop media threads.</summary>
    public RuntimeFigures Together() => MediaProcess is not { } media ? this : this with
    {
        AllocatedBytes = AllocatedBytes + media.AllocatedBytes,
        Gen0Collections = Gen0Collections + media.Gen0Collections,
        Gen1Collections = Gen1Collections + media.Gen1Collections,
        Gen2Collections = Gen2Collections + media.Gen2Collections,
        PauseMs = media.PauseMs,
        HeapBytes = HeapBytes + media.HeapBytes,
        ResidentBytes = ResidentBytes + media.ResidentBytes,
    };
}

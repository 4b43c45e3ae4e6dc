namespace Sfu.Bench.Node;

/// <summary>What the node's <c>/debug/runtime</c> says of its runtime.</summary>
internal sealed record RuntimeFigures(
    string Runtime, long AllocatedBytes, int Gen0Collections, int Gen1Collections, int Gen2Collections, double PauseMs, long HeapBytes, long ResidentBytes);

namespace Sfu.Bench.Rivals;

/// <summary>One publisher and its subscribers on another SFU.</summary>
internal interface IRivalRoom : IAsyncDisposable
{
    /// <summary>What forwards.</summary>
    int ProcessId { get; }

    /// <summary>What tells it what to do, where that is another process.</summary>
    int? SignalingProcessId => null;
}

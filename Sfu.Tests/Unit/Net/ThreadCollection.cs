namespace Sfu.Tests.Unit.Net;

/// <summary>Alone in the process: they tell its media threads apart by when they came, and count how often these wake up.</summary>
[CollectionDefinition(nameof(ThreadCollection), DisableParallelization = true)]
public sealed class ThreadCollection;

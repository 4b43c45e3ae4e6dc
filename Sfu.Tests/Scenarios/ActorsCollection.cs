namespace Sfu.Tests.Scenarios;

/// <summary>Scenarios start actor systems: one after the other.</summary>
[CollectionDefinition(nameof(ActorsCollection), DisableParallelization = true)]
public sealed class ActorsCollection;

namespace Sfu.Tests.EndToEnd;

/// <summary>Tests that start nodes run one after the other: they measure time, and share the machine with nothing else.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndCollection : ICollectionFixture<Browser>
{
    public const string Name = "end to end";
}

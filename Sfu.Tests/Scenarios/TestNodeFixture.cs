using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>One node for a class of scenarios that leave it as they found it; each takes a Router of its own.</summary>
public sealed class TestNodeFixture : IAsyncLifetime
{
    public TestNode Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await TestNode.StartAsync();

    public async Task DisposeAsync() => await Node.DisposeAsync();
}

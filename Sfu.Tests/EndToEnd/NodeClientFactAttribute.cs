namespace Sfu.Tests.EndToEnd;

/// <summary>A test with a client that runs in Node.js.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeClientFactAttribute : FactAttribute
{
    public NodeClientFactAttribute() => Skip = Requirements.SkipUnless(
        Requirements.Node is not null && Requirements.HasNodeClients,
        "the Node.js clients are not installed: npm ci --ignore-scripts in Sfu.Tests/EndToEnd/node");
}

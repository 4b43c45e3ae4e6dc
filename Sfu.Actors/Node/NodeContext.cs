using Sfu.Actors.Hosting;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>What the actors of one node share. Any thread.</summary>
internal sealed record NodeContext(IMediaPlane Media, SfuNodeOptions Options, RouterOrtc Ortc)
{
    private const int RememberedPeers = 10_000;

    /// <summary>Of this node's Routers that have closed.</summary>
    public FormerPeers FormerPeers { get; } = new(RememberedPeers);
}

namespace Sfu.Actors.Hosting;

/// <summary>Registry key of the shard region (or its proxy) that takes every <see cref="Protocol.IRouterMessage"/>.</summary>
public sealed class RouterRegion
{
    private RouterRegion()
    {
    }
}

/// <summary>Registry key of the actor of every node that takes <see cref="Protocol.IClusterRequest"/>s.</summary>
public sealed class SfuMember
{
    private SfuMember()
    {
    }
}

/// <summary>Registry key of this node's root actor, which takes <see cref="Protocol.NodeProtocol"/>. Only where the role <c>sfu</c> is.</summary>
public sealed class SfuNode
{
    private SfuNode()
    {
    }
}

using Akka.Cluster.Sharding;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>Entity id = Router id; messages travel as they are.</summary>
internal sealed class RouterMessageExtractor(int shards) : HashCodeMessageExtractor(shards)
{
    public override string EntityId(object message) => message is IRouterMessage router ? router.RouterId.Value : null!;
}

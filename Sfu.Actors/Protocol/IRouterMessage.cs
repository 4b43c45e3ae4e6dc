namespace Sfu.Actors.Protocol;

/// <summary>A message for a Router, wherever it lives: sent to the shard region that the key <c>RouterRegion</c> names.</summary>
public interface IRouterMessage : IWireMessage
{
    RouterId RouterId { get; }
}

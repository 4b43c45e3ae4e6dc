namespace Sfu.Actors.Protocol;

/// <summary>Names a Router in the whole cluster: the sharding entity id, in signalling the room.</summary>
public readonly record struct RouterId(string Value)
{
    public override string ToString() => Value ?? string.Empty;
}

namespace Sfu.Actors.Protocol;

/// <summary>Names a transport in the whole cluster. Not a handle of the media plane.</summary>
public readonly record struct TransportId(string Value)
{
    public static TransportId New() => new(Guid.NewGuid().ToString());

    public override string ToString() => Value ?? string.Empty;
}

namespace Sfu.Actors.Protocol;

/// <summary>Names a Producer in the whole cluster.</summary>
public readonly record struct ProducerId(string Value)
{
    public static ProducerId New() => new(Guid.NewGuid().ToString());

    public override string ToString() => Value ?? string.Empty;
}

namespace Sfu.Actors.Protocol;

/// <summary>Names a Consumer in the whole cluster.</summary>
public readonly record struct ConsumerId(string Value)
{
    public static ConsumerId New() => new(Guid.NewGuid().ToString());

    public override string ToString() => Value ?? string.Empty;
}

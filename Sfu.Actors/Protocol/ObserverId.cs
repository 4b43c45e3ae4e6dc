namespace Sfu.Actors.Protocol;

/// <summary>Names an observer within one Router.</summary>
public readonly record struct ObserverId(string Value)
{
    public static ObserverId New() => new(Guid.NewGuid().ToString());

    public override string ToString() => Value ?? string.Empty;
}

namespace Sfu.Actors.Protocol;

/// <summary>Names a participant within one Router.</summary>
public readonly record struct PeerId(string Value)
{
    public override string ToString() => Value ?? string.Empty;
}

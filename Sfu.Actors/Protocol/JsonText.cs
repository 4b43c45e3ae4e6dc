namespace Sfu.Actors.Protocol;

/// <summary>A JSON document as text, carried and never looked into: <c>appData</c>, <c>device</c>. Equal when the text is equal.</summary>
public readonly record struct JsonText(string? Value)
{
    public static readonly JsonText EmptyObject = new("{}");

    /// <summary>The text; an empty object when nothing was given.</summary>
    public override string ToString() => Value ?? "{}";
}

namespace Sfu.Actors.Protocol;

/// <summary>Names a WebRtcServer within one node.</summary>
public readonly record struct ServerId(string Value)
{
    public override string ToString() => Value ?? string.Empty;
}

namespace Sfu.Actors.Serialization;

/// <summary>A text; an absent one is empty.</summary>
internal sealed class WireText : WireValue<string>
{
    public override WireType WireType => WireType.Length;

    public override string SchemaType => "string";

    public override string Zero => string.Empty;

    public override bool IsZero(string value) => value.Length == 0;

    public override void Write(WireWriter writer, string value) => writer.WriteString(value);

    public override string Read(ref WireReader reader) => reader.ReadString();
}

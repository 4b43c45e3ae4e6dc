namespace Sfu.Actors.Serialization;

/// <summary>An id, or another structure that is a text and nothing else.</summary>
internal sealed class WireTextual<T>(Func<string, T> read, Func<T, string?> write, T absent) : WireValue<T>
    where T : struct
{
    public override WireType WireType => WireType.Length;

    public override string SchemaType => "string";

    public override T Zero => absent;

    public override bool IsZeroOfProto3 => string.IsNullOrEmpty(write(absent));

    public override bool IsZero(T value) => write(value) == write(absent);

    public override void Write(WireWriter writer, T value) => writer.WriteString(write(value) ?? string.Empty);

    public override T Read(ref WireReader reader) => read(reader.ReadString());
}

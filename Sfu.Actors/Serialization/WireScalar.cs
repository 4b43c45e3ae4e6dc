namespace Sfu.Actors.Serialization;

/// <summary>A value of one Protocol Buffers scalar type.</summary>
internal sealed class WireScalar<T>(string schemaType, WireType wireType, WireScalar<T>.Writing write, WireScalar<T>.Reading read) : WireValue<T>
{
    public delegate void Writing(WireWriter writer, T value);

    public delegate T Reading(ref WireReader reader);

    public override WireType WireType => wireType;

    public override string SchemaType => schemaType;

    public override void Write(WireWriter writer, T value) => write(writer, value);

    public override T Read(ref WireReader reader) => read(ref reader);
}

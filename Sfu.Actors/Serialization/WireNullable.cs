using System.Reflection;

namespace Sfu.Actors.Serialization;

/// <summary>A field of a structure that may be null.</summary>
internal sealed class WireNullable<TOwner, T>(int number, PropertyInfo property, WireValue<T> value) : WireField<TOwner, T?>(number, property)
    where T : struct
{
    public override string SchemaType => value is IWireRecord ? value.SchemaType : $"optional {value.SchemaType}";

    public override string? SchemaRemark => null;

    public override void Write(WireWriter writer, ref TOwner owner)
    {
        if (Get(ref owner) is { } present)
        {
            writer.WriteTag(Number, value.WireType);
            value.Write(writer, present);
        }
    }

    public override void Read(ref WireReader reader, WireType type, ref object? slot)
    {
        Expect(value.WireType, type);
        slot = value.Read(ref reader);
    }

    public override object? Complete(object? slot) => slot;
}

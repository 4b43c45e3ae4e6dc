using System.Reflection;

namespace Sfu.Actors.Serialization;

/// <summary>A field that is there, or stands for <paramref name="absent"/>.</summary>
/// <param name="number">In the schema.</param>
/// <param name="property">Whose.</param>
/// <param name="value">How it is written.</param>
/// <param name="mayBeNull">The property says so.</param>
/// <param name="absent">
/// The property's value where the field is missing. Where that is not the type's zero, zero is written too; where it is null and must not
/// be, the message is refused.
/// </param>
internal sealed class WireSingle<TOwner, T>(int number, PropertyInfo property, WireValue<T> value, bool mayBeNull, T? absent)
    : WireField<TOwner, T?>(number, property)
{
    private readonly bool _omitsZero = !mayBeNull && absent is not null && value.IsZero(absent);

    public override string SchemaType =>
        IsRequired || value is IWireRecord || (_omitsZero && value.IsZeroOfProto3) ? value.SchemaType : $"optional {value.SchemaType}";

    public override string? SchemaRemark => this switch
    {
        { IsRequired: true } => "required",
        _ when !mayBeNull && value is not IWireRecord && !(_omitsZero && value.IsZeroOfProto3) => $"{absent} when absent",
        _ => null,
    };

    private bool IsRequired => !mayBeNull && absent is null;

    public override void Write(WireWriter writer, ref TOwner owner)
    {
        if (Get(ref owner) is { } present)
        {
            if (!_omitsZero || !value.IsZero(present))
            {
                writer.WriteTag(Number, value.WireType);
                value.Write(writer, present);
            }
        }
        else if (IsRequired)
        {
            throw new WireFormatException($"{typeof(TOwner).Name}.{Property.Name} is null.");
        }
    }

    public override void Read(ref WireReader reader, WireType type, ref object? slot)
    {
        Expect(value.WireType, type);
        slot = value.Read(ref reader);
    }

    public override object? Complete(object? slot) =>
        slot ?? (IsRequired ? throw new WireFormatException($"{typeof(TOwner).Name} lacks {Property.Name}.") : absent);
}

using System.Collections.Immutable;
using System.Reflection;

namespace Sfu.Actors.Serialization;

/// <summary>A list; none and an absent one are empty. Scalars are packed.</summary>
internal sealed class WireRepeated<TOwner, T>(int number, PropertyInfo property, WireValue<T> value) : WireField<TOwner, ImmutableArray<T>>(number, property)
{
    private readonly bool _packed = value.WireType != WireType.Length;

    public override string SchemaType => $"repeated {value.SchemaType}";

    public override string? SchemaRemark => null;

    public override void Write(WireWriter writer, ref TOwner owner)
    {
        var items = Get(ref owner);
        if (items.IsDefaultOrEmpty)
        {
            return;
        }

        if (_packed)
        {
            writer.WriteTag(Number, WireType.Length);
            var begin = writer.Begin();
            foreach (var item in items)
            {
                value.Write(writer, item);
            }

            writer.End(begin);
            return;
        }

        foreach (var item in items)
        {
            writer.WriteTag(Number, WireType.Length);
            value.Write(writer, item ?? throw new WireFormatException($"{typeof(TOwner).Name}.{Property.Name} holds null."));
        }
    }

    public override void Read(ref WireReader reader, WireType type, ref object? slot)
    {
        var items = (ImmutableArray<T>.Builder)(slot ??= ImmutableArray.CreateBuilder<T>());
        if (!_packed || type != WireType.Length)
        {
            Expect(value.WireType, type);
            items.Add(value.Read(ref reader));
            return;
        }

        var outer = reader.Enter();
        while (!reader.AtEnd)
        {
            items.Add(value.Read(ref reader));
        }

        reader.Leave(outer);
    }

    public override object Complete(object? slot) => slot is ImmutableArray<T>.Builder items ? items.DrainToImmutable() : ImmutableArray<T>.Empty;
}

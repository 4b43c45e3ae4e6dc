using System.Reflection;

namespace Sfu.Actors.Serialization;

/// <summary>One numbered field of a record.</summary>
internal abstract class WireField<TOwner>(int number, PropertyInfo property)
{
    public int Number => number;

    public PropertyInfo Property => property;

    /// <summary>What stands before its name in the schema: type and label.</summary>
    public abstract string SchemaType { get; }

    /// <summary>What the schema says of it beyond Protocol Buffers' own words, if anything.</summary>
    public abstract string? SchemaRemark { get; }

    public abstract void Write(WireWriter writer, ref TOwner owner);

    /// <summary>Reads one occurrence into the field's slot.</summary>
    public abstract void Read(ref WireReader reader, WireType type, ref object? slot);

    /// <summary>Makes the property's value of what the slot holds once all is read: also of nothing.</summary>
    public abstract object? Complete(object? slot);

    protected void Expect(WireType expected, WireType type)
    {
        if (type != expected)
        {
            throw new WireFormatException($"{property.Name} is of wire type {(int)type}.");
        }
    }
}

/// <summary>A field whose property is a <typeparamref name="TProperty"/>.</summary>
internal abstract class WireField<TOwner, TProperty> : WireField<TOwner>
{
    private readonly Func<TOwner, TProperty>? _get;
    private readonly StructGetter? _getOfStruct;

    protected WireField(int number, PropertyInfo property)
        : base(number, property)
    {
        if (typeof(TOwner).IsValueType)
        {
            _getOfStruct = property.GetMethod!.CreateDelegate<StructGetter>();
        }
        else
        {
            _get = property.GetMethod!.CreateDelegate<Func<TOwner, TProperty>>();
        }
    }

    private delegate TProperty StructGetter(ref TOwner owner);

    protected TProperty Get(ref TOwner owner) => _get is null ? _getOfStruct!(ref owner) : _get(owner);
}

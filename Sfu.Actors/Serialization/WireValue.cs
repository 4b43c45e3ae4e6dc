namespace Sfu.Actors.Serialization;

/// <summary>How one type of value is written and read.</summary>
internal abstract class WireValue
{
    public abstract WireType WireType { get; }

    /// <summary>Its type in the schema.</summary>
    public abstract string SchemaType { get; }
}

/// <inheritdoc cref="WireValue"/>
internal abstract class WireValue<T> : WireValue
{
    /// <summary>Writes it without a tag; with its length where the wire type says that one stands there.</summary>
    public abstract void Write(WireWriter writer, T value);

    public abstract T Read(ref WireReader reader);

    /// <summary>It is what <see cref="Zero"/> is, so that proto3 leaves it out.</summary>
    public virtual bool IsZero(T value) => EqualityComparer<T>.Default.Equals(value, default);

    /// <summary><see cref="Zero"/> is what every proto3 reader takes for a field that is not there.</summary>
    public virtual bool IsZeroOfProto3 => true;

    /// <summary>What stands for a field that is not there. Null of a record: there is nothing that could.</summary>
    public virtual T? Zero => default;
}

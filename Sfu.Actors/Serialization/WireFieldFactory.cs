using System.Collections.Immutable;
using System.Reflection;

namespace Sfu.Actors.Serialization;

/// <summary>Finds out how each property of a record is written.</summary>
internal sealed class WireFieldFactory<TOwner>(IReadOnlyDictionary<Type, WireValue> values)
{
    private readonly NullabilityInfoContext _nullability = new();

    public WireFieldSet<TOwner> Make(WireFieldList list)
    {
        var parameters = list.Constructor.GetParameters();
        var blank = parameters.Length == 0 ? list.Constructor.Invoke(null) : null;
        return new WireFieldSet<TOwner>(
            list.Constructor,
            [.. list.Fields.Select(field => Field(field.Number, field.Property, DefaultOf(field.Property, parameters, blank)))],
            list.Reserved);
    }

    /// <summary>What the property is when nobody says anything; null when nothing is known of it.</summary>
    private static object? DefaultOf(PropertyInfo property, ParameterInfo[] parameters, object? blank)
    {
        var parameter = Array.Find(parameters, parameter => parameter.Name == property.Name);
        return parameter is { HasDefaultValue: true } ? parameter.DefaultValue : blank is null ? null : property.GetValue(blank);
    }

    private WireField<TOwner> Field(int number, PropertyInfo property, object? absent)
    {
        var type = property.PropertyType;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Create(typeof(WireNullable<,>), underlying, number, property, values.GetValueOrDefault(type) ?? Value(property, underlying));
        }

        if (values.TryGetValue(type, out var value))
        {
            return (WireField<TOwner>)_single.MakeGenericMethod(type).Invoke(this, [number, property, value, absent])!;
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            ? Create(typeof(WireRepeated<,>), type.GetGenericArguments()[0], number, property, Value(property, type.GetGenericArguments()[0]))
            : throw NotInContract(property, type);
    }

    private static readonly MethodInfo _single = typeof(WireFieldFactory<TOwner>).GetMethod(nameof(Single), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private WireSingle<TOwner, T> Single<T>(int number, PropertyInfo property, WireValue<T> value, object? absent) => new(
        number,
        property,
        value,
        mayBeNull: !typeof(T).IsValueType && _nullability.Create(property).ReadState == NullabilityState.Nullable,
        absent is null && (typeof(T).IsValueType || _nullability.Create(property).ReadState != NullabilityState.Nullable) ? value.Zero : (T?)absent);

    private WireValue Value(PropertyInfo property, Type type) => values.GetValueOrDefault(type) ?? throw NotInContract(property, type);

    private static WireField<TOwner> Create(Type field, Type argument, int number, PropertyInfo property, WireValue value) =>
        (WireField<TOwner>)Activator.CreateInstance(field.MakeGenericType(typeof(TOwner), argument), number, property, value)!;

    private static InvalidOperationException NotInContract(PropertyInfo property, Type type) =>
        new($"{typeof(TOwner).FullName}.{property.Name} is a {type}, which the contract does not know.");
}

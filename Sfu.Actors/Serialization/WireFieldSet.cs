using System.Collections.Immutable;
using System.Reflection;

namespace Sfu.Actors.Serialization;

/// <summary>The fields of a record by number, and how to make the record of their values.</summary>
internal sealed class WireFieldSet<T>
{
    private readonly int[] _indexOf;
    private readonly ConstructorInvoker _constructor;
    private readonly int[] _arguments;
    private readonly ImmutableArray<(int Field, MethodInvoker Set)> _initialized;

    /// <param name="constructor">Each parameter is a field of the same name.</param>
    /// <param name="fields">In the order of their numbers.</param>
    /// <param name="reserved">Numbers that were in use once.</param>
    public WireFieldSet(ConstructorInfo constructor, ImmutableArray<WireField<T>> fields, ImmutableArray<int> reserved)
    {
        Fields = fields;
        Reserved = reserved;
        _indexOf = new int[fields.Length == 0 ? 1 : fields[^1].Number + 1];
        Array.Fill(_indexOf, -1);
        for (var i = 0; i < fields.Length; i++)
        {
            _indexOf[fields[i].Number] = i;
        }

        var parameters = constructor.GetParameters();
        _constructor = ConstructorInvoker.Create(constructor);
        _arguments = [.. parameters.Select(parameter => IndexOf(parameter.Name!))];
        _initialized =
        [
            .. fields.Where(field => parameters.All(parameter => parameter.Name != field.Property.Name))
                .Select(field => (IndexOf(field.Property.Name), MethodInvoker.Create(field.Property.SetMethod!))),
        ];
    }

    public ImmutableArray<WireField<T>> Fields { get; }

    public ImmutableArray<int> Reserved { get; }

    /// <summary>−1: this node knows no such field.</summary>
    public int IndexOf(int number) => number < _indexOf.Length ? _indexOf[number] : -1;

    public T Make(object?[] values)
    {
        var arguments = new object?[_arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = values[_arguments[i]];
        }

        var made = _constructor.Invoke(arguments.AsSpan());
        foreach (var (field, set) in _initialized)
        {
            set.Invoke(made, values[field]);
        }

        return (T)made;
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            if (Fields[i].Property.Name == name)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"{typeof(T).FullName}.{name} has no number.");
    }
}

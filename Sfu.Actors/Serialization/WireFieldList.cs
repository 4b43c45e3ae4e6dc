using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace Sfu.Actors.Serialization;

/// <summary>Which property of a record has which number.</summary>
internal sealed record WireFieldList(ConstructorInfo Constructor, ImmutableArray<(int Number, PropertyInfo Property)> Fields, ImmutableArray<int> Reserved)
{
    private const string ReservedName = "-";

    /// <exception cref="InvalidOperationException">A property has no number, a number no property, or two have the same.</exception>
    public static WireFieldList Parse(Type type, string text)
    {
        var constructor = PrimaryConstructorOf(type);
        var properties = DataOf(type, constructor).ToDictionary(property => property.Name);
        var fields = new List<(int Number, PropertyInfo Property)>();
        var reserved = new List<int>();
        foreach (var item in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split(':');
            if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 10_000)
            {
                throw new InvalidOperationException($"{type.FullName}: \"{item}\" is not Name:number.");
            }

            if (parts[0] == ReservedName)
            {
                reserved.Add(number);
            }
            else if (properties.Remove(parts[0], out var property))
            {
                fields.Add((number, property));
            }
            else
            {
                throw new InvalidOperationException($"{type.FullName} has no property {parts[0]} that is not numbered yet.");
            }
        }

        if (properties.Count > 0)
        {
            throw new InvalidOperationException($"{type.FullName}: {string.Join(", ", properties.Keys)} without a number.");
        }

        var numbers = fields.Select(field => field.Number).Concat(reserved).ToArray();
        return numbers.Distinct().Count() == numbers.Length
            ? new WireFieldList(constructor, [.. fields.OrderBy(field => field.Number)], [.. reserved.Order()])
            : throw new InvalidOperationException($"{type.FullName} gives a number twice.");
    }

    /// <summary>The one whose parameters are all properties; of several, the longest.</summary>
    private static ConstructorInfo PrimaryConstructorOf(Type type) => type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
        .Where(candidate => candidate.GetParameters().All(parameter => type.GetProperty(parameter.Name!)?.PropertyType == parameter.ParameterType))
        .MaxBy(candidate => candidate.GetParameters().Length)
        ?? throw new InvalidOperationException($"{type.FullName} has no constructor whose parameters are its properties.");

    /// <summary>What the record is made of: not what it computes.</summary>
    private static IEnumerable<PropertyInfo> DataOf(Type type, ConstructorInfo constructor)
    {
        var parameters = constructor.GetParameters().Select(parameter => parameter.Name).ToHashSet();
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && (property.CanWrite || parameters.Contains(property.Name)));
    }
}

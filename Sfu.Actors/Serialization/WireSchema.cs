using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sfu.Actors.Serialization;

/// <summary>A field as the schema tells it.</summary>
internal readonly record struct WireSchemaField(string Type, string Property, int Number, string? Remark);

/// <summary>Writes the contract as a proto3 file: for review, and for readers in other languages.</summary>
internal sealed class WireSchema
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    public void Line(string line = "") => _text.Append(line).Append('\n');

    public void Message(string name, IEnumerable<int> reserved, IEnumerable<WireSchemaField> fields)
    {
        Line($"message {name} {{");
        foreach (var number in reserved)
        {
            Line($"  reserved {number.ToString(CultureInfo.InvariantCulture)};");
        }

        Fields(fields, "  ");
        Line("}");
        Line();
    }

    public void Union(string name, IEnumerable<WireSchemaField> cases)
    {
        Line($"message {name} {{");
        Line("  oneof kind {");
        Fields(cases, "    ");
        Line("  }");
        Line("}");
        Line();
    }

    public void Enumeration(Type type)
    {
        var members = Enum.GetValuesAsUnderlyingType(type).Cast<object>()
            .Select(value => Convert.ToInt32(value, CultureInfo.InvariantCulture))
            .Distinct()
            .Order()
            .ToArray();
        Line($"enum {type.Name} {{");
        if (!members.Contains(0))
        {
            Line($"  {Upper(type.Name)}_UNSPECIFIED = 0;"); // The first of a proto3 enumeration is 0.
        }

        foreach (var member in members)
        {
            Line($"  {Upper(type.Name)}_{Upper(Enum.GetName(type, member)!)} = {member.ToString(CultureInfo.InvariantCulture)};");
        }

        Line("}");
        Line();
    }

    private static string Upper(string name) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(name);

    private void Fields(IEnumerable<WireSchemaField> fields, string indent)
    {
        foreach (var (type, property, number, remark) in fields)
        {
            var comment = remark is null ? string.Empty : $" // {remark}";
            Line($"{indent}{type} {JsonNamingPolicy.SnakeCaseLower.ConvertName(property)} = {number.ToString(CultureInfo.InvariantCulture)};{comment}");
        }
    }
}

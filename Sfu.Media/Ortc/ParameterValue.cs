using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>
/// The value of a codec or header-extension parameter: a string, a number, a boolean or null. Numbers stay numbers, and 1 is not "1":
/// clients and Router compare these values by type and content.
/// </summary>
[JsonConverter(typeof(ParameterValueConverter))]
public readonly record struct ParameterValue
{
    private readonly string? _text;
    private readonly double _number;

    private ParameterValue(JsonValueKind kind, string? text, double number)
    {
        Kind = kind == JsonValueKind.Undefined ? JsonValueKind.Null : kind;
        _text = text;
        _number = number;
    }

    public static readonly ParameterValue Null = new(JsonValueKind.Null, null, 0);

    /// <summary>
    /// <c>String</c>, <c>Number</c>, <c>True</c>, <c>False</c>, <c>Null</c>; <c>Undefined</c> for the default value, which reads as absent.
    /// </summary>
    public JsonValueKind Kind { get; }

    public static implicit operator ParameterValue(string value) => FromString(value);

    public static implicit operator ParameterValue(double value) => FromDouble(value);

    public static implicit operator ParameterValue(int value) => FromDouble(value);

    public static implicit operator ParameterValue(bool value) => FromBoolean(value);

    public static ParameterValue FromString(string value) => new(JsonValueKind.String, value, 0);

    public static ParameterValue FromDouble(double value) => new(JsonValueKind.Number, null, value);

    public static ParameterValue FromBoolean(bool value) => new(value ? JsonValueKind.True : JsonValueKind.False, null, 0);

    public bool TryGetString([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
    {
        value = _text;
        return Kind == JsonValueKind.String && value is not null;
    }

    public bool TryGetNumber(out double value)
    {
        value = _number;
        return Kind == JsonValueKind.Number;
    }

    /// <summary>False, zero, the empty string, null and the absent value: what a browser counts as "not given".</summary>
    public bool IsEmpty => Kind switch
    {
        JsonValueKind.String => string.IsNullOrEmpty(_text),
        JsonValueKind.Number => _number == 0,
        JsonValueKind.True => false,
        _ => true,
    };

    public override string ToString() => Kind switch
    {
        JsonValueKind.String => _text ?? string.Empty,
        JsonValueKind.Number => _number.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };
}

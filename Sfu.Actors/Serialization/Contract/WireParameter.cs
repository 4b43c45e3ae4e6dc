using System.Collections.Immutable;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>An entry of a <see cref="ParameterDictionary"/>: of the three values at most one is there; none is JSON's null.</summary>
internal sealed record WireParameter(string Name, string? Text, double? Number, bool? Flag)
{
    /// <summary>Each is compared with each; codecs have a dozen.</summary>
    private const int MaxParameters = 1_000;

    public static IEnumerable<WireParameter> Of(ParameterDictionary dictionary)
    {
        foreach (var (name, value) in dictionary)
        {
            yield return value.TryGetString(out var text) ? new WireParameter(name, text, null, null)
                : value.TryGetNumber(out var number) ? new WireParameter(name, null, number, null)
                : new WireParameter(name, null, null, value.Kind switch
                {
                    System.Text.Json.JsonValueKind.True => true,
                    System.Text.Json.JsonValueKind.False => false,
                    _ => null,
                });
        }
    }

    public static ParameterDictionary ToDictionary(ImmutableArray<WireParameter> parameters) => parameters.Length <= MaxParameters
        ? [.. parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.ToValue()))]
        : throw new WireFormatException($"There are {parameters.Length} parameters.");

    private ParameterValue ToValue() =>
        Text is { } text ? text
        : Number is { } number ? number
        : Flag is { } flag ? flag
        : ParameterValue.Null;
}

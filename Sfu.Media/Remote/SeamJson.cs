using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sfu.Media.Control;

namespace Sfu.Media.Remote;

/// <summary>How the values of the seam are written: by their public shape, so that a member more needs no line here. Any thread.</summary>
internal static class SeamJson
{
    public static readonly JsonSerializerOptions Options = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions
        {
            IgnoreReadOnlyProperties = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameStatistics } },
            Converters = { new IpEndpointConverter(), new ImmutableArrayConverter(), new RecentStringConverter() },
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>What clients get names no kind of statistics; here they are read again.</summary>
    private static void NameStatistics(JsonTypeInfo info)
    {
        if (info.Type == typeof(MediaStats))
        {
            info.PolymorphismOptions = new JsonPolymorphismOptions
            {
                DerivedTypes = { new JsonDerivedType(typeof(TransportStats), "transport"), new JsonDerivedType(typeof(RtpStreamStats), "stream") },
            };
        }
    }
}
